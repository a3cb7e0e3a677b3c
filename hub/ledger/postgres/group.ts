/** What gathers while the group before it is written, besides the changes in the tables. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { Erasure } from '../../domain/erasure.ts'
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

/** Who writes, and what the database is to know besides the rows. */
export interface Signature {
  readonly hub: number
  readonly fence: number
  /** What others have told this hub, as far as it knows. */
  readonly told: number
  /** One more than that of the group before; the first of a fence is 1. */
  readonly number: number
  /** At or above which this hub may still add entries, of the positions that it has been given. */
  readonly openFrom: number
  /** The last position that was ever reserved, if a queue may only be closed while that is so. */
  readonly lastReserved: number
}

export class Group {
  /** Decided, in this order; to be settled when all is durable, or decided anew. */
  readonly works: Work<LedgerTransaction>[] = []
  readonly appended = new Appended()
  /** null removes. */
  readonly revocations = new Map<ParticipantId, Revocation | null>()
  /** By kind and name; null removes. */
  readonly notes = new Map<string, Change<Note>>()
  /** In which hub's pool pickups are laid, by their positions. */
  readonly targets = new Map<number, number>()
  /** Of orders that are erased: all other hubs are to know before they write again. */
  readonly erasures = new Map<OrderKey, Erasure>()
  aliveMs: number | null = null
  /** What others had told the hub when it began. */
  readonly told: number
  /** The first position that was handed out for it. */
  firstPosition: number | null = null
  /** The first of those that are for queues of this hub. */
  firstOwnPosition: number | null = null
  /** The last position that any hub had reserved when a queue was closed. */
  lastReserved = 0

  constructor(told: number) {
    this.told = told
  }

  note(at: NoteName, note: Note | null): void {
    this.notes.set(`${at.kind}/${at.name}`, { at, after: note })
  }
}
