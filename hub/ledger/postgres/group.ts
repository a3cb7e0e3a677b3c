/** What gathers while the group before it is written, besides the changes in the tables. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { Entry } from '../../domain/entry.ts'
import type { Note } from '../../domain/note.ts'
import type { Revocation } from '../../domain/revocation.ts'
import type { Work } from '../../domain/work.ts'
import type { LedgerTransaction } from '../ledger.ts'

type NoteName = Pick<Note, 'kind' | 'name'>

interface Change<Row> {
  readonly at: NoteName
  readonly after: Row | null
}

export class Group {
  /** Decided, in this order; to be settled when all is durable, or decided anew. */
  readonly works: Work<LedgerTransaction>[] = []
  readonly appended = new Map<ParticipantId, Entry[]>()
  /** null removes. */
  readonly revocations = new Map<ParticipantId, Revocation | null>()
  /** By kind and name; null removes. */
  readonly notes = new Map<string, Change<Note>>()
  aliveMs: number | null = null

  note(at: NoteName, note: Note | null): void {
    this.notes.set(`${at.kind}/${at.name}`, { at, after: note })
  }

  announce(participant: ParticipantId, entry: Entry): void {
    const entries = this.appended.get(participant)
    if (entries === undefined) this.appended.set(participant, [entry])
    else entries.push(entry)
  }

  /** It was taken again before it was written. */
  withdraw(participant: ParticipantId, position: number): void {
    const entries = this.appended.get(participant)
    if (entries === undefined || position < (entries[0]?.position ?? Number.POSITIVE_INFINITY)) return
    const index = entries.findIndex((entry) => entry.position === position)
    if (index >= 0) entries.splice(index, 1)
    if (entries.length === 0) this.appended.delete(participant)
  }
}
