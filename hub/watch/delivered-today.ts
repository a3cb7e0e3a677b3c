/**
 * Orders delivered since midnight, counted as they become durable. What was delivered before the hub started is counted in the background, a page at a time; an order that is no longer kept is
 * missing then.
 */
import type { Clock } from '../../shared/clock.ts'
import type { OrderKey } from '../../shared/ids.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import type { Change } from '../domain/work.ts'

/** Of a page of orders that have ended, oldest first. `next` is null at the end of the range. */
export type CountDelivered = (range: {
  fromMs: number
  toMs: number
  after: string | null
  limit: number
}) => Promise<{ readonly count: number; readonly next: string | null }>

export interface DeliveredTodayParts {
  readonly clock: Clock
  readonly countDelivered: CountDelivered
}

const PAGE = 1000
const PAUSE_MS = 20

/** @returns the midnight before, and the one after, in the time zone of the process */
export const dayOf = (nowMs: number): { beginMs: number; endMs: number } => {
  const day = new Date(nowMs)
  const [year, month, date] = [day.getFullYear(), day.getMonth(), day.getDate()]
  return {
    beginMs: new Date(year, month, date).getTime(),
    endMs: new Date(year, month, date + 1).getTime(),
  }
}

export class DeliveredToday {
  readonly #parts: DeliveredTodayParts
  #day: { beginMs: number; endMs: number }
  #count = 0
  #cancel = () => {}
  #isStopped = false

  constructor(parts: DeliveredTodayParts) {
    this.#parts = parts
    this.#day = dayOf(parts.clock.now())
  }

  /** Counts what was delivered until now. To be called before anything else can be. */
  start(): void {
    const nowMs = this.#parts.clock.now()
    this.#countOn({ fromMs: this.#day.beginMs, toMs: nowMs, after: null })
  }

  #countOn(from: { fromMs: number; toMs: number; after: string | null }): void {
    const { clock, countDelivered } = this.#parts
    countDelivered({ ...from, limit: PAGE }).then(
      ({ count, next }) => {
        // A new day may have begun meanwhile.
        if (this.#isStopped || from.fromMs !== this.#day.beginMs) return
        this.#count += count
        if (next !== null) this.#cancel = clock.after(PAUSE_MS, () => this.#countOn({ ...from, after: next }))
      },
      // A range that cannot be read has been told to whoever owns the ledger, who ends the hub.
      () => {},
    )
  }

  committed(changes: readonly Change<OrderKey, OrderRecord>[]): void {
    for (const { before, after } of changes)
      if (after !== null && after.state === 'delivered' && before?.state !== 'delivered') this.#add(after)
  }

  #add({ endedMs }: OrderRecord): void {
    if (endedMs === null) return
    this.#roll(endedMs)
    if (endedMs >= this.#day.beginMs) this.#count += 1
  }

  #roll(nowMs: number): void {
    if (nowMs < this.#day.endMs) return
    this.#day = dayOf(nowMs)
    this.#count = 0
  }

  count(): number {
    this.#roll(this.#parts.clock.now())
    return this.#count
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }
}
