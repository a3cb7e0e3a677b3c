/** A client process of `frozen`: stores with healthy tills and a sender each, and drivers. */
import type { Link } from '../../shared/link/index.ts'
import type { Order } from '../../shared/messages.ts'
import {
  atRate,
  carryAtOnce,
  connectedLink,
  type Latencies,
  openAll,
  publishTimed,
  Stopwatch,
  takeNotice,
} from './participants.ts'
import { serveFunctions } from './worker.ts'

const stopwatch = new Stopwatch()
const senders: { readonly store: string; readonly link: Link }[] = []
const drivers: Link[] = []
let orders = 0

const orderOf = (store: string, details?: Order['details']): Order => {
  orders += 1
  return {
    store,
    orderId: `${process.pid}-${orders}`,
    customer: 'Ada Lovelace',
    address: '12 St James Square, London',
    ...(details === undefined ? {} : { details }),
  }
}

/** A string of details takes 8,192 characters. */
const detailsOf = (bytes: number) =>
  bytes > 0 ? { text: 'x'.repeat(bytes / 2), more: 'x'.repeat(bytes / 2) } : {}

const functions = {
  /** One a store; it only sends. */
  openSenders: async ({ url, stores }: { url: string; stores: readonly string[] }): Promise<void> => {
    const links = await openAll(stores, (store) =>
      connectedLink({ url, role: 'vendor', store, id: 'sender', receive: false }, () => {}),
    )
    links.forEach((link, index) => void senders.push({ store: stores[index]!, link }))
  },

  openTills: async ({ url, names }: { url: string; names: readonly [string, string][] }): Promise<void> => {
    await openAll(names, ([store, id]) =>
      connectedLink({ url, role: 'vendor', store, id }, (link) => takeNotice(link, stopwatch)),
    )
  },

  openDrivers: async ({
    url,
    names,
    bytes,
    capacity,
  }: {
    url: string
    names: readonly string[]
    bytes: number
    capacity: number
  }): Promise<void> => {
    const details = detailsOf(bytes)
    const links = await openAll(names, (id) =>
      connectedLink({ url, role: 'driver', id, capacity }, (link) =>
        carryAtOnce(link, { stopwatch, details }),
      ),
    )
    drivers.push(...links)
  },

  /** So many orders for each store, one after another over all stores. The last one of each store that was asked for. */
  publishOrders: async ({ perStore, bytes }: { perStore: number; bytes: number }): Promise<string[]> => {
    const last: string[] = []
    for (let round = 0; round < perStore; round += 1)
      await Promise.all(
        senders.map(({ store, link }, index) => {
          const order = orderOf(store, detailsOf(bytes))
          last[index] = order.orderId
          return link.publish('pickup', order)
        }),
      )
    return last
  },

  closeDrivers: async (_: object): Promise<void> =>
    void (await Promise.all(drivers.splice(0).map((link) => link.close()))),

  /** Orders at a rate, over all stores in turn. What was measured at the clients of this process meanwhile, and shortly after. */
  measure: async ({
    perSecond,
    durationMs,
  }: {
    perSecond: number
    durationMs: number
  }): Promise<Latencies> => {
    stopwatch.begin()
    await atRate(perSecond, durationMs, (index) => {
      const { store, link } = senders[index % senders.length]!
      publishTimed(link, 'pickup', orderOf(store), stopwatch).catch(() => {})
    })
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    return stopwatch.end()
  },
}

/** For what was sent last to arrive; what takes longer is missing in the figures, and would have been far above them. */
const SETTLE_MS = 2000

export type FrozenClients = typeof functions

serveFunctions(functions)
