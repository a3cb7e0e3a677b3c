/** How long the ledger's synced writes take, and how much work each makes durable: two numbers a write. */
import type { System } from '../../../shared/watch.ts'
import { SlidingHistogram } from './histogram.ts'

const MICROSECONDS = 1000

export class Writes {
  readonly #nowMs: () => number
  readonly #times = new SlidingHistogram(1)
  #beganMs = 0
  #writes = 0
  #works = 0

  /** @param nowMs steady, with parts of milliseconds; whatever it starts from */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  began(): void {
    this.#beganMs = this.#nowMs()
  }

  ended(works: number): void {
    this.#times.add((this.#nowMs() - this.#beganMs) * MICROSECONDS)
    this.#writes += 1
    this.#works += works
  }

  /** Of the writes since the last call; null without any. */
  take(): System['sync'] {
    const times = this.#times.percentiles()
    const meanGroup = this.#works / this.#writes
    this.#times.turn()
    this.#writes = 0
    this.#works = 0
    return times && { p50Ms: times.p50 / MICROSECONDS, p99Ms: times.p99 / MICROSECONDS, meanGroup }
  }
}
