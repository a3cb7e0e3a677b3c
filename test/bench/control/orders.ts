/** The memory of a control: open orders by store, and the events that are made of them, of the same form and size as those of CAPS. Written for speed: no text is made that need not be, objects are literals. */
import type { Order, Progress } from '../../../shared/messages.ts'
import type { EventName, HandedEvent } from '../../../shared/protocol.ts'

interface Open {
  readonly order: Order
  driver: string
}

const stores = new Map<string, Map<string, Open>>()

const openOrdersOf = (store: string): Map<string, Open> => {
  const known = stores.get(store)
  if (known !== undefined) return known
  const added = new Map<string, Open>()
  stores.set(store, added)
  return added
}

/** All ids are as long as a UUID. */
let lastNumber = 100_000_000_000
let timeMs = 0
let time = ''

const now = (): string => {
  const ms = Date.now()
  if (ms !== timeMs) {
    timeMs = ms
    time = new Date(ms).toISOString()
  }
  return time
}

const handed = (event: EventName, payload: HandedEvent['payload']): HandedEvent => {
  lastNumber += 1
  const entry = String(lastNumber)
  return { id: `01900000-0000-7000-8000-${entry}`, event, time: now(), payload, entry, attempt: 1 }
}

const progressOf = (
  event: EventName,
  { order: { store, orderId, customer, address }, driver }: Open,
): HandedEvent => handed(event, { store, orderId, customer, address, driver })

export const pickupOf = (order: Order): HandedEvent => {
  openOrdersOf(order.store).set(order.orderId, { order, driver: '' })
  return handed('pickup', order)
}

/** null if there is no such order. */
export const inTransitOf = ({ store, orderId }: Progress, driver: string): HandedEvent | null => {
  const found = openOrdersOf(store).get(orderId)
  if (found === undefined) return null
  found.driver = driver
  return progressOf('in-transit', found)
}

/** null if there is no such order; it is forgotten with its end. */
export const deliveredOf = ({ store, orderId }: Progress): HandedEvent | null => {
  const orders = openOrdersOf(store)
  const found = orders.get(orderId)
  if (found === undefined) return null
  orders.delete(orderId)
  return progressOf('delivered', found)
}
