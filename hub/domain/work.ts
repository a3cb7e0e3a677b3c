/**
 * How everything is decided: the parts hand work to the ledger, and the ledger runs it in the order of `submit`, on the newest rows, one after another and
 * without a pause in between; what a piece of work writes becomes durable together, in one step with that of others (group commit).
 */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { Entry, EntryAt } from './entry.ts'
import type { OrderRecord } from './order-record.ts'
import type { ParticipantRecord } from './participant.ts'

export interface Work<Transaction> {
  /** Rows that `decide` reads. It MUST NOT read others. */
  readonly orders?: readonly OrderKey[]
  readonly participants?: readonly ParticipantId[]
  /** Stores whose participants `decide` reads. */
  readonly stores?: readonly string[]
  /** Entries of which `decide` asks whether they are still there. */
  readonly entries?: readonly EntryAt[]
  /**
   * Reads and writes through the transaction. MUST NOT wait, and MUST NOT throw. May be run again, when what it decided could not be written: the last time counts, so what it leaves outside the transaction MUST be all of it anew.
   */
  decide(transaction: Transaction): void
  /**
   * Called when everything that `decide` has read and written is durable (synced). Never called if it cannot be made durable; the ledger then
   * reports its fault, and the process ends.
   */
  settled(): void
}

/** A row as it was and as it is; null is none. */
export interface Change<Key, Row> {
  readonly key: Key
  readonly before: Row | null
  readonly after: Row | null
}

/** What has become durable in one step. */
export interface Committed {
  /** Entries appended to queues, in queue order. */
  readonly appended: ReadonlyMap<ParticipantId, readonly Entry[]>
  /** Orders as they are now. */
  readonly orders: readonly OrderRecord[]
  /** The same orders and those that were removed, as they were and as they are. */
  readonly orderChanges: readonly Change<OrderKey, OrderRecord>[]
  readonly participantChanges: readonly Change<ParticipantId, ParticipantRecord>[]
}
