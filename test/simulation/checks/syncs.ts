/**
 * What has become durable, as far as it can be told from outside: whatever arrives at the hub is in the group that is written next, so it is durable when the first sync that begins after it
 * has ended. What waited for its sync when the hub died may be there or not.
 */
import type { Observation } from '../observations.ts'

/** Where something arrived: how many syncs had begun by then. */
export type Mark = number

export class Syncs {
  #began = 0
  #ended = 0
  readonly #doubtful: { from: Mark; to: Mark }[] = []

  observe({ kind }: Observation): void {
    if (kind === 'sync began') this.#began += 1
    if (kind === 'sync ended') this.#ended = this.#began
    if (kind !== 'hub gone') return
    this.#doubtful.push({ from: this.#ended, to: this.#began })
    this.#began += 1
  }

  /** To be kept with what arrives now. */
  get mark(): Mark {
    return this.#began
  }

  isDurable(mark: Mark): boolean {
    return this.#ended > mark && !this.isDoubtful(mark)
  }

  /** Nobody can tell, and nobody ever will. */
  isDoubtful(mark: Mark): boolean {
    return this.#doubtful.some(({ from, to }) => from <= mark && mark <= to)
  }
}
