/** Dead letters as a file: read over HTTP, page by page, so that what is on screen stays as it is. */
import type { EntryRow, List } from '../../../shared/watch.ts'
import { token } from './token.ts'

/** More than anybody reads; a script takes them from the same address. */
const MOST_ROWS = 100_000

const pageOf = async (participant: string, after: string | null): Promise<List<EntryRow>> => {
  const query = new URLSearchParams()
  if (participant !== '') query.set('participant', participant)
  if (after !== null) query.set('after', after)
  const bearer = token()
  const response = await fetch(`/api/dead-letters?${query}`, {
    headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
  })
  const body: (List<EntryRow> & { message?: string }) | { list: List<EntryRow>; message?: string } =
    await response.json()
  if (!response.ok) throw new Error(body.message ?? `The hub answered ${response.status}.`)
  return 'list' in body ? body.list : body
}

const save = (name: string, text: string): void => {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

/** @returns how many; @throws if the hub does not give them */
export const exportDeadLetters = async (participant: string): Promise<number> => {
  const rows: EntryRow[] = []
  let after: string | null = null
  do {
    const page: List<EntryRow> = await pageOf(participant, after)
    rows.push(...page.rows)
    after = page.next
  } while (after !== null && rows.length < MOST_ROWS)
  const day = new Date().toISOString().slice(0, 10)
  save(`dead-letters-${day}.json`, `${JSON.stringify(rows, null, 2)}\n`)
  return rows.length
}
