import type { OrderKey } from '../shared/ids.ts'
import type { TrackReply } from '../shared/protocol.ts'
import { itemsOf } from './domain/history.ts'
import type { OrderRecord } from './domain/order-record.ts'
import type { Ledger } from './ledger/ledger.ts'
import { flushed } from './ledger-ports.ts'

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

/**
 * What there is to tell of an order, when that is durable; null if there is none.
 * @param from `hasHubs`: may others add to its history? What they have added is not in any memory here
 */
export const trackOrder = (
  { ledger, hasHubs }: { ledger: Ledger; hasHubs: boolean },
  order: OrderKey,
  reply: (found: ReturnType<typeof trackReply>) => void,
): void => {
  if (hasHubs)
    return void flushed(ledger)
      .then(() => ledger.reads.orderRecords([order]))
      .then(
        ([record]) => reply(trackReply(record)),
        () => {},
      )
  let found: ReturnType<typeof trackReply> = null
  ledger.submit({
    orders: [order],
    decide: (transaction) => {
      found = trackReply(transaction.order(order))
    },
    settled: () => reply(found),
  })
}
