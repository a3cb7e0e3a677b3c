import type { TrackReply } from '../shared/protocol.ts'
import { itemsOf } from './domain/history.ts'
import type { OrderRecord } from './domain/order-record.ts'

/** What a store is told about one of its orders; null if there is none. */
export const trackReply = (record: OrderRecord | undefined): Extract<TrackReply, { ok: true }> | null => {
  if (record === undefined) return null
  const driver = record.driver === null ? {} : { driver: record.driver }
  return {
    ok: true,
    order: { ...record.order, state: record.state, ...driver },
    history: itemsOf(record.history),
  }
}
