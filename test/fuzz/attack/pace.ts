/** So many frames a second and no more, over all connections: what is measured is what the frames do to the hub, not how two processes share a processor. */

/** What was not used is not made up for beyond this. */
const MEMORY_MS = 50

export class Pace {
  readonly #perSecond: number
  #freeMs = 0

  /** @param perSecond 0 is as fast as it goes */
  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Resolves when the frames may leave. */
  async take(frames: number): Promise<void> {
    if (this.#perSecond === 0) return
    const nowMs = performance.now()
    const startMs = Math.max(this.#freeMs, nowMs - MEMORY_MS)
    this.#freeMs = startMs + (frames * 1000) / this.#perSecond
    if (startMs > nowMs) await new Promise((resolve) => setTimeout(resolve, startMs - nowMs))
  }
}
