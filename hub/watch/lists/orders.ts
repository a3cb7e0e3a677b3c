/**
 * Lists of orders from the ledger's indexes. A filter takes the narrowest index there is: ids have the orders' own keys, what a driver has now has that of holdings, everything else the times of acceptance. What the index cannot tell is
 * looked up in the rows. Both are bounded a call: a search that finds little stops, gives what it has and says where it goes on.
 */
import { type OrderKey, orderKey } from '../../../shared/ids.ts'
import type { List, OrderFilter, OrderRow, OrderView } from '../../../shared/watch.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import { isoTime } from '../../domain/time.ts'
import type { After, ListsLedger, OrderPage } from '../ports.ts'
import { orderRowOf, orderViewOf } from '../rows.ts'

export const PAGE_ROWS = 50
/** Of an index, at a time. One is told in about a microsecond; a row takes ten. */
const KEYS = 1000
const RECORDS = 100
/** A call. */
const MOST_PAGES = 20
const MOST_RECORDS = 1000
const NEWEST_OPEN = 2000

/** The last moment of which the text is in its order. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

type OrdersLedger = Pick<ListsLedger, 'ordersByTime' | 'ordersNamed' | 'ordersHeldBy' | 'orderRecords'>

/** Where orders are looked for. */
interface Source {
  page(after: After, limit: number): Promise<OrderPage>
  /** Behind this one. */
  cursorOf(record: OrderRecord): string
}

const timeText = (timeMs: number): string => isoTime(Math.min(Math.max(timeMs, 0), LAST_MS))

const timesOf = ({ fromMs = 0, toMs = LAST_MS }: OrderFilter) => ({
  from: timeText(fromMs),
  to: timeText(toMs),
})

const byTime = (ledger: OrdersLedger, filter: OrderFilter): Source => ({
  page: (after, limit) => ledger.ordersByTime({ ...timesOf(filter), after, limit }),
  cursorOf: ({ time, key }) => `${time}/${key}`,
})

/** `<store>/<beginning>`, or the beginning of an id. */
const searchedIn = (search: string, store: string | undefined) => {
  const end = search.indexOf('/')
  return end < 0
    ? { store: store ?? null, beginning: search }
    : { store: search.slice(0, end), beginning: search.slice(end + 1) }
}

const byName = (ledger: OrdersLedger, search: string, store: string | undefined): Source => ({
  page: (after, limit) => ledger.ordersNamed({ ...searchedIn(search, store), after, limit }),
  cursorOf: ({ key }) => key,
})

const byHolder = (ledger: OrdersLedger, driver: string): Source => ({
  page: (after, limit) => ledger.ordersHeldBy({ driver, after, limit }),
  cursorOf: ({ key }) => `${driver}/${key}`,
})

const sourceFor = (ledger: OrdersLedger, filter: OrderFilter): Source => {
  const { search, store, driver, state } = filter
  if (search) return byName(ledger, search, store)
  const isHeld = state === 'assigned' || state === 'in-transit'
  return driver !== undefined && isHeld ? byHolder(ledger, driver) : byTime(ledger, filter)
}

/** As far as its key tells. */
const mayMatch = (order: OrderKey, { store }: OrderFilter): boolean =>
  store === undefined || order.startsWith(`${store}/`)

/** For many records: what is the same for all of them is made once. */
const matcherOf = (filter: OrderFilter): ((record: OrderRecord) => boolean) => {
  const times = timesOf(filter)
  return (record) => matches(record, filter, times)
}

const matches = (
  record: OrderRecord,
  filter: OrderFilter,
  { from, to }: ReturnType<typeof timesOf>,
): boolean => {
  const { driver, state } = filter
  const holder = record.driver ?? record.dispatch.lease?.driver
  return (
    (driver === undefined || holder === driver) &&
    (state === undefined || record.state === state) &&
    record.time >= from &&
    (record.time < to || filter.toMs === undefined)
  )
}

/**
 * Whether it is a page that has as many as fit, a reading of rows, or one of keys: by what the filter asks of them. Each reading of the index looks through all that the journal holds, so what the first rows do not give is read in one go.
 */
const pageLimit = ({ driver, state, store, fromMs, toMs, search }: OrderFilter, looked: number): number => {
  const isOfRows = driver !== undefined || state !== undefined
  if (isOfRows || (search && (fromMs ?? toMs) !== undefined))
    return looked === 0 ? RECORDS : MOST_RECORDS - looked
  return store === undefined || search ? PAGE_ROWS + 1 : KEYS
}

function* lotsOf<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size)
}

export class OrderLists {
  readonly #ledger: OrdersLedger
  readonly #now: () => number

  constructor(ledger: OrdersLedger, now: () => number) {
    this.#ledger = ledger
    this.#now = now
  }

  async orders(filter: OrderFilter, after: After): Promise<List<OrderRow>> {
    const source = sourceFor(this.#ledger, filter)
    const isWanted = matcherOf(filter)
    const rows: OrderRow[] = []
    let next = after
    for (let pages = 0, looked = 0; pages < MOST_PAGES && looked < MOST_RECORDS; pages += 1) {
      const page = await source.page(next, pageLimit(filter, looked))
      const orders = page.orders.filter((order) => mayMatch(order, filter))
      for (const lot of lotsOf(orders, PAGE_ROWS + 1)) {
        looked += lot.length
        for (const record of await this.#ledger.orderRecords(lot)) {
          if (!isWanted(record)) continue
          rows.push(orderRowOf(record, this.#now()))
          if (rows.length < PAGE_ROWS) continue
          const isLast = page.next === null && record.key === orders.at(-1)
          return { rows, next: isLast ? null : source.cursorOf(record) }
        }
      }
      next = page.next
      if (next === null) return { rows, next }
    }
    return { rows, next, partial: true }
  }

  async order(store: string, orderId: string): Promise<OrderView | null> {
    const [record] = await this.#ledger.orderRecords([orderKey(store, orderId)])
    return record === undefined ? null : orderViewOf(record, this.#now())
  }

  /** Of those that nobody holds the newest are looked through; those that are held may be old. */
  async openOrders(limit: number): Promise<readonly OrderRow[]> {
    const open = new Map<OrderKey, OrderRow>()
    const held = await this.#ledger.ordersHeldBy({ driver: null, after: null, limit })
    for await (const record of this.#recordsOf(held.orders)) this.#noteOpen(open, record)
    let after: After = null
    for (let looked = 0; looked < NEWEST_OPEN && open.size < 2 * limit; looked += KEYS) {
      const page: OrderPage = await this.#ledger.ordersByTime({ ...timesOf({}), after, limit: KEYS })
      for await (const record of this.#recordsOf(page.orders)) this.#noteOpen(open, record)
      after = page.next
      if (after === null) break
    }
    return [...open.values()].sort((one, other) => other.acceptedMs - one.acceptedMs).slice(0, limit)
  }

  async *#recordsOf(orders: readonly OrderKey[]): AsyncGenerator<OrderRecord> {
    for (const lot of lotsOf(orders, RECORDS)) yield* await this.#ledger.orderRecords(lot)
  }

  #noteOpen(open: Map<OrderKey, OrderRow>, record: OrderRecord): void {
    if (record.endedMs !== null) return
    const row = orderRowOf(record, this.#now())
    if (row.from !== undefined && row.to !== undefined) open.set(row.key, row)
  }
}
