/**
 * Makes orders and carries them, with the link library over real sockets: a link a store that only sends, and one driver that reports every pickup in transit and delivered at
 * once. A number of orders is under way at any time; each counts when the hub has confirmed its `delivered`. It goes on by itself when the hub comes back.
 */
import { connectHub } from '../../shared/link/connect-hub.ts'
import type { HandedEvent, Link } from '../../shared/link/index.ts'
import { within } from './within.ts'

/** Orders; below it something is wrong. */
const LEAST_PER_SECOND = 100
const SHORTEST_LIMIT_MS = 60_000
/** Node's. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface FlowSettings {
  readonly url: string
  readonly stores: readonly string[]
  /** Orders between `pickup` and the confirmation of `delivered`. */
  readonly underWay: number
  /** Of the driver and of the senders' ids: two flows on one hub need different ones. */
  readonly name: string
  /** Given: orders are carried no further than this. */
  readonly upTo?: 'in-transit'
  /** Told how long each pickup took to be confirmed. */
  confirmed?(tookMs: number): void
}

/** Order ids tell the order's number in the flow, from 0: a reader can tick them off without a map. */
export const orderIdOf = (name: string, number: number): string => `${name}-${number}`
export const numberOf = (orderId: string): number => Number(orderId.slice(orderId.lastIndexOf('-') + 1))

export class OrderFlow {
  readonly #settings: FlowSettings
  readonly #senders: readonly Link[]
  readonly #driver: Link
  readonly #carried = new Map<string, { done(): void; failed(error: unknown): void }>()
  #made = 0
  #goal = 0
  #delivered = 0
  #connectedMs = 0

  private constructor(settings: FlowSettings, senders: readonly Link[], driver: Link) {
    this.#settings = settings
    this.#senders = senders
    this.#driver = driver
    driver.on('pickup', (event) => this.#carry(event))
    for (const link of [driver, ...senders])
      link.onStatus(({ kind }) => {
        if (kind === 'connected') this.#connectedMs = performance.now()
      })
  }

  static async open(settings: FlowSettings): Promise<OrderFlow> {
    const { url, stores, name, underWay } = settings
    const senders = await Promise.all(
      stores.map((store) => connectHub({ url, role: 'vendor', store, id: name, receive: false })),
    )
    const driver = await connectHub({ url, role: 'driver', id: name, capacity: underWay * 2, window: 20_000 })
    return new OrderFlow(settings, senders, driver)
  }

  /** Orders that the hub has confirmed as delivered (or in transit, where that is the end). */
  get delivered(): number {
    return this.#delivered
  }

  /** When the last of its links has connected, on `performance.now()`. */
  get connectedMs(): number {
    return this.#connectedMs
  }

  /** Orders made so far; order n belongs to store n modulo the number of stores. */
  get made(): number {
    return this.#made
  }

  /** Makes so many further orders. Resolves when all are confirmed to their end. @throws what the hub refuses for good, and when it takes far too long */
  async run(count: number): Promise<void> {
    this.#goal = this.#made + count
    const workers = Math.min(this.#settings.underWay, count)
    const work = Promise.all(Array.from({ length: workers }, () => this.#work()))
    const limitMs = Math.min(SHORTEST_LIMIT_MS + (count * 1000) / LEAST_PER_SECOND, LONGEST_TIMER_MS)
    await within(work, limitMs, `${count} orders`)
  }

  /** Makes no further orders; `run` then resolves when those under way have ended. */
  stop(): void {
    this.#goal = this.#made
  }

  async #work(): Promise<void> {
    while (this.#made < this.#goal) {
      const number = this.#made
      this.#made += 1
      await this.#order(number)
    }
  }

  #order(number: number): Promise<void> {
    const { stores, name, confirmed = () => {} } = this.#settings
    const fromMs = performance.now()
    const index = number % stores.length
    const orderId = orderIdOf(name, number)
    const order = { store: stores[index]!, orderId, customer: 'Ada Li', address: '1 Main St' }
    return new Promise((done, failed) => {
      this.#carried.set(orderId, { done, failed })
      this.#senders[index]!.publish('pickup', order).then(() => confirmed(performance.now() - fromMs), failed)
    })
  }

  /** Acknowledges by returning, before what it reports is confirmed. */
  #carry({ payload: { store, orderId } }: HandedEvent): void {
    const order = this.#carried.get(orderId)
    if (order === undefined) throw new Error('an order of somebody else')
    this.#report(store, orderId).then(() => {
      this.#carried.delete(orderId)
      this.#delivered += 1
      order.done()
    }, order.failed)
  }

  async #report(store: string, orderId: string): Promise<void> {
    const inTransit = this.#driver.publish('in-transit', { store, orderId })
    if (this.#settings.upTo !== 'in-transit')
      await Promise.all([inTransit, this.#driver.publish('delivered', { store, orderId })])
    await inTransit
  }

  async close(): Promise<void> {
    await Promise.all([this.#driver, ...this.#senders].map((link) => link.close({ drain: true })))
  }
}
