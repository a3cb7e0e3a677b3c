/**
 * The one workload: orders in a closed loop. A vendor publishes a pickup; the driver that gets it publishes `in-transit` and `delivered`; the vendor that hears `delivered` starts the next order. So many orders are
 * open at a time, and a window ends when its last one is delivered and everything in it was confirmed. An order is three events, each published, confirmed, handed over and acknowledged once; the
 * workload ends itself with a sentence when something is handed over twice or out of order.
 */

import type { Progress } from '../../../shared/messages.ts'
import type { HandedEvent } from '../../../shared/protocol.ts'
import { percentile } from '../../load/figures.ts'
import type { OpenParticipant, Participant } from './participant.ts'

export interface WorkloadSettings {
  readonly url: string
  /** Each of a store of its own. */
  readonly vendors: number
  readonly drivers: number
  /** Orders open at a time, over all vendors. At least one a vendor. */
  readonly open: number
  /** What the ids of its orders begin with, `order` unless given: two workloads on one hub need different ones. */
  readonly orderPrefix?: string
}

/** What the participants ask the hub for, so that it is not these that limit them: twice what each is meant to have. */
export const askedOf = ({
  vendors,
  drivers,
  open,
}: Omit<WorkloadSettings, 'url'>): { capacity: number; window: number } => ({
  capacity: Math.max(4, Math.ceil((2 * open) / drivers)),
  window: Math.max(100, Math.ceil((2 * open) / Math.min(drivers, vendors))),
})

export interface Measured {
  readonly elapsedMs: number
  /** Of this process, over the window. */
  readonly processorMicros: number
  readonly p50Ms: number
  readonly p99Ms: number
}

interface Order {
  readonly vendor: number
  readonly startedMs: number
  /** How far it has come at the participants. */
  step: 'made' | 'picked-up' | 'in-transit'
}

export const EVENTS_AN_ORDER = 3

const AT_A_TIME = 50

/** In slices: connecting is not what is measured. */
const inSlices = async <T>(count: number, open: (index: number) => Promise<T>): Promise<T[]> => {
  const opened: T[] = []
  for (let from = 0; from < count; from += AT_A_TIME) {
    const slice = Array.from({ length: Math.min(AT_A_TIME, count - from) }, (_, index) => open(from + index))
    opened.push(...(await Promise.all(slice)))
  }
  return opened
}

export class Workload {
  readonly #orders = new Map<string, Order>()
  readonly #stores: readonly string[]
  #vendors: readonly Participant[] = []
  #drivers: readonly Participant[] = []
  readonly #open: number
  readonly #orderPrefix: string
  #made = 0
  #goal = 0
  #confirmed = 0
  #delivered = 0
  #latenciesMs = new Float64Array(0)
  #delivering = 0
  #over: { resolve(): void; reject(error: Error): void } | null = null
  #failure: Error | null = null

  private constructor({ vendors, open, orderPrefix = 'order' }: WorkloadSettings) {
    this.#orderPrefix = orderPrefix
    this.#open = open
    this.#stores = Array.from({ length: vendors }, (_, index) => `store-${index}`)
  }

  static async open(settings: WorkloadSettings, openParticipant: OpenParticipant): Promise<Workload> {
    const workload = new Workload(settings)
    await workload.#connect(settings, openParticipant)
    return workload
  }

