/** What delivery needs of others. */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { DeadLetter, Entry, Place, Retry } from '../domain/entry.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import type { Committed, Work } from '../domain/work.ts'

export interface DeliveryTransaction {
  readonly nowMs: number
  /** Has this hub served the participant ever since the work was submitted? If not, nothing may be written for it. */
  owns(participant: ParticipantId): boolean
  order(key: OrderKey): OrderRecord | undefined
  putOrder(record: OrderRecord): void
  participant(id: ParticipantId): ParticipantRecord | undefined
  putParticipant(record: ParticipantRecord): void
  take(place: Place, participant: ParticipantId, position: number): void
  addRetry(participant: ParticipantId, retry: Retry): void
  addDeadLetter(participant: ParticipantId, letter: DeadLetter): void
  /** What was appended to a queue since the turn began, in queue order, and was not taken again. */
  appendedTo(participant: ParticipantId): readonly Entry[]
}

/**
 * MUST run work in the order of `submit`, and settle it when it is durable. MUST announce what was committed after the work of its group
 * was settled. Ranges MUST be in queue order and hold everything that was announced before the call; one that cannot be read rejects, and MUST have been told to whoever owns the
 * ledger.
 */
export interface DeliveryLedger {
  submit(work: Work<DeliveryTransaction>): void
  /** Called when all work of a turn has been decided: what the listener writes becomes durable with it. Not every ledger does. */
  onDecided(listener: (transaction: DeliveryTransaction) => void): () => void
  onCommitted(listener: (committed: Committed) => void): () => void
  entries(participant: ParticipantId, from: { after: number; limit: number }): Promise<readonly Entry[]>
  retries(participant: ParticipantId, from: { after: number; limit: number }): Promise<readonly Retry[]>
  /** Orders that drivers hold: leased, assigned, in transit. */
  heldOrders(): Promise<readonly OrderKey[]>
}

/** Other hubs on the same ledger. */
export interface OtherHubs {
  /** Does this hub serve it? */
  owns(participant: ParticipantId): boolean
  /** Pickups for which other hubs have no driver. */
  waitingElsewhere(limit: number): Promise<readonly (Entry | Retry)[]>
}

/** One try to hand an entry over. */
export interface Handover {
  readonly entry: Entry
  /** Its name on the wire, by which the participant answers. */
  readonly token: string
  /** From 1. */
  readonly attempt: number
}

/**
 * The way out to one connection. MUST keep the order of handovers. MUST NOT throw, wait or call back into delivery before it returns; what cannot be
 * sent is dropped, delivery hands it over again.
 */
export interface Outlet {
  hand(handovers: readonly Handover[]): void
}

/** A connection's grip on its participant's queue. After `detach` its acknowledgements do not count any more. */
export interface Delivery {
  /** @param tokens `entry` of handed events; unknown ones are ignored and counted */
  acknowledge(tokens: readonly string[]): void
  reject(rejections: readonly { entry: string; reason: string }[]): void
  detach(): void
}

/** Counted for the hub's reports. MUST NOT throw. */
export interface DeliveryReports {
  handedOver(handovers: readonly Handover[], participant: ParticipantId): void
  acknowledged(entries: number): void
  /** One of those entries. @param acceptedTime of its event, ISO 8601 @param nowMs when it was acknowledged */
  delayed(acceptedTime: string, nowMs: number): void
  /** Acknowledgements and rejections of entries that are not in flight to that connection. */
  ignored(entries: number): void
  failed(entry: Entry, participant: ParticipantId, reason: string): void
  deadLettered(entry: Entry, participant: ParticipantId): void
  /** Delivery to it has come to the bound of retries, or goes on. */
  paused(participant: ParticipantId, isPaused: boolean): void
}

export interface DeliveryOptions {
  /** How long a handover may stay unacknowledged on a live connection. */
  readonly ackTimeoutMs: number
  /** Failed handovers after which an entry becomes a dead letter. */
  readonly deliveryLimit: number
  /** Before the second handover; it doubles with each further one. */
  readonly retryDelayMs: number
  readonly longestRetryDelayMs: number
  /** Entries of one participant that may wait for a retry; at this bound it gets no new ones. */
  readonly retryBound: number
  /** Bytes in flight to one connection. */
  readonly windowBytes: number
  /** How long a driver may be away before its leases end. */
  readonly driverGraceMs: number
  /** How long an order may stay assigned without being picked up. */
  readonly assignmentMs: number
}
