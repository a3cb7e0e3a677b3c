/** Reads what others have added to this hub's queues, one look at a time, and announces it together with what this hub has added, as far as all below is known. It looks again by itself as long as one of them holds up what the other has added. */
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
  /** Below it nothing of this hub is on its way, or still to come: to any queue, and to queues of its own, as long as no more is announced there. */
  firstUnsettled(): { ofAll: number; ofOwn: number }
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
    const before = firstUnsettled()
    read(announcements.gaps()).then(
      ({ below, entries }) => {
        const after = firstUnsettled()
        const ofAll = Math.min(before.ofAll, after.ofAll)
        const ofOwn = Math.min(before.ofOwn, after.ofOwn)
        this.#looked({ below, ofAll, ofOwn }, entries)
      },
      // Whoever owns the ledger has been told.
      () => {},
    )
  }

  /** Others' entries are not held up by what this hub has still to add to queues of others: what it adds to its own from then on it lays behind them. Where there are none it leaves itself the positions that it has. */
  #looked(
    { below, ofAll, ofOwn }: { below: number; ofAll: number; ofOwn: number },
    entries: ForeignEntries['entries'],
  ): void {
    const { clock, announcements, announce, isOver } = this.#parts
    if (isOver()) return
    this.#isLooking = false
    const known = entries.filter(({ entry }) => entry.position < Math.min(below, ofOwn))
    const foreign = known.map(({ entry }) => entry)
    const behind = (foreign.at(-1)?.position ?? 0) + 1
    announce(announcements.take(Math.min(below, Math.max(ofAll, behind)), known), foreign)
    const isHeldUp = announcements.isHolding || known.length < entries.length
    if (this.#isWanted) this.look()
    else if (isHeldUp) clock.after(AGAIN_MS, () => this.look())
  }
}
