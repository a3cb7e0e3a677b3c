/** A page of dead letters: whether some may have come or gone. A letter itself never changes. */
import type { Changed } from '../../../shared/watch.ts'
import type { Committed } from '../../domain/work.ts'
import { deadLettersOf } from '../rows.ts'
import type { Screen } from './screen.ts'

export class LettersScreen implements Screen {
  readonly #participant: string | undefined
  #isStale = false

  /** @param participant whose letters are shown; everybody's without */
  constructor(participant: string | undefined) {
    this.#participant = participant
  }

  orderChanged(): void {}

  participantChanged(): void {}

  committed({ participantChanges }: Committed): void {
    for (const { key, before, after } of participantChanges) {
      if (this.#isStale) return
      if (this.#participant !== undefined && this.#participant !== key) continue
      const [had, has] = [before, after].map((record) => (record === null ? 0 : deadLettersOf(record)))
      this.#isStale = had !== has
    }
  }

  take(): Changed | null {
    const isStale = this.#isStale
    this.#isStale = false
    return isStale ? { view: 'dead-letters', isStale } : null
  }
}
