/**
 * Participants to whom an operator has stopped delivery. They get nothing new and nothing again; what they have they may still answer, and what is overdue fails as ever. It is kept in memory only: a hub that starts
 * delivers to everybody, so that nobody is forgotten in a pause.
 */
import type { ParticipantId } from '../../shared/ids.ts'

/** Somebody made each of them by hand. */
const MOST_PAUSES = 10_000

export class Pauses {
  readonly #paused = new Set<ParticipantId>()

  has(participant: ParticipantId): boolean {
    return this.#paused.size > 0 && this.#paused.has(participant)
  }

  /** @returns false, with nothing changed, if it is paused already, or as many are as may */
  add(participant: ParticipantId): boolean {
    if (this.#paused.has(participant) || this.#paused.size >= MOST_PAUSES) return false
    this.#paused.add(participant)
    return true
  }

  /** @returns false if it was not paused */
  delete(participant: ParticipantId): boolean {
    return this.#paused.delete(participant)
  }

  [Symbol.iterator](): IterableIterator<ParticipantId> {
    return this.#paused.values()
  }
}
