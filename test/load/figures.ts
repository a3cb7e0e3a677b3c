/** Figures from measurements. */

const ascending = (values: readonly number[]): number[] => [...values].sort((one, other) => one - other)

/** The smallest value that at least `share` (above 0, up to 1) of all are not above: nearest rank. NaN of nothing. */
export const percentile = (values: readonly number[], share: number): number =>
  ascending(values)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN

/** The middle value, or the mean of the two middle ones. NaN of nothing. */
export const median = (values: readonly number[]): number => {
  const sorted = ascending(values)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Measures the speed in each tenth of a known number of things. */
export class Tenths {
  readonly #total: number
  readonly #crossedMs: number[]
  #count = 0

  constructor(total: number, startMs: number) {
    this.#total = total
    this.#crossedMs = [startMs]
  }

  get count(): number {
    return this.#count
  }

  get isComplete(): boolean {
    return this.#crossedMs.length === 11
  }

  /** One more. `nowMs` is read only when a tenth is complete. */
  add(nowMs: () => number): void {
    this.#count += 1
    while (this.#crossedMs.length < 11 && this.#count * 10 >= this.#crossedMs.length * this.#total)
      this.#crossedMs.push(nowMs())
  }

  /** Of the tenths that are complete, first to last. */
  perSecond(): number[] {
    const sizes = (index: number) =>
      Math.ceil((index * this.#total) / 10) - Math.ceil(((index - 1) * this.#total) / 10)
    return this.#crossedMs.slice(1).map((crossedMs, index) => {
      const tookMs = crossedMs - this.#crossedMs[index]!
      return Math.round((sizes(index + 1) * 1000) / tookMs)
    })
  }
}

const MB = 1_000_000

export const inMb = (bytes: number): number => Math.round((bytes / MB) * 10) / 10

export const rounded = (value: number): number => Math.round(value * 10) / 10

export const inMs = (ms: number): number => Math.round(ms)
