/** Of a token: whole numbers, so that milliseconds and rates add up without rounding. */
const PARTS = 1000
/** Seconds' worth that may be owed: what is asked to wait for longer would be taken for dead. */
const MOST_DEBT_S = 5

/**
 * A token bucket (https://en.wikipedia.org/wiki/Token_bucket) that holds one period's worth: a second's unless said otherwise. What must not be refused is spent all the same, and owed: then everything else
 * waits until the debt is paid.
 */
export class TokenBucket {
  readonly #rate: number
  readonly #token: number
  #parts: number
  #filledMs: number

  /** @param rate tokens a period; 0: no limit */
  constructor(rate: number, nowMs: number, periodMs = 1000) {
    this.#rate = rate
    this.#token = PARTS * (periodMs / 1000)
    this.#parts = rate * this.#token
    this.#filledMs = nowMs
  }

  /** Milliseconds to wait for a token; 0 if there was one, which is then taken. @param nowMs whole ones */
  take(nowMs: number): number {
    const waitMs = this.waitMs(nowMs)
    if (waitMs === 0 && this.#rate > 0) this.#parts -= this.#token
    return waitMs
  }

  /** Takes tokens, whether they are there or not. */
  spend(tokens: number, nowMs: number): void {
    if (this.#rate === 0) return
    this.#fill(nowMs)
    this.#parts = Math.max(this.#parts - tokens * this.#token, -MOST_DEBT_S * PARTS * this.#rate)
  }

  /** Milliseconds until there is a token; 0 if there is one. */
  waitMs(nowMs: number): number {
    if (this.#rate === 0) return 0
    this.#fill(nowMs)
    return this.#parts < this.#token ? Math.ceil((this.#token - this.#parts) / this.#rate) : 0
  }

  isFull(nowMs: number): boolean {
    this.#fill(nowMs)
    return this.#parts === this.#rate * this.#token
  }

  #fill(nowMs: number): void {
    if (nowMs === this.#filledMs) return
    const gained = Math.max(0, nowMs - this.#filledMs) * this.#rate
    this.#parts = Math.min(this.#rate * this.#token, this.#parts + gained)
    this.#filledMs = nowMs
  }
}