  async #connect(settings: WorkloadSettings, openParticipant: OpenParticipant): Promise<void> {
    const { url, drivers } = settings
    const { capacity, window } = askedOf(settings)
    const failed = (why: string) => this.#fail(why)
    this.#drivers = await inSlices(drivers, (index) =>
      openParticipant({
        url,
        identity: { role: 'driver', id: `driver-${index}`, capacity },
        window,
        handed: (event) => this.#carry(index, event),
        failed,
      }),
    )
    this.#vendors = await inSlices(this.#stores.length, (index) =>
      openParticipant({
        url,
        identity: { role: 'vendor', store: this.#stores[index]!, id: 'main' },
        window,
        handed: (event) => this.#hear(event),
        failed,
      }),
    )
  }

  get delivered(): number {
    return this.#delivered
  }

  /** So many further orders, from the first pickup to when all are delivered and confirmed. @throws Error with what went wrong */
  async run(orders: number): Promise<Measured> {
    if (this.#failure !== null) throw this.#failure
    this.#latenciesMs = new Float64Array(orders)
    this.#delivering = 0
    const before = process.cpuUsage()
    const beganMs = performance.now()
    await new Promise<void>((resolve, reject) => {
      this.#over = { resolve, reject }
      this.#goal += orders
      for (let index = 0; index < Math.min(this.#open, orders); index += 1)
        this.#start(index % this.#stores.length)
    })
    const elapsedMs = performance.now() - beganMs
    const { user, system } = process.cpuUsage(before)
    return { elapsedMs, processorMicros: user + system, ...this.#percentiles() }
  }

  #percentiles(): Pick<Measured, 'p50Ms' | 'p99Ms'> {
    const latencies = [...this.#latenciesMs]
    return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) }
  }

  #start(vendor: number): void {
    const orderId = `${this.#orderPrefix}-${this.#made}`
    this.#made += 1
    this.#orders.set(orderId, { vendor, startedMs: performance.now(), step: 'made' })
    const order = {
      store: this.#stores[vendor]!,
      orderId,
      customer: 'Ada Li',
      address: '1 Main St',
    }
    this.#vendors[vendor]!.publish('pickup', order, this.#confirm)
  }

  readonly #confirm = (): void => {
    this.#confirmed += 1
    this.#endIfOver()
  }

  #carry(driver: number, { payload: { store, orderId } }: HandedEvent): void {
    const order = this.#orders.get(orderId)
    if (order?.step !== 'made') return this.#fail(`the pickup of ${orderId} was handed over twice`)
    order.step = 'picked-up'
    // Behind the acknowledgement: a report that comes first takes the order without it, and the hub would have one event less to settle.
    queueMicrotask(() => this.#report(driver, { store, orderId }))
  }

  #report(driver: number, progress: Progress): void {
    const participant = this.#drivers[driver]!
    if (participant.keepsOrder) {
      participant.publish('in-transit', progress, this.#confirm)
      participant.publish('delivered', progress, this.#confirm)
    } else
      participant.publish('in-transit', progress, () => {
        this.#confirm()
        participant.publish('delivered', progress, this.#confirm)
      })
  }

  #hear({ event, payload: { orderId } }: HandedEvent): void {
    const order = this.#orders.get(orderId)
    const expected = event === 'in-transit' ? 'picked-up' : 'in-transit'
    if (order?.step !== expected) return this.#fail(`${event} of ${orderId} came twice or out of order`)
    if (event === 'in-transit') order.step = 'in-transit'
    else this.#end(orderId, order)
  }

  #end(orderId: string, { vendor, startedMs }: Order): void {
    this.#orders.delete(orderId)
    this.#delivered += 1
    this.#latenciesMs[this.#delivering] = performance.now() - startedMs
    this.#delivering += 1
    if (this.#made < this.#goal) this.#start(vendor)
    else this.#endIfOver()
  }

  #endIfOver(): void {
    if (this.#delivered < this.#goal || this.#confirmed < this.#goal * EVENTS_AN_ORDER) return
    this.#over?.resolve()
    this.#over = null
  }

  #fail(why: string): void {
    this.#failure ??= new Error(why)
    this.#over?.reject(this.#failure)
    this.#over = null
  }

  /** Resolves when all have gone in good order: what was acknowledged has left. */
  async close(): Promise<void> {
    await Promise.all([...this.#vendors, ...this.#drivers].map((participant) => participant.close()))
    if (this.#failure !== null) throw this.#failure
  }
}
