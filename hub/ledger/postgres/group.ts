/** What gathers while the group before it is written, besides the changes in the tables. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { Note } from '../../domain/note.ts'
import type { Revocation } from '../../domain/revocation.ts'
import type { Work } from '../../domain/work.ts'
import { Appended } from '../appended.ts'
import type { LedgerTransaction } from '../ledger.ts'

type NoteName = Pick<Note, 'kind' | 'name'>

interface Change<Row> {
  readonly at: NoteName
  readonly after: Row | null
}

export class Group {
  /** Decided, in this order; to be settled when all is durable, or decided anew. */
  readonly works: Work<LedgerTransaction>[] = []
  readonly appended = new Appended()
  /** null removes. */
  readonly revocations = new Map<ParticipantId, Revocation | null>()
  /** By kind and name; null removes. */
  readonly notes = new Map<string, Change<Note>>()
  aliveMs: number | null = null

  note(at: NoteName, note: Note | null): void {
    this.notes.set(`${at.kind}/${at.name}`, { at, after: note })
  }
}
