/**
 * Lets so many pieces of asynchronous work run at a time. The others wait, and those who ask take turns: one who asks for much waits behind himself, and nobody waits for all that he has asked for.
 */

type Begin = () => void

export class Gate {
  readonly #most: number
  #running = 0
  /** Whose turn is next stands first. */
  readonly #waiting = new Map<object, Begin[]>()

  constructor(most: number) {
    this.#most = most
  }

  /** @param who whoever takes turns with others */
  async run<T>(who: object, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) await this.#turnOf(who)
    else this.#running += 1
    try {
      return await work()
    } finally {
      const begin = this.#next()
      if (begin === null) this.#running -= 1
      else begin()
    }
  }

  #turnOf(who: object): Promise<void> {
    return new Promise((resolve) => {
      const line = this.#waiting.get(who)
      if (line === undefined) this.#waiting.set(who, [resolve])
      else line.push(resolve)
    })
  }

  /** Who has had a turn and wants another stands last. */
  #next(): Begin | null {
    for (const [who, line] of this.#waiting) {
      this.#waiting.delete(who)
      if (line.length > 1) this.#waiting.set(who, line.slice(1))
      return line[0]!
    }
    return null
  }
}
