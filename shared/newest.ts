/** The newest of what was added, up to a number: a cache of that size would take its memory at once, for each link and each driver. */
export class Newest<T> {
  readonly #most: number
  /** Oldest first. */
  readonly #items = new Set<T>()

  constructor(most: number) {
    this.#most = most
  }

  has(item: T): boolean {
    return this.#items.has(item)
  }

  /** One that is there already becomes the newest. */
  add(item: T): void {
    this.#items.delete(item)
    this.#items.add(item)
    if (this.#items.size <= this.#most) return
    const [oldest] = this.#items
    this.#items.delete(oldest as T)
  }

  delete(item: T): void {
    this.#items.delete(item)
  }
}
