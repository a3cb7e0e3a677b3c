/** Reads what others have added to this hub's queues, one look at a time, and announces it together with what this hub has added, as far as all below is known. It looks again by itself as long as others hold up what this hub has added. */
import type { Clock } from '../../../shared/clock.ts'
import type { ParticipantId } from '../../../shared/ids.ts'
import type { Entry } from '../../domain/entry.ts'
import type { Announcements } from './announcements.ts'
import type { ForeignEntries } from './foreign-entries.ts'
import type { Block } from './positions.ts'

/** Between two looks. */
const AGAIN_MS = 4

export interface TailParts {
  readonly clock: Pick<Clock, 'after'>
  readonly announcements: Announcements
  /** Rejects when the database cannot be had any more. */
  read(gaps: readonly Block[]): Promise<ForeignEntries>
  /** Below it nothing of this hub is on its way, or still to come. */
  firstUnsettled(): number
  /** @param foreign those of them that others have added */
  announce(appended: ReadonlyMap<ParticipantId, readonly Entry[]>, foreign: readonly Entry[]): void
  isOver(): boolean
}

export class Tail {
  readonly #parts: TailParts
  #isLooking = false
  #isWanted = false

  constructor(parts: TailParts) {
    this.#parts = parts
  }

  look(): void {
    this.#isWanted = true
    const { announcements, read, firstUnsettled, isOver } = this.#parts
    if (this.#isLooking || isOver()) return
    this.#isLooking = true
    this.#isWanted = false
    const unsettled = firstUnsettled()
    read(announcements.gaps()).then(
      ({ below, entries }) => this.#looked(Math.min(below, unsettled, firstUnsettled()), entries),
      // Whoever owns the ledger has been told.
      () => {},
    )
  }

  #looked(below: number, entries: ForeignEntries['entries']): void {
    const { clock, announcements, announce, isOver } = this.#parts
    if (isOver()) return
    this.#isLooking = false
    const known = entries.filter(({ entry }) => entry.position < below)
    const foreign = known.map(({ entry }) => entry)
    announce(announcements.take(below, known), foreign)
    if (this.#isWanted) this.look()
    else if (announcements.isHolding) clock.after(AGAIN_MS, () => this.look())
  }
}
