/** What is to be written back, in the order of the journal's groups that it needs. */

/** Written ones at the front that are let go together: taking from the front of a long array would move all the others. */
const LEAVING = 1024

export class Line<T extends { readonly since: number }> {
  /** Those before `#first` are written, and gone. */
  #waiting: (T | undefined)[] = []
  #first = 0

  /** @param one needs no older group than those before it */
  add(one: T): void {
    this.#waiting.push(one)
  }

  /** Those that need groups up to one. */
  *upTo(sequence: number): IterableIterator<T> {
    for (let index = this.#first; index < this.#waiting.length; index += 1) {
      const one = this.#waiting[index]!
      if (one.since > sequence) return
      yield one
    }
  }

  /** What `upTo` gives is written. @param leaves called for each */
  leave(sequence: number, leaves: (one: T) => void): void {
    for (const one of this.upTo(sequence)) {
      this.#waiting[this.#first] = undefined
      this.#first += 1
      leaves(one)
    }
    if (this.#first < LEAVING) return
    this.#waiting = this.#waiting.slice(this.#first)
    this.#first = 0
  }
}
