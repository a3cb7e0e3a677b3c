/** What upkeep needs of others. */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { DeadLetter, Entry, EntryAt, Place } from '../domain/entry.ts'
import type { Erasure } from '../domain/erasure.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import type { Work } from '../domain/work.ts'

export interface UpkeepTransaction {
  readonly nowMs: number
  readonly lastPosition: number
  order(key: OrderKey): OrderRecord | undefined
  putOrder(record: OrderRecord): void
  /** MUST NOT be called while entries of the order lie anywhere. */
  removeOrder(record: OrderRecord): void
  participant(id: ParticipantId): ParticipantRecord | undefined
  putParticipant(record: ParticipantRecord): void
  removeParticipant(id: ParticipantId): void
  append(participant: ParticipantId, entry: Omit<Entry, 'position'>): number
  /** Does the entry still lie there, which was read before? Needs `entries` in the work. */
  isThere(at: EntryAt): boolean
  take(place: Place, participant: ParticipantId, position: number): void
  /** Puts another entry in the place of one at the same position, which this hub has not taken. If another hub has made another one of it, or taken it, that stays. */
  replace(place: Place, participant: ParticipantId, replacement: { before: Entry; after: Entry }): void
  /** What is erased of the order MUST be known to all hubs before they write anything else. */
  putErasure(order: OrderKey, erasure: Erasure): void
}

/** MUST run work in the order of `submit`, and settle it when it is durable. Ranges MUST be in key order. */
export interface UpkeepLedger {
  submit(work: Work<UpkeepTransaction>): void
  /** Known participants in the order of their ids, after a name (or '', or a part of one). */
  participants(after: string, limit: number): Promise<readonly ParticipantRecord[]>
  /** Orders that ended before a time, longest ago first. */
  ordersEndedBefore(timeMs: number, limit: number): Promise<readonly OrderKey[]>
  deadLettersOf(
    participant: ParticipantId,
    from: { after: number; limit: number },
  ): Promise<readonly DeadLetter[]>
  /** What lies in one place of a participant, up to a position: in its closed queue, if that is its end. */
  closedEntries(
    place: Place,
    participant: ParticipantId,
    range: { after: number; upTo: number; limit: number },
  ): Promise<readonly Entry[]>
  /** Lets what was removed or overwritten of an order, and of queues in which its entries may have lain, go from all files as well. @returns whether that is done; false if the ledger has closed or failed first */
  scrub(record: OrderRecord): Promise<boolean>
}

/** What lies in memory of orders that are erased. */
export interface HandedErasures {
  /** From now on their entries are handed over, and written, without what is erased. */
  note(order: OrderKey, erasure: Erasure): void
  /** An entry as it is to be written. To be called in the step that writes it. */
  written<E extends Entry>(entry: E): E
  readonly noted: Iterable<OrderKey>
  /** Nothing of them is owed any more. */
  forget(orders: readonly OrderKey[]): void
  /** Grows when an entry of an order that was noted is written. */
  writesOf(order: OrderKey): number
}

/** Counted and visible. MUST NOT throw. */
export interface UpkeepReports {
  expired(participant: ParticipantId, entries: number): void
  dropped(participant: ParticipantId, entries: number): void
  replayed(participant: ParticipantId, entries: number): void
  ordersRemoved(orders: number): void
  erased(order: OrderKey): void
  /** The bytes of what was erased are gone, too. */
  scrubbed(order: OrderKey): void
}

export interface UpkeepOptions {
  readonly sessionExpiryMs: number
  readonly orderRetentionMs: number
  readonly deadLetterRetentionMs: number
  /** Between two rounds. */
  readonly upkeepPeriodMs: number
}

/** Who is there, and who must not be forgotten. */
export interface Presence {
  isConnected(participant: ParticipantId): boolean
  /** Is of everybody written down since when he is away, so that nobody else is? */
  readonly isAwayWritten: boolean
  /** Is it another hub's to end its session, and to remove its queue? */
  isOthers(participant: ParticipantId): boolean
  /** Does this driver hold an order? Its session then does not expire. */
  isCarrying(participant: ParticipantId): boolean
}
