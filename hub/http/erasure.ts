/** Erasing the personal fields of one order, for an operator. It is answered when nothing of them is kept any more, and may be repeated. */
import { type OrderKey, orderKey } from '../../shared/ids.ts'
import { refusalAnswer } from './answers.ts'
import type { Route } from './router.ts'

export interface Eraser {
  /** @returns false if there is no such order */
  erase(order: OrderKey): Promise<boolean>
}

export const erasureRoute = (eraser: Eraser): Route => ({
  method: 'POST',
  path: '/api/orders/:store/:orderId/erase',
  right: 'operate',
  async handle({ params }) {
    const { store, orderId } = params as { store: string; orderId: string }
    return (await eraser.erase(orderKey(store, orderId)))
      ? { status: 200, body: { ok: true, store, orderId } }
      : refusalAnswer('unknown-order', 'The hub does not know this order, or no longer.')
  },
})
