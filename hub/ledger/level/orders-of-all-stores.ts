/**
 * Finds orders by the beginning of their ids when nobody says of which store: there is no index of ids alone, so it looks into one store after another. Orders are sorted by their stores: the next one is a single look behind the last.
 */
import type { OrderKey } from '../../../shared/ids.ts'
import { orderRowRange, withoutPrefix } from './keys.ts'
import { firstKeysOf, type NewerKeys, type Read } from './overlay.ts'

/** A page of orders and where it goes on; null if it was the last one. */
export interface OrderPage {
  readonly orders: readonly OrderKey[]
  readonly next: string | null
}

/** Stores that are looked into at a time. */
const MOST_STORES = 100
/** Behind all orders of its store. */
const endOf = (store: string): string => `${store}/\x7f`
const storeIn = (order: string): string => order.slice(0, order.indexOf('/'))

const byStore = ({ added }: NewerKeys): ReadonlyMap<string, string[]> => {
  const stores = new Map<string, string[]>()
  for (const key of added) {
    const store = storeIn(withoutPrefix(key))
    const ofStore = stores.get(store)
    if (ofStore === undefined) stores.set(store, [key])
    else ofStore.push(key)
  }
  return stores
}

const first = (one: string | undefined, other: string | undefined): string | null => {
  if (one === undefined || other === undefined) return one ?? other ?? null
  return endOf(one) < endOf(other) ? one : other
}

export const ordersOfAllStores = async (
  read: Read<string>,
  newer: NewerKeys,
  { beginning, after, limit }: { beginning: string; after: string | null; limit: number },
): Promise<OrderPage> => {
  const stores = byStore(newer)
  const newerStores = [...stores.keys()].sort((one, other) => (endOf(one) < endOf(other) ? -1 : 1))
  const nextStore = async (end: string | null): Promise<string | null> => {
    const [stored] = await read({ range: orderRowRange('', end), limit: 1 })
    const newStore = newerStores.find((store) => end === null || endOf(store) > end)
    return first(stored && storeIn(withoutPrefix(stored[0])), newStore)
  }
  const orders: OrderKey[] = []
  let store = after === null ? await nextStore(null) : storeIn(after)
  for (let looked = 0, from = after; store !== null; looked += 1, from = null) {
    if (looked === MOST_STORES) return { orders, next: `${store}/` }
    const range = orderRowRange(`${store}/${beginning}`, from)
    const ofStore = { ...newer, added: stores.get(store) ?? [] }
    const found = await firstKeysOf(read, ofStore, { range, limit: limit - orders.length })
    orders.push(...(found.map(withoutPrefix) as OrderKey[]))
    if (orders.length === limit) return { orders, next: orders.at(-1)! }
    store = await nextStore(endOf(store))
  }
  return { orders, next: null }
}
