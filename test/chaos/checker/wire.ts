/**
 * One connection as its client saw it: what is in flight on it, and which of its answers the hub has certainly synced. The client's count of what is in flight is never above the
 * hub's: it takes an entry for answered as soon as the answer leaves, and counts one only when it has come.
 */
import type { EntryFacts } from './deliveries.ts'

interface Answer {
  readonly facts: EntryFacts
  readonly isAcknowledgement: boolean
  /** Given so soon that the hub cannot have taken the handover for overdue. */
  readonly isInTime: boolean
}

export class Wire {
  /** When its client began to connect: the hub has sent nothing on it before. -Infinity when that is not known. */
  readonly begunMs: number
  /** When its client read the welcome, which may be long after the hub sent it. */
  readonly welcomedMs: number
  readonly window: number
  readonly #inFlight = new Set<string>()
  #answers: Answer[] = []
  /** How many answers were given when a barrier was asked for. */
  readonly #barriers = new Map<number, Answer[]>()

  constructor({ begunMs, welcomedMs, window }: Pick<Wire, 'begunMs' | 'welcomedMs' | 'window'>) {
    this.begunMs = begunMs
    this.welcomedMs = welcomedMs
    this.window = window
  }

  /** @returns how many are in flight now */
  handed(entry: string): number {
    this.#inFlight.add(entry)
    return this.#inFlight.size
  }

  answered(facts: EntryFacts, answer: Omit<Answer, 'facts'>): void {
    this.#inFlight.delete(facts.entry)
    this.#answers.push({ facts, ...answer })
  }

  askBarrier(k: number): void {
    this.#barriers.set(k, this.#answers)
    this.#answers = []
  }

  /** Gives the answers that are synced now. */
  barrierAnswered(k: number): readonly Answer[] {
    const answers = this.#barriers.get(k) ?? []
    this.#barriers.delete(k)
    return answers
  }
}
