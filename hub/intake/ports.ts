/** What intake needs of others. */
import type { ReceiptCode } from '../../shared/codes.ts'
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { EventName } from '../../shared/protocol.ts'
import type { Entry, Place } from '../domain/entry.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import type { Work } from '../domain/work.ts'

export interface IntakeTransaction {
  readonly nowMs: number
  order(key: OrderKey): OrderRecord | undefined
  putOrder(record: OrderRecord): void
  /** The store's participants that have a queue. */
  rosterOf(store: string): readonly ParticipantId[]
  participant(id: ParticipantId): ParticipantRecord | undefined
  /** Adds an entry at the end of a queue and gives its position. */
  append(participant: ParticipantId, entry: Omit<Entry, 'position'>): number
  take(place: Place, participant: ParticipantId, position: number): void
}

/** MUST run work in the order of `submit`, and settle it when it is durable. */
export interface IntakeLedger {
  submit(work: Work<IntakeTransaction>): void
  /** Is its database out of reach for now? */
  readonly isAway: boolean
}

/** Ids for events: unique for ever, ascending with time. */
export interface Ids {
  next(timeMs: number): string
}

/** Told after an event is durable, or refused. MUST NOT throw. */
export interface IntakeReports {
  accepted(event: Omit<Entry, 'position'>): void
  repeated(event: EventName): void
  refused(code: ReceiptCode, sender: ParticipantId): void
}

/** State of the machine that makes the hub refuse pickups. */
export interface Pressure {
  isDiskLow(): boolean
}
