/**
 * The map, one for all who look at it: so many open orders whose places are known, the newest ones. A new order takes the place of the one that has been there for longest. More changes than fit a message wait for the next
 * one, as they are then.
 */
import type { OrderKey } from '../../../shared/ids.ts'
import type { Changed } from '../../../shared/watch.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { Committed } from '../../domain/work.ts'
import { orderRowOf } from '../rows.ts'
import type { Screen } from './screen.ts'

export const MAP_ORDERS = 500
/** In one message, four times a second; and of these, orders that were not on the map before: more would only push each other out. */
const MOST_CHANGED = 100
const MOST_NEW = 10

export class MapScreen implements Screen {
  readonly #exchange: (keys: { come: OrderKey; gone: OrderKey | null }) => void
  /** Those that are on the map, oldest first. */
  readonly #shown = new Set<OrderKey>()
  readonly #changed = new Map<OrderKey, OrderRecord>()
  #new = 0

  /** @param exchange called when the map wants to hear of another order than before */
  constructor(exchange: (keys: { come: OrderKey; gone: OrderKey | null }) => void) {
    this.#exchange = exchange
  }

  /** The orders of the map as it was read, newest first. */
  read(orders: readonly OrderKey[]): void {
    this.#shown.clear()
    for (const key of [...orders].reverse()) this.#shown.add(key)
    for (const key of this.#changed.keys()) if (!this.#shown.has(key)) this.#changed.delete(key)
  }

  get orders(): Iterable<OrderKey> {
    return this.#shown
  }

  orderChanged(record: OrderRecord): void {
    this.#changed.set(record.key, record)
  }

  participantChanged(): void {}

  committed({ orderChanges }: Committed): void {
    for (const { before, after } of orderChanges) {
      if (this.#new === MOST_NEW) return
      if (before !== null || after === null || after.order.details === undefined) continue
      if (isPlaced(after)) this.#come(after)
    }
  }

  #come(record: OrderRecord): void {
    const [oldest = null] = this.#shown
    const gone = this.#shown.size < MAP_ORDERS ? null : oldest
    if (gone !== null) {
      this.#shown.delete(gone)
      this.#changed.delete(gone)
    }
    this.#new += 1
    this.#shown.add(record.key)
    this.#changed.set(record.key, record)
    this.#exchange({ come: record.key, gone })
  }

  take(nowMs: number): Changed | null {
    this.#new = 0
    if (this.#changed.size === 0) return null
    const orders: ReturnType<typeof orderRowOf>[] = []
    for (const [key, record] of this.#changed) {
      if (orders.length === MOST_CHANGED) break
      this.#changed.delete(key)
      orders.push(orderRowOf(record, nowMs))
    }
    return { view: 'map', orders }
  }
}

const isPlaced = (record: OrderRecord): boolean => {
  const { from, to } = orderRowOf(record, 0)
  return from !== undefined && to !== undefined
}
