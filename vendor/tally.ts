/** Which orders of the run are still to be thanked for, and how long thanking took. */
import { type OrderSource, orderIdOf } from './orders.ts'

/** Without drivers open orders pile up: of more than these it is forgotten when they were made. */
const MOST_OPEN = 1_000_000
const LATENCIES_KEPT = 10_000

export class Tally {
  /** Own orders not yet thanked for, with the time when they were made; null if an earlier process made them. */
  readonly #open = new Map<string, number | null>()
  readonly #latenciesMs: number[] = []
  #latencies = 0

  /** The orders up to `next` that earlier processes made. Those that were thanked for are among them: the journal knows. */
  restore(source: OrderSource, next: number): void {
    for (let n = 0; n < next; n += 1) this.#open.set(orderIdOf(source, n), null)
  }

  made(orderId: string, nowMs: number): void {
    if (this.#open.size < MOST_OPEN) this.#open.set(orderId, nowMs)
  }

  isOpen(orderId: string): boolean {
    return this.#open.has(orderId)
  }

  thanked(orderId: string, nowMs: number): void {
    const madeMs = this.#open.get(orderId)
    this.#open.delete(orderId)
    if (typeof madeMs === 'number') this.#addLatency(nowMs - madeMs)
  }

  /** In milliseconds; the newest ones, in no order. */
  latenciesMs(): readonly number[] {
    return [...this.#latenciesMs]
  }

  #addLatency(latencyMs: number): void {
    this.#latenciesMs[this.#latencies % LATENCIES_KEPT] = latencyMs
    this.#latencies += 1
  }
}
