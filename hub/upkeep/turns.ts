/** Runs asynchronous work one piece after another: what one has read is still so when it writes. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** After everything that was asked for before, whatever has become of it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work)
    this.#last = done
    return done
  }
}
