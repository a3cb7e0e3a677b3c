/** Waiting for something to have happened so often, or for a state that it brings about, where many sources report that it goes on. */
import { inTime } from './waiting.ts'

export class Progress {
  #count = 0
  #look = () => {}

  /** To be called whenever something has happened. */
  readonly made = (): void => {
    this.#count += 1
    this.#look()
  }

  until(isReached: () => boolean, what: () => string): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#look = () => isReached() && resolve()
      this.#look()
    })
    return inTime(reached, what)
  }

  /** @param isOver nothing more will happen: then there is nothing to wait for */
  steps(count: number, isOver: () => boolean = () => false): Promise<void> {
    const goal = this.#count + count
    return this.until(
      () => this.#count >= goal || isOver(),
      () => `${count} steps; ${goal - this.#count} are missing`,
    )
  }
}
