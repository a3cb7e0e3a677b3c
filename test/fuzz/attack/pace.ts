/** So many frames a second and no more, over all connections: what is measured is what the frames do to the hub, not how two processes share a processor. */

/** What was not used is not made up for beyond this: a burst would make the healthy ones wait for what no rate would. */
const MEMORY_MS = 5

export class Pace {
  readonly #perSecond: number
  #freeMs = 0
  #held: Promise<void> | null = null
  #goOn = (): void => {}

  /** @param perSecond 0 is as fast as it goes */
  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Resolves when the frames may leave. */
  async take(frames: number): Promise<void> {
    if (this.#held !== null) await this.#held
    if (this.#perSecond === 0) return
    const nowMs = performance.now()
    const startMs = Math.max(this.#freeMs, nowMs - MEMORY_MS)
    this.#freeMs = startMs + (frames * 1000) / this.#perSecond
    if (startMs > nowMs) await new Promise((resolve) => setTimeout(resolve, startMs - nowMs))
  }

  /** Nothing leaves until `goOn`. */
  hold(): void {
    this.#held = new Promise((resolve) => {
      this.#goOn = resolve
    })
  }

  goOn(): void {
    this.#held = null
    this.#goOn()
  }
}
