/** Those who want to hear of something, in the order in which they came. */
export class Listeners<T> {
  readonly #listeners = new Set<(told: T) => void>()

  /** Each call adds one listener, even if it is the same function. The result removes it. */
  add(listener: (told: T) => void): () => void {
    const own = (told: T) => listener(told)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  tell(told: T): void {
    for (const listener of this.#listeners) listener(told)
  }
}
