/**
 * One lane an order: what enters a lane runs when the one before it has ended. Lanes exist only while something in them takes time, so that
 * work that ends at once costs neither a lane nor a promise.
 */
export class Lanes<T> {
  readonly #run: (work: T) => Promise<void> | null
  readonly #waiting = new Map<string, T[]>()

  /** @param run null if the work has ended when it returns; its promise must not reject */
  constructor(run: (work: T) => Promise<void> | null) {
    this.#run = run
  }

  enter(lane: string, work: T): void {
    const waiting = this.#waiting.get(lane)
    if (waiting !== undefined) return void waiting.push(work)
    const ending = this.#run(work)
    if (ending !== null) this.#occupy(lane, ending)
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
