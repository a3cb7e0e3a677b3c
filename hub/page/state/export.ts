/** Dead letters as a file: read over HTTP, page by page, so that what is on screen stays as it is. */
import type { EntryRow, LetterList } from '../../../shared/watch.ts'
import { token } from './token.ts'

/** More than anybody reads; a script takes them from the same address. */
const MOST_ROWS = 100_000

/** @throws what to tell whoever asked for it */
const answerTo = async (address: string): Promise<LetterList> => {
  const bearer = token()
  const headers = bearer === null ? {} : { authorization: `Bearer ${bearer}` }
  const response = await fetch(address, { headers }).catch(() => {
    throw new Error('The hub cannot be reached. Try again when it is back.')
  })
  const body: Partial<LetterList> & { readonly message?: string } = await response.json().catch(() => ({}))
  if (!response.ok) throw new Error(body.message ?? `The hub answered ${response.status}. Try again.`)
  if (body.rows === undefined) throw new Error('The hub answered with something else than a list. Try again.')
  return body as LetterList
}

const pageOf = (participant: string, after: string | null): Promise<LetterList> => {
  const query = new URLSearchParams()
  if (participant !== '') query.set('participant', participant)
  if (after !== null) query.set('after', after)
  return answerTo(`/api/dead-letters?${query}`)
}

const save = (name: string, text: string): void => {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

export interface Exported {
  readonly letters: number
  /** Are there more, which were left out? */
  readonly hasMore: boolean
}

/** @throws if the hub does not give them */
export const exportDeadLetters = async (participant: string): Promise<Exported> => {
  const rows: EntryRow[] = []
  let after: string | null = null
  do {
    const page: LetterList = await pageOf(participant, after)
    rows.push(...page.rows)
    after = page.next
  } while (after !== null && rows.length < MOST_ROWS)
  const day = new Date().toISOString().slice(0, 10)
  save(`dead-letters-${day}.json`, `${JSON.stringify(rows, null, 2)}\n`)
  return { letters: rows.length, hasMore: after !== null }
}
