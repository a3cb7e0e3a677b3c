/** A figure that is above its bound now and then: it is told as trouble for some seconds after it was last so, else nobody could read it. */

const KEPT_MS = 10_000

export class Lasting {
  readonly #bound: number
  #sinceMs = 0
  #untilMs = 0
  #worst = 0

  constructor(bound: number) {
    this.#bound = bound
  }

  /** @param value null if there is none */
  note(value: number | null, nowMs: number): void {
    if (nowMs >= this.#untilMs) this.#worst = 0
    if (value === null || value < this.#bound) return
    if (this.#worst === 0) this.#sinceMs = nowMs
    this.#worst = Math.max(this.#worst, value)
    this.#untilMs = nowMs + KEPT_MS
  }

  /** The worst of it; null if there is none. */
  trouble(nowMs: number): { sinceMs: number; value: number } | null {
    return this.#worst > 0 && nowMs < this.#untilMs ? { sinceMs: this.#sinceMs, value: this.#worst } : null
  }
}
