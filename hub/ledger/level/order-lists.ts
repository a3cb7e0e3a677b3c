/** Orders as their indexes list them, what only the journal holds laid over what lies under its own keys. */
import type { OrderKey } from '../../../shared/ids.ts'
import type { Database } from './database.ts'
import {
  acceptedRange,
  endedBetweenRange,
  endedRange,
  heldByRange,
  heldRange,
  orderOfIndexKey,
  orderRowKey,
  orderRowRange,
  withoutPrefix,
} from './keys.ts'
import { newerAccepted } from './newer-accepted.ts'
import { type OrderPage, ordersOfAllStores } from './orders-of-all-stores.ts'
import { firstKeysOf, type NewerKeys, type Page, type Part, type Read } from './overlay.ts'
import type { Tables } from './tables.ts'
import { endedIndex, heldIndex, type IndexKey, UNDELIVERED } from './write-back.ts'

/** Keys of orders in one of their indexes. */
const ordersIn = (keys: readonly string[]): OrderKey[] => keys.map(orderOfIndexKey)

const orderPage = (ends: readonly string[], limit: number, orderOf: (end: string) => string): OrderPage => ({
  orders: ends.map((end) => orderOf(end) as OrderKey),
  next: ends.length < limit ? null : ends.at(-1)!,
})

export interface OrderListsParts {
  readonly db: Pick<Database, 'iterator' | 'keys'>
  readonly orders: Pick<Tables['orders'], 'unwritten'>
  /** What cannot be read, or is damaged, is told to the owner, and rejects. */
  telling<Rows, T>(rows: Promise<Rows>, pageOf: (rows: Rows) => Page<T>): Promise<Page<T>>
}

export class OrderLists {
  readonly #parts: OrderListsParts

  constructor(parts: OrderListsParts) {
    this.#parts = parts
  }

  /** Orders that drivers hold: leased, assigned, in transit. As many as the drivers' capacities allow. */
  async held(): Promise<OrderKey[]> {
    return ordersIn(await this.#orderKeys({ range: heldRange, limit: Number.MAX_SAFE_INTEGER }, heldIndex))
  }

  /** Orders by the time of their acceptance, newest first. @param from, to as rows have their times, ISO 8601; `to` excluded */
  async byTime(range: { from: string; to: string; after: string | null; limit: number }): Promise<OrderPage> {
    const { from, to, after, limit } = range
    const part = { range: acceptedRange({ from, to, before: after }), limit, reverse: true }
    const newer = newerAccepted(this.#parts.orders.unwritten(), { before: after ?? to, limit })
    const ends = (await firstKeysOf(this.#readKeys, newer, part)).map(withoutPrefix)
    return orderPage(ends, limit, (end) => end.slice(end.indexOf('/') + 1))
  }

  /** Orders of a store, or of all stores (null), whose ids begin so, in the order of their keys. Of all stores a page may have fewer than there are. */
  async named(range: {
    store: string | null
    beginning: string
    after: string | null
    limit: number
  }): Promise<OrderPage> {
    const { store, beginning, after, limit } = range
    const newer = this.#newerKeys(({ key }) => orderRowKey(key))
    if (store === null) return ordersOfAllStores(this.#readKeys, newer, { beginning, after, limit })
    const part = { range: orderRowRange(`${store}/${beginning}`, after), limit }
    const ends = await firstKeysOf(this.#readKeys, newer, part)
    return orderPage(ends.map(withoutPrefix), limit, (end) => end)
  }

  /** Orders that a driver holds, in the order of their keys; of all drivers (null), one driver after another. */
  async heldBy(range: { driver: string | null; after: string | null; limit: number }): Promise<OrderPage> {
    const { driver, after, limit } = range
    const part = { range: heldByRange(driver, after), limit }
    const ends = (await this.#orderKeys(part, heldIndex)).map(withoutPrefix)
    return orderPage(ends, limit, (end) => end.slice(end.indexOf('/') + 1))
  }

  /** Orders that ended before a time, longest ago first. */
  async endedBefore(timeMs: number, limit: number): Promise<OrderKey[]> {
    return ordersIn(await this.#orderKeys({ range: endedRange(timeMs), limit }, endedIndex))
  }

  /** Looks at so many orders that ended from a time on and before another one: how many of them were delivered. `next` is null at the end. */
  async delivered(range: {
    fromMs: number
    toMs: number
    after: string | null
    limit: number
  }): Promise<{ count: number; next: string | null }> {
    const { limit } = range
    const undelivered = this.#newerUndelivered()
    const read: Read<string> = ({ range, ...rest }) =>
      this.#parts.telling(this.#parts.db.iterator({ ...range, ...rest }).all(), (entries) =>
        entries.map(([key, value]) => {
          if (value === UNDELIVERED) undelivered.add(key)
          return [key, key]
        }),
      )
    const part = { range: endedBetweenRange(range), limit }
    const keys = await firstKeysOf(read, this.#newerKeys(endedIndex), part)
    const count = keys.filter((key) => !undelivered.has(key)).length
    return { count, next: keys.length < limit ? null : keys.at(-1)! }
  }

  /** Keys in the index by when they ended of orders that nobody delivered and only the journal holds so. */
  #newerUndelivered(): Set<string> {
    const keys = new Set<string>()
    for (const { row } of this.#parts.orders.unwritten()) {
      const key = row === null || row.state === 'delivered' ? null : endedIndex(row)
      if (key !== null) keys.add(key)
    }
    return keys
  }

  /** Keys of orders in one of their indexes. */
  #orderKeys(part: Part, indexKey: IndexKey): Promise<string[]> {
    return firstKeysOf(this.#readKeys, this.#newerKeys(indexKey), part)
  }

  readonly #readKeys: Read<string> = ({ range, ...rest }) =>
    this.#parts.telling(this.#parts.db.keys({ ...range, ...rest }).all(), (keys) =>
      keys.map((key) => [key, key]),
    )

  #newerKeys(indexKey: IndexKey): NewerKeys {
    const added: string[] = []
    const hidden = new Set<string>()
    for (const { stored, row } of this.#parts.orders.unwritten()) {
      const before = stored && indexKey(stored)
      const after = row && indexKey(row)
      if (before === after) continue
      if (before !== null) hidden.add(before)
      if (after !== null) added.push(after)
    }
    return { added, hidden }
  }
}
