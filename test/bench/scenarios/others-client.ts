/**
 * A client process of `catch-up`: the others, who have nothing to do with the one that returns. One vendor and one driver with the link library, as in S1, but orders begin at a steady rate, whatever becomes of
 * those before: a hub that is slow gets no less to do, and the wait of every order counts.
 */
import type { HandedEvent } from '../../../shared/link/index.ts'
import { percentile } from '../../load/figures.ts'
import { atRate } from '../../load/participants.ts'
import { serveFunctions } from '../../load/worker.ts'
import { openLink } from '../client/link-participant.ts'
import type { Participant } from '../client/participant.ts'

/** Of orders that ended since the last question, from the publishing of the pickup to the handling of `delivered`. */
export interface Waits {
  readonly orders: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const STORE = 'others'
const WINDOW = 2000
const CAPACITY = 100_000
const SLICE_MS = 1000

class Others {
  #vendor!: Participant
  #driver!: Participant
  readonly #begunMs = new Map<string, number>()
  #made = 0
  #waitsMs: number[] = []
  #failure: string | null = null
  #isStopped = false
  #running: Promise<void> = Promise.resolve()

  async open(url: string): Promise<void> {
    const failed = (why: string) => {
      this.#failure ??= why
    }
    const common = { url, window: WINDOW, failed }
    this.#driver = await openLink({
      ...common,
      identity: { role: 'driver', id: 'others', capacity: CAPACITY },
      handed: (event) => this.#carry(event),
    })
    this.#vendor = await openLink({
      ...common,
      identity: { role: 'vendor', store: STORE, id: 'main' },
      handed: (event) => this.#hear(event),
    })
  }

  begin(ordersPerSecond: number): void {
    const run = async () => {
      while (!this.#isStopped) await atRate(ordersPerSecond, SLICE_MS, () => this.#order())
    }
    this.#running = run()
  }

  #order(): void {
    const orderId = `order-${this.#made}`
    this.#made += 1
    this.#begunMs.set(orderId, performance.now())
    const order = { store: STORE, orderId, customer: 'Ada Lovelace', address: '12 St James Square, London' }
    this.#vendor.publish('pickup', order, () => {})
  }

  #carry({ payload: { store, orderId } }: HandedEvent): void {
    for (const event of ['in-transit', 'delivered'] as const)
      this.#driver.publish(event, { store, orderId }, () => {})
  }

  #hear({ event, payload: { orderId } }: HandedEvent): void {
    if (event !== 'delivered') return
    const begunMs = this.#begunMs.get(orderId)
    if (begunMs === undefined) this.#failure ??= `${orderId} was delivered twice`
    else this.#waitsMs.push(performance.now() - begunMs)
    this.#begunMs.delete(orderId)
  }

  /** Forgets them then. @throws Error with what went wrong so far */
  waits(): Waits {
    if (this.#failure !== null) throw new Error(this.#failure)
    const waitsMs = this.#waitsMs
    this.#waitsMs = []
    return { orders: waitsMs.length, p50Ms: percentile(waitsMs, 0.5), p99Ms: percentile(waitsMs, 0.99) }
  }

  /** Resolves when the orders have stopped and all have left that were acknowledged. @returns the orders made */
  async close(): Promise<{ made: number; missing: number }> {
    this.#isStopped = true
    await this.#running
    const endMs = performance.now() + LAST_ORDERS_LIMIT_MS
    while (this.#begunMs.size > 0 && performance.now() < endMs)
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    await Promise.all([this.#vendor.close(), this.#driver.close()])
    return { made: this.#made, missing: this.#begunMs.size }
  }
}

const LAST_ORDERS_LIMIT_MS = 30_000
const LOOK_EVERY_MS = 50

const others = new Others()

const functions = {
  open: ({ url }: { url: string }): Promise<void> => others.open(url),
  begin: ({ ordersPerSecond }: { ordersPerSecond: number }): void => others.begin(ordersPerSecond),
  waits: (_: object): Waits => others.waits(),
  close: (_: object): Promise<{ made: number; missing: number }> => others.close(),
}

export type OthersClient = typeof functions

serveFunctions(functions)
