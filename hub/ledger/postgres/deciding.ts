/**
 * From what is submitted to what is decided. Work waits until the turn of the event loop is over; then the rows that it names are read (most are cached), it is decided in the order in which it came, and what it wrote joins the group that gathers. What has been
 * decided waits again, in its order, when it turns out that it cannot be written like that.
 *
 * waiting -> loading -> gathering -> taken, and from each of them back to waiting
 */
import type { Clock } from '../../../shared/clock.ts'
import type { Work } from '../../domain/work.ts'
import type { LedgerTransaction } from '../ledger.ts'
import type { FleetTargets } from './fleet-targets.ts'
import { Group } from './group.ts'
import type { Neighbours } from './neighbours.ts'
import type { Owned } from './owned.ts'
import { OutOfPositions, type Positions } from './positions.ts'
import type { RowLoader } from './row-loader.ts'
import type { Standing } from './standing.ts'
import type { Tables } from './tables.ts'
import type { Told } from './told.ts'
import { Transaction } from './transaction.ts'

type LedgerWork = Work<LedgerTransaction>

export interface DecidingParts {
  readonly clock: Clock
  readonly tables: Tables
  readonly loader: Pick<RowLoader, 'load' | 'keep'>
  readonly positions: Positions
  readonly owned: Owned
  readonly targets: FleetTargets
  readonly told: Pick<Told, 'number'>
  readonly neighbours: Pick<Neighbours, 'from'>
  readonly standing: Pick<Standing, 'isLost' | 'fail'>
  /** Is there no connection? Then work waits. */
  isAway(): boolean
  /** Resolves when there are more positions. */
  reserve(): Promise<void>
  decided(): void
}

export class Deciding {
  readonly #parts: DecidingParts
  /** What each piece of work knew of ownerships when it was submitted; 0 if it is not here. */
  readonly #submittedAt = new WeakMap<LedgerWork, number>()
  #waiting: LedgerWork[] = []
  /** About to be decided, when its rows are there. */
  #loading: LedgerWork[] = []
  #gathering: Group
  /** Grows when what was loaded, or gathered, waits again. */
  #epoch = 0
  #isTurnEnding = false
  #isDeciding = false

  constructor(parts: DecidingParts) {
    this.#parts = parts
    this.#gathering = this.#newGroup()
  }

  submit(work: LedgerWork): void {
    const { takings } = this.#parts.owned
    if (takings > 0) this.#submittedAt.set(work, takings)
    this.#waiting.push(work)
    this.#decideAtEndOfTurn()
  }

  /** What has been decided since the last group was taken. */
  get gathering(): Group {
    return this.#gathering
  }

  /** Is something still to be decided? */
  get isBusy(): boolean {
    return this.#isDeciding || this.#waiting.length > 0
  }

  /** The group that gathers; the next one begins. */
  take(): Group {
    const group = this.#gathering
    this.#gathering = this.#newGroup()
    return group
  }

  /** Decides what waits, if anything does. */
  goOn(): void {
    if (this.#waiting.length > 0) this.#decideAtEndOfTurn()
  }

  /** What gathers, and what was about to, waits again. @param before what comes before it @returns how much waits again */
  waitAgain(before: readonly LedgerWork[] = []): number {
    const works = [...before, ...this.#gathering.works, ...this.#loading]
    this.#waiting = [...works, ...this.#waiting]
    this.#loading = []
    this.#gathering = this.#newGroup()
    this.#epoch += 1
    return works.length
  }

  #newGroup(): Group {
    return new Group(this.#parts.told.number)
  }

  #decideAtEndOfTurn(): void {
    const { clock, isAway } = this.#parts
    if (this.#isTurnEnding || this.#isDeciding || isAway()) return
    this.#isTurnEnding = true
    clock.endOfTurn(() => {
      this.#isTurnEnding = false
      this.#decideWaiting()
    })
  }

  #decideWaiting(): void {
    const { loader, isAway, standing } = this.#parts
    if (standing.isLost || this.#isDeciding || isAway()) return
    this.#isDeciding = true
    this.#loading = this.#waiting
    this.#waiting = []
    const epoch = this.#epoch
    const loading = loader.load(this.#loading, () => epoch !== this.#epoch)
    const reserving = this.#lacksPositions() ? this.#parts.reserve() : null
    if (loading === null && reserving === null) return this.#decideLoaded()
    loader.keep(this.#loading)
    // Not `catch`: what `decide` throws is a mistake in the program, and none of the database's.
    Promise.all([loading, reserving]).then(
      () => (epoch === this.#epoch ? this.#decideLoaded() : this.#decided()),
      (error) => standing.fail(error),
    )
  }

  /** Whoever asks for the participants of a store is about to add to their queues, once an order. That is only a guess: without positions it would be decided in vain, and all that gathers with it. */
  #lacksPositions(): boolean {
    const adding = this.#loading.filter(({ stores }) => stores !== undefined)
    const entries = adding.reduce((sum, { orders = [] }) => sum + Math.max(1, orders.length), 0)
    return !this.#parts.positions.hasFor(entries)
  }

  #decideLoaded(): void {
    const { tables, positions, standing, reserve } = this.#parts
    if (standing.isLost) return
    const works = this.#loading
    this.#loading = []
    try {
      this.#decide(works)
    } catch (error) {
      if (!(error instanceof OutOfPositions)) throw error
      return this.#reserveMore(works)
    }
    tables.turns.decided()
    this.#decided()
    if (positions.isLow) void reserve()
  }

  #decide(works: readonly LedgerWork[]): void {
    const { clock, tables, positions, owned, targets, neighbours } = this.#parts
    const group = this.#gathering
    let since = 0
    const transaction = new Transaction(tables, {
      ...{ positions, group, targets, nowMs: clock.now() },
      owns: (participant) => owned.has(participant, since),
      isOwn: (participant) => owned.isMine(participant),
      ownFrom: neighbours.from,
    })
    for (const work of works) {
      since = this.#submittedAt.get(work) ?? 0
      work.decide(transaction)
      group.works.push(work)
    }
    tables.forgetKept()
  }

  #decided(): void {
    this.#isDeciding = false
    this.#parts.decided()
  }

  /** One piece of work has used up all positions: what gathers is decided again when there are more. */
  #reserveMore(works: readonly LedgerWork[]): void {
    const { tables, positions, reserve } = this.#parts
    const decided = this.#gathering.works
    const undecided = works.filter((work) => !decided.includes(work))
    this.#waiting = [...decided, ...undecided, ...this.#waiting]
    this.#gathering = this.#newGroup()
    tables.forgetGathering()
    tables.forgetKept()
    positions.exhausted()
    tables.turns.wait([...decided, ...works].flatMap(({ orders = [] }) => orders))
    this.#isDeciding = false
    void reserve()
  }
}
