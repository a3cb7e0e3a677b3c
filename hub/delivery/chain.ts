/**
 * Things in the order in which they came, each of which leaves whenever it likes. What a `Map` would do as well it does without hashing: every entry that is handed over comes and goes in two of them.
 */
export interface Link<T> {
  readonly item: T
}

interface Chained<T> extends Link<T> {
  before: Chained<T> | null
  behind: Chained<T> | null
}

export class Chain<T> {
  #first: Chained<T> | null = null
  #last: Chained<T> | null = null
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The one that came first of those that are still there. */
  get first(): T | undefined {
    return this.#first?.item
  }

  /** @returns by what it leaves */
  add(item: T): Link<T> {
    const link: Chained<T> = { item, before: this.#last, behind: null }
    if (this.#last === null) this.#first = link
    else this.#last.behind = link
    this.#last = link
    this.#size += 1
    return link
  }

  /** @param link that `add` of this chain has given, and that MUST be used once */
  remove(link: Link<T>): void {
    const removed = link as Chained<T>
    const { before, behind } = removed
    // An old one that is dead must not keep a young one: V8 collects the young without asking whether the old still live.
    removed.before = null
    removed.behind = null
    if (before === null) this.#first = behind
    else before.behind = behind
    if (behind === null) this.#last = before
    else behind.before = before
    this.#size -= 1
  }

  clear(): void {
    this.#first = null
    this.#last = null
    this.#size = 0
  }

  /** First to last. None MUST be removed meanwhile but the one at hand. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let link = this.#first; link !== null; link = link.behind) yield link.item
  }
}
