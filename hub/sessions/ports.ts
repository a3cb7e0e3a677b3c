/** What sessions need of others. */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import type { Work } from '../domain/work.ts'

export interface SessionTransaction {
  readonly nowMs: number
  /** Has this hub served the participant ever since the work was submitted? If not, nothing may be written for it. */
  owns(participant: ParticipantId): boolean
  readonly lastPosition: number
  participant(id: ParticipantId): ParticipantRecord | undefined
  putParticipant(record: ParticipantRecord): void
  removeParticipant(id: ParticipantId): void
  rosterOf(store: string): readonly ParticipantId[]
  order(key: OrderKey): OrderRecord | undefined
  putOrder(record: OrderRecord): void
}

/** MUST run work in the order of `submit`, and settle it when it is durable. */
export interface SessionLedger<T extends SessionTransaction> {
  submit(work: Work<T>): void
}

/** What drivers hold, and how it goes back when one leaves. */
export interface DriverOrders<T> {
  heldBy(driver: string): readonly OrderKey[]
  /** @param held orders that the work has named @returns false, with nothing changed, if something is in transit */
  withdraw(transaction: T, held: { driver: string; orders: readonly OrderKey[] }): boolean
}
