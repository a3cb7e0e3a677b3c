/** Everything that work reads and writes, in memory: the newest rows, and the entries that are on their way to the disk. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { Entries, type EntryChange } from './entries.ts'
import { type CacheLimits, type RowChange, Rows } from './rows.ts'

export type Roster = readonly ParticipantId[]

/** What a group has changed. */
export interface Changes {
  readonly orders: readonly RowChange<OrderKey, OrderRecord>[]
  readonly participants: readonly RowChange<ParticipantId, ParticipantRecord>[]
  readonly rosters: readonly RowChange<string, Roster>[]
  readonly entries: readonly EntryChange[]
}

/** Of an order that has ended and is owed to nobody hardly anything is ever heard again. */
const isUnfinished = ({ endedMs, owed }: OrderRecord): boolean => endedMs === null || owed > 0

export class Tables {
  readonly orders: Rows<OrderKey, OrderRecord>
  readonly participants: Rows<ParticipantId, ParticipantRecord>
  readonly rosters: Rows<string, Roster>
  readonly entries = new Entries()

  /** @param cache of each kind of row */
  constructor(cache: CacheLimits) {
    this.orders = new Rows(cache, isUnfinished)
    this.participants = new Rows(cache)
    this.rosters = new Rows(cache)
  }

  /** Hands out what has been changed since the last call. What was handed out before MUST be synced. */
  takeGroup(): Changes {
    return {
      orders: this.orders.takeGroup(),
      participants: this.participants.takeGroup(),
      rosters: this.rosters.takeGroup(),
      entries: this.entries.takeGroup(),
    }
  }

  /** The group that was taken is durable, in the journal, under this number. */
  synced(sequence: number): void {
    this.orders.synced(sequence)
    this.participants.synced(sequence)
    this.rosters.synced(sequence)
    this.entries.synced(sequence)
  }

  /** What needs the journal's groups up to one was written back, and is durable there. */
  written(upTo: number): void {
    this.orders.written(upTo)
    this.participants.written(upTo)
    this.rosters.written(upTo)
    this.entries.written(upTo)
  }

  forgetKept(): void {
    this.orders.forgetKept()
    this.participants.forgetKept()
    this.rosters.forgetKept()
  }
}
