/** Tells other hubs that there may be something for them, outside of every transaction: once for all that is written in the meantime. Who does not hear it looks by itself, a little later. */
import type { Clock } from '../../../shared/clock.ts'

const AGAIN_MS = 3

export interface BellParts {
  readonly clock: Pick<Clock, 'after'>
  /** Rejects when the database cannot be had any more. */
  ring(): Promise<unknown>
}

export class Bell {
  readonly #parts: BellParts
  #isRinging = false
  #isWanted = false

  constructor(parts: BellParts) {
    this.#parts = parts
  }

  ring(): void {
    this.#isWanted = true
    if (this.#isRinging) return
    this.#isRinging = true
    this.#isWanted = false
    this.#parts.ring().then(
      () => this.#parts.clock.after(AGAIN_MS, () => this.#rung()),
      // Whoever owns the ledger has been told.
      () => {},
    )
  }

  #rung(): void {
    this.#isRinging = false
    if (this.#isWanted) this.ring()
  }
}
