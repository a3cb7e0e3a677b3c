/**
 * Keeps the data small: every now and then it expires sessions, removes closed queues, old orders and old dead letters, in small steps that share the ledger with everybody
 * else. A round that finds full pages goes on at once; otherwise it waits for its period.
 */
import type { Clock } from '../../shared/clock.ts'
import { DeadLetters } from './dead-letters.ts'
import { Eraser } from './erase.ts'
import { type ExpiryParts, expirePage } from './expiry.ts'
import type { HandedErasures } from './ports.ts'
import { dropOldLetters, removeOrders } from './retention.ts'
import { Turns } from './turns.ts'

export interface UpkeepParts extends ExpiryParts {
  readonly clock: Clock
  readonly handed: HandedErasures
  /** Does another hub do now what is done by one at a time? */
  isDoneByOther(): boolean
}

export class Upkeep {
  readonly #parts: UpkeepParts
  readonly #turns = new Turns()
  readonly deadLetters: DeadLetters
  readonly eraser: Eraser
  #cancel = () => {}
  #round: Promise<void> = Promise.resolve()
  #isStopping = false

  constructor(parts: UpkeepParts) {
    this.#parts = parts
    this.deadLetters = new DeadLetters({ ...parts, turns: this.#turns })
    this.eraser = new Eraser({ ...parts, turns: this.#turns })
  }

  start(): void {
    this.#cancel = this.#parts.clock.after(this.#parts.options.upkeepPeriodMs, () => {
      this.#round = this.run().then(
        () => {
          if (!this.#isStopping) this.start()
        },
        // A range that cannot be read has been told to whoever owns the ledger, who ends the hub.
        () => {},
      )
    })
  }

  /** One whole round. */
  async run(): Promise<void> {
    const { ledger, clock, options } = this.#parts
    const round = { ...this.#parts, turns: this.#turns, isStopping: () => this.#isStopping }
    let after = ''
    do {
      after = await expirePage(round, after, clock.now())
    } while (after !== '' && !this.#isStopping)
    await this.eraser.forgetSettled()
    if (this.#parts.isDoneByOther()) return
    while ((await removeOrders(ledger, this.#parts, clock.now())) > 0 && !this.#isStopping);
    await this.#dropOldLetters(clock.now() - options.deadLetterRetentionMs)
  }

  async #dropOldLetters(diedBeforeMs: number): Promise<void> {
    const PAGE = 500
    for (let after = ''; !this.#isStopping; ) {
      const page = await this.#parts.ledger.participants(after, PAGE)
      for (const { id, dead } of page) if (dead > 0) await dropOldLetters(this.deadLetters, id, diedBeforeMs)
      if (page.length < PAGE) return
      after = page.at(-1)!.id
    }
  }

  /** Waits for the step that is under way. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#cancel()
    await this.#round
  }
}
