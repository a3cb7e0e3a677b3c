/**
 * One lane an order: what enters a lane runs when the one before it has ended. Lanes exist only while something in them takes time, so that
 * work that ends at once costs neither a lane nor a promise; while there are none, nobody asks whose lane it would be.
 */
export class Lanes<T> {
  readonly #laneOf: (work: T) => string
  readonly #run: (work: T) => Promise<void> | null
  readonly #waiting = new Map<string, T[]>()

  /** @param run null if the work has ended when it returns; its promise must not reject */
  constructor(laneOf: (work: T) => string, run: (work: T) => Promise<void> | null) {
    this.#laneOf = laneOf
    this.#run = run
  }

  /** @returns whether the work has ended already */
  enter(work: T): boolean {
    const waiting = this.#waiting.size === 0 ? undefined : this.#waiting.get(this.#laneOf(work))
    if (waiting !== undefined) {
      waiting.push(work)
      return false
    }
    const ending = this.#run(work)
    if (ending !== null) this.#occupy(this.#laneOf(work), ending)
    return ending === null
  }

  /** Takes away all that has not begun, in every lane. */
  clearWaiting(): T[] {
    const cleared: T[] = []
    for (const waiting of this.#waiting.values()) cleared.push(...waiting.splice(0))
    return cleared
  }

  #occupy(lane: string, ending: Promise<void>): void {
    if (!this.#waiting.has(lane)) this.#waiting.set(lane, [])
    void ending.then(() => this.#goOn(lane))
  }

  #goOn(lane: string): void {
    const waiting = this.#waiting.get(lane) ?? []
    while (waiting.length > 0) {
      const ending = this.#run(waiting.shift() as T)
      if (ending === null) continue
      this.#occupy(lane, ending)
      return
    }
    this.#waiting.delete(lane)
  }
}
