/** What lies in a queue, place by place, and the dead letters of all participants, by their names. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { EntryRow, LetterList, List } from '../../../shared/watch.ts'
import type { Place } from '../../domain/entry.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { positionOf } from '../../domain/token.ts'
import type { After, DeadLetterDesk, ListsLedger } from '../ports.ts'
import { deadLettersOf, entryRowOf } from '../rows.ts'
import { PAGE_ROWS } from './orders.ts'
import type { OwedParticipants } from './owed.ts'

export interface EntryListsParts {
  readonly ledger: Pick<ListsLedger, 'entriesIn' | 'participantRecord'>
  readonly letters: Pick<DeadLetterDesk, 'list'>
  readonly owed: OwedParticipants
}

const positionIn = (after: After): number => positionOf(after ?? '') ?? 0

/** A page of rows, of which one more was read than fits. */
const listOf = (rows: readonly EntryRow[], nextOf: (last: EntryRow) => string): List<EntryRow> =>
  rows.length <= PAGE_ROWS
    ? { rows, next: null }
    : { rows: rows.slice(0, PAGE_ROWS), next: nextOf(rows[PAGE_ROWS - 1]!) }

const entryOf = ({ entry }: EntryRow): string => entry

/** Of all participants: `<entry>:<participant>`. */
const cursorIn = (after: After): { entry: string; participant: string } => {
  const [entry = '', ...participant] = (after ?? '').split(':')
  return { entry, participant: participant.join(':') }
}

export class EntryLists {
  readonly #parts: EntryListsParts

  constructor(parts: EntryListsParts) {
    this.#parts = parts
  }

  /** What lies in a closed queue is told as dead letters, or not at all. */
  async ofPlace(record: ParticipantRecord, place: Place, after: After): Promise<List<EntryRow>> {
    const { id, floor, closed } = record
    if (place === 'dead') return listOf(await this.#letters(id, positionIn(after), PAGE_ROWS + 1), entryOf)
    const start = place === 'queue' ? floor : (closed?.upTo ?? 0)
    const from = { after: Math.max(start, positionIn(after)), limit: PAGE_ROWS + 1 }
    const entries = await this.#parts.ledger.entriesIn(place, id, from)
    return listOf(
      entries.map((entry) => entryRowOf(id, place, entry)),
      entryOf,
    )
  }

  async deadLetters(participant: ParticipantId | null, after: After): Promise<LetterList> {
    if (participant === null)
      return { ...(await this.#ofAll(after)), count: await this.#parts.owed.countDeadLetters() }
    const record = await this.#parts.ledger.participantRecord(participant)
    const list = listOf(await this.#letters(participant, positionIn(after), PAGE_ROWS + 1), entryOf)
    return { ...list, count: record === null ? 0 : deadLettersOf(record) }
  }

  async #ofAll(after: After): Promise<List<EntryRow>> {
    const cursor = cursorIn(after)
    const rows: EntryRow[] = []
    for (const id of await this.#parts.owed.withDeadLetters(cursor.participant)) {
      const from = id === cursor.participant ? positionIn(cursor.entry) : 0
      rows.push(...(await this.#letters(id, from, PAGE_ROWS + 1 - rows.length)))
      if (rows.length > PAGE_ROWS) break
    }
    return listOf(rows, (last) => `${last.entry}:${last.participant}`)
  }

  async #letters(participant: ParticipantId, after: number, limit: number): Promise<EntryRow[]> {
    const letters = await this.#parts.letters.list(participant, { after, limit })
    return letters.map((letter) => entryRowOf(participant, 'dead', letter))
  }
}
