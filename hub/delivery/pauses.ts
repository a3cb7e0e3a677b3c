/** Participants to whom an operator has stopped delivery. They get nothing new and nothing again; what they have they may still answer, and what is overdue fails as ever. Whoever changes it sees to it that the ledger knows (`kept-pauses.ts`). */
import type { ParticipantId } from '../../shared/ids.ts'

/** Somebody made each of them by hand. */
const MOST_PAUSES = 10_000

export class Pauses {
  /** Since when, milliseconds since 1970. */
  readonly #paused = new Map<ParticipantId, number>()

  get size(): number {
    return this.#paused.size
  }

  has(participant: ParticipantId): boolean {
    return this.#paused.size > 0 && this.#paused.has(participant)
  }

  sinceMs(participant: ParticipantId): number | null {
    return this.#paused.get(participant) ?? null
  }

  /** @returns false, with nothing changed, if it is paused already, or as many are as may */
  add(participant: ParticipantId, sinceMs: number): boolean {
    if (this.#paused.has(participant) || this.#paused.size >= MOST_PAUSES) return false
    this.#paused.set(participant, sinceMs)
    return true
  }

  /** @returns false if it was not paused */
  delete(participant: ParticipantId): boolean {
    return this.#paused.delete(participant)
  }

  [Symbol.iterator](): IterableIterator<[ParticipantId, sinceMs: number]> {
    return this.#paused.entries()
  }
}
