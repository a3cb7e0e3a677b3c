/**
 * From an event's acceptance to its acknowledgement, of the last ten seconds. Told for each acknowledged entry: what is needed of its time is read from its digits, since a date of its own for each would cost more than
 * all the rest.
 */
import type { Summary } from '../../../shared/watch.ts'
import { type Buckets, percentilesOf, SlidingHistogram } from './histogram.ts'

const SECONDS = 10
const DAY = 'YYYY-MM-DD'.length
const ZERO = 48

/** Of an ISO 8601 text as the hub writes it. */
const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO

const timeOfDayMs = (time: string): number =>
  ((twoDigits(time, 11) * 60 + twoDigits(time, 14)) * 60 + twoDigits(time, 17)) * 1000 +
  twoDigits(time, 20) * 10 +
  time.charCodeAt(22) -
  ZERO

export class Delays {
  readonly #histogram = new SlidingHistogram(SECONDS)
  #day = ''
  #dayMs = 0

  /** @param acceptedTime ISO 8601 with milliseconds, UTC */
  add(acceptedTime: string, nowMs: number): void {
    if (this.#day === '' || !acceptedTime.startsWith(this.#day)) this.#beginDay(acceptedTime.slice(0, DAY))
    this.#histogram.add(nowMs - this.#dayMs - timeOfDayMs(acceptedTime))
  }

  #beginDay(day: string): void {
    this.#day = day
    this.#dayMs = Date.parse(day)
  }

  /** To be called once a second. */
  turn(): void {
    this.#histogram.turn()
  }

  /** For hubs that add them up with their own. */
  buckets(): Buckets {
    return this.#histogram.buckets()
  }

  /** Of this hub and of others; null if nothing was acknowledged. */
  figures(others: readonly Buckets[] = []): Summary['delays'] {
    const found =
      others.length === 0
        ? this.#histogram.percentiles()
        : percentilesOf([this.#histogram.buckets(), ...others])
    return found && { p50Ms: found.p50, p99Ms: found.p99 }
  }
}
