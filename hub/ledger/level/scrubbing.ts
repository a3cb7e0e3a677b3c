/** One scrub after another, each when all that it is about lies in the database's files, and nowhere else: not in the journal any more. */
import type { OrderRecord } from '../../domain/order-record.ts'
import { journalRange, rangesOf } from './keys.ts'
import type { Scrub } from './scrub.ts'

export interface ScrubbingParts {
  readonly scrub: Scrub
  /** Resolves when all that is durable lies under its own keys, or the ledger has failed. */
  emptyJournal(): Promise<void>
  /** Has the ledger failed, or been closed? */
  isOver(): boolean
  failed(error: unknown): void
}

export class Scrubbing {
  readonly #parts: ScrubbingParts
  #isStopping = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: ScrubbingParts) {
    this.#parts = parts
  }

  /** @returns when that is done: false if it was not, because the ledger closes or has failed */
  scrub(record: OrderRecord): Promise<boolean> {
    const scrubbed = this.#last.then(() => this.#scrub(record))
    this.#last = scrubbed
    return scrubbed
  }

  async #scrub(record: OrderRecord): Promise<boolean> {
    const { scrub, emptyJournal, isOver, failed } = this.#parts
    const isEnding = () => this.#isStopping || isOver()
    if (isEnding()) return false
    await emptyJournal()
    try {
      return await scrub([journalRange(1), ...rangesOf(record)], isEnding)
    } catch (error) {
      failed(error)
      return false
    }
  }

  /** Begins none any more. Resolves when none is under way. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#last
  }
}
