/**
 * Lets connections in a few a turn of the event loop, in the order in which they came. When thousands come at once, after a restart, taking the first step of all of them before the second of any would
 * bring none of them to its welcome before its patience ends: all would come again, for ever. So the steps of those who are in come first, and so does everybody else's work. Who has gone while it waited is
 * passed over.
 */
import type { Clock } from '../../shared/clock.ts'

/** About 20 ms of work. */
const A_TURN = 50

export interface Comer {
  isGone(): boolean
  letIn(): void
}

export class Door {
  readonly #clock: Pick<Clock, 'endOfTurn'>
  #waiting: Comer[] = []
  #isOpening = false

  constructor(clock: Pick<Clock, 'endOfTurn'>) {
    this.#clock = clock
  }

  /** How many stand before it, those who have gone meanwhile included. */
  get size(): number {
    return this.#waiting.length
  }

  /** It is let in at the end of this turn, or of a later one. */
  come(comer: Comer): void {
    this.#waiting.push(comer)
    this.#openAtEndOfTurn()
  }

  #openAtEndOfTurn(): void {
    if (this.#isOpening) return
    this.#isOpening = true
    this.#clock.endOfTurn(() => {
      this.#isOpening = false
      this.#letSomeIn()
    })
  }

  #letSomeIn(): void {
    const waiting = this.#waiting
    let [next, letIn] = [0, 0]
    for (; letIn < A_TURN && next < waiting.length; next += 1) {
      const comer = waiting[next]!
      if (comer.isGone()) continue
      comer.letIn()
      letIn += 1
    }
    this.#waiting = waiting.slice(next)
    if (this.#waiting.length > 0) this.#openAtEndOfTurn()
  }
}
