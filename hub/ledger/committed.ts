import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import type { Change, Committed } from '../domain/work.ts'
import type { Appended } from './appended.ts'

/** What a ledger changes in a group of rows, of those that others hear of. */
interface ToldChanges {
  readonly orders: readonly Change<OrderKey, OrderRecord>[]
  readonly participants: readonly Change<ParticipantId, ParticipantRecord>[]
}

/** What is told of a group when it is durable. */
export const committedOf = (appended: Appended, { orders, participants }: ToldChanges): Committed => {
  const records: OrderRecord[] = []
  for (const { after } of orders) if (after !== null) records.push(after)
  return {
    appended: appended.byParticipant,
    orders: records,
    orderChanges: orders,
    participantChanges: participants,
  }
}
