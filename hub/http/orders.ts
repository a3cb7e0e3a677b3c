/** `GET /api/orders/:store/:orderId`: what the message `track` tells a vendor, for whoever may read the order. */
import { type OrderKey, orderKey } from '../../shared/ids.ts'
import type { TrackReply } from '../../shared/protocol.ts'
import { reaches } from '../access/rights.ts'
import { type ApiAnswer, refusalAnswer } from './answers.ts'
import type { Route } from './router.ts'

export interface TrackedOrders {
  /** null if there is no such order. */
  track(order: OrderKey, reply: (found: Extract<TrackReply, { ok: true }> | null) => void): void
}

/** Whether there is an order that is not for him is nobody's business. */
const UNKNOWN = refusalAnswer('unknown-order', 'There is no such order, or no longer.')

const answerOf = (found: object | null): ApiAnswer =>
  found === null ? UNKNOWN : { status: 200, body: found }

export const orderRoute = (orders: TrackedOrders): Route => ({
  method: 'GET',
  path: '/api/orders/:store/:orderId',
  right: 'read-order',
  handle({ params, identity }) {
    const { store, orderId } = params as { store: string; orderId: string }
    if (!reaches(identity, { store, orderId })) return UNKNOWN
    return new Promise((resolve) =>
      orders.track(orderKey(store, orderId), (found) => resolve(answerOf(found))),
    )
  },
})
