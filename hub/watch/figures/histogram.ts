/**
 * How often each value came, in buckets of fixed number: exact below 16, and about 3 % wide at the centre above. Adding one is an addition; nothing is allocated afterwards. A sliding one forgets what is older than some
 * periods. Buckets as in HdrHistogram (http://hdrhistogram.org/), with 16 to each doubling.
 */

const PER_DOUBLING = 16
const EXACT_BITS = 4
/** Up to 2 ** 31 - 1, and the largest of them takes what is above. */
const BUCKETS = PER_DOUBLING * (31 - EXACT_BITS + 1)
const GREATEST = 2 ** 31 - 1

const bucketOf = (value: number): number => {
  const whole = value > GREATEST ? GREATEST : value | 0
  if (whole < PER_DOUBLING) return whole < 0 ? 0 : whole
  const exponent = 31 - Math.clz32(whole)
  return (
    PER_DOUBLING * (exponent - EXACT_BITS + 1) + ((whole >> (exponent - EXACT_BITS)) & (PER_DOUBLING - 1))
  )
}

/** The middle of a bucket. */
const middleOf = (bucket: number): number => {
  if (bucket < PER_DOUBLING) return bucket
  const shift = Math.floor(bucket / PER_DOUBLING) - 1
  return (PER_DOUBLING + (bucket % PER_DOUBLING)) * 2 ** shift + (2 ** shift - 1) / 2
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
}

/** Buckets that are not empty, and how many values are in each: what another hub adds up with its own. */
export type Buckets = [bucket: number, count: number][]

/** Of values that were counted in several places, as if they had been counted in one; null if there are none. */
export const percentilesOf = (several: readonly Buckets[]): Percentiles | null => {
  const sum = new Uint32Array(BUCKETS)
  let total = 0
  for (const [bucket, count] of several.flat()) {
    if (bucket >= BUCKETS) continue
    sum[bucket] = sum[bucket]! + count
    total += count
  }
  return total === 0 ? null : percentilesIn(sum, total)
}

const percentilesIn = (counts: Uint32Array, total: number): Percentiles => ({
  p50: valueAt(counts, Math.ceil(total * 0.5)),
  p99: valueAt(counts, Math.ceil(total * 0.99)),
})

const valueAt = (counts: Uint32Array, rank: number): number => {
  let seen = 0
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    seen += counts[bucket]!
    if (seen >= rank) return middleOf(bucket)
  }
  return middleOf(BUCKETS - 1)
}

export class SlidingHistogram {
  readonly #periods: readonly Uint32Array[]
  /** Of all periods. */
  readonly #sum = new Uint32Array(BUCKETS)
  #total = 0
  #current: Uint32Array
  #index = 0

  /** @param periods that are remembered, the one under way included */
  constructor(periods: number) {
    this.#periods = Array.from({ length: periods }, () => new Uint32Array(BUCKETS))
    this.#current = this.#periods[0]!
  }

  /** @param value is taken as a whole number from 0 */
  add(value: number): void {
    const bucket = bucketOf(value)
    this.#current[bucket] = this.#current[bucket]! + 1
    this.#sum[bucket] = this.#sum[bucket]! + 1
    this.#total += 1
  }

  /** A period is over: the oldest one is forgotten. */
  turn(): void {
    this.#index = (this.#index + 1) % this.#periods.length
    this.#current = this.#periods[this.#index]!
    for (let bucket = 0; bucket < BUCKETS && this.#total > 0; bucket += 1) {
      const count = this.#current[bucket]!
      this.#sum[bucket] = this.#sum[bucket]! - count
      this.#total -= count
    }
    this.#current.fill(0)
  }

  /** Of all periods that are remembered; null if nothing came. */
  percentiles(): Percentiles | null {
    return this.#total === 0 ? null : percentilesIn(this.#sum, this.#total)
  }

  buckets(): Buckets {
    const found: [number, number][] = []
    for (let bucket = 0; bucket < BUCKETS && this.#total > 0; bucket += 1)
      if (this.#sum[bucket]! > 0) found.push([bucket, this.#sum[bucket]!])
    return found
  }
}
