/**
 * An event in one participant's queue. `position` orders a queue; it is unique in the whole hub and never used twice, so that it can stand for
 * the entry on the wire.
 */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { EventName, EventPayload } from '../../shared/protocol.ts'
import { Payload } from './payload.ts'

export interface Entry {
  readonly position: number
  /** The event's id, the same in every queue. */
  readonly id: string
  readonly event: EventName
  /** ISO 8601, when the hub accepted the event. */
  readonly time: string
  readonly payload: EventPayload
  readonly replay?: true
}

/** One handover that ended in a rejection or was not acknowledged in time. */
export interface Failure {
  /** ISO 8601 */
  readonly time: string
  readonly reason: string
}

/** An entry that has left the queue proper to be handed over again later, or to wait behind such a one of its order (then without failures). */
export interface Retry extends Entry {
  readonly failures: readonly Failure[]
  /** Not before this time; milliseconds since 1970. */
  readonly dueMs: number
}

/** An entry that reached the delivery limit, with its history. */
export interface DeadLetter extends Entry {
  readonly failures: readonly Failure[]
  /** Milliseconds since 1970. */
  readonly deadMs: number
}

/** Where an entry lies: in the queue, among the retries, among the dead letters. */
export type Place = 'queue' | 'retry' | 'dead'

/** Where to find an entry. */
export interface EntryAt {
  readonly participant: ParticipantId
  readonly place: Place
  readonly position: number
}

export const orderKeyOf = ({ payload }: Pick<Entry, 'payload'>): OrderKey => Payload.orderKeyOf(payload)
