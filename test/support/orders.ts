/** Orders, and who sends what about them. */
import type { Proposal, Sender, Stamp } from '../../hub/domain/order.ts'
import { accept } from '../../hub/domain/order.ts'
import type { OrderRecord } from '../../hub/domain/order-record.ts'
import { driverId, orderKey, vendorId } from '../../shared/ids.ts'
import type { Order, Progress } from '../../shared/messages.ts'
import type { EventName } from '../../shared/protocol.ts'

export const order = (orderId = 'order-1', more: Partial<Order> = {}): Order => ({
  store: 'acme',
  orderId,
  customer: 'Ada Lovelace',
  address: '12 St James Square, London',
  ...more,
})

export const vendor = (store = 'acme', id = 'main'): Sender => ({
  role: 'vendor',
  participant: vendorId(store, id),
  store,
  id,
})

export const driver = (id = 'bob'): Sender => ({ role: 'driver', participant: driverId(id), id })

export const pickup = (payload: Order = order(), sender: Sender = vendor(payload.store)): Proposal => ({
  key: orderKey(payload.store, payload.orderId),
  event: 'pickup',
  sender,
  payload,
})

/** What driver `id` reports about an order; of `order()` unless told. */
export const progress = (
  event: Exclude<EventName, 'pickup'>,
  id = 'bob',
  payload: Partial<Progress> = {},
): Proposal => {
  const whole: Progress = { store: 'acme', orderId: 'order-1', ...payload }
  return { key: orderKey(whole.store, whole.orderId), event, sender: driver(id), payload: whole }
}

export const stamp = (id: string, timeMs = Date.UTC(2026, 0, 1)): Stamp => ({ id, timeMs })

/** The order as intake keeps it when its pickup was accepted: in the fleet's queue, at `position`. */
export const waitingOrder = (payload: Order = order(), position = 1): OrderRecord => {
  const record = accept(undefined, pickup(payload), stamp(`pickup of ${payload.orderId}`))
  return { ...record, owed: 1, dispatch: { ...record.dispatch, position, place: 'queue' } }
}
