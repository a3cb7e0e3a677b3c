/**
 * The ledger on PostgreSQL. Work waits until the turn of the event loop is over; then the rows that it names are read (most are cached), it is decided in the order in which it came, and what it wrote joins the group that gathers. One group at
 * a time is written, as one statement that is a transaction. When it is written its work is settled and what it appended is announced, in this order, and the next group leaves.
 *
 * A group may be refused, because its rows were not as it found them, or because its connection was lost on the way. Then nothing is known any more: everything in memory is forgotten, and its work and all that was decided on top of it is decided again, in the same
 * order. So `decide` runs once or more often, `settled` once. While the database is away work waits.
 */
import type { Clock } from '../../../shared/clock.ts'
import { Fault } from '../../../shared/fault.ts'
import type { Committed, Work } from '../../domain/work.ts'
import { committedOf } from '../committed.ts'
import type { Ledger, LedgerReads, LedgerTransaction, WriteListener } from '../ledger.ts'
import type { CacheLimits } from './cached-rows.ts'
import type { Connection, DatabaseOptions } from './connection.ts'
import { brokenFault } from './faults.ts'
import { Group } from './group.ts'
import { type Fate, GroupWriter } from './group-writer.ts'
import { Keeper } from './keeper.ts'
import { type Ownership, reservePositions } from './ownership.ts'
import { OutOfPositions, Positions } from './positions.ts'
import { Reads } from './reads.ts'
import { RowLoader } from './row-loader.ts'
import { type Changes, Tables } from './tables.ts'
import { Transaction } from './transaction.ts'
import { groupStatement, isEmptyGroup } from './write-group.ts'

/** What the owner is told besides. MUST NOT throw. */
export interface PostgresReports {
  away(place: string, reason: string): void
  back(place: string): void
  /** A group was not written, and is decided again. */
  redecided(works: number): void
}

export interface PostgresLedgerParts {
  readonly options: DatabaseOptions
  readonly clock: Clock
  readonly random: () => number
  readonly reports: PostgresReports
  readonly cache: CacheLimits
  /** With the lock. */
  readonly connection: Connection
  /** The server's number for the connection that writes. */
  readonly process: number
  readonly ownership: Ownership
}

/** A group on its way. */
interface Syncing {
  readonly group: Group
  readonly changes: Changes
  readonly isEmpty: boolean
}

export class PostgresLedger implements Ledger {
  readonly #clock: Clock
  readonly #reports: PostgresReports
  readonly #keeper: Keeper
  readonly #writer: GroupWriter
  readonly #positions: Positions
  readonly #tables: Tables
  readonly #loader: RowLoader
  readonly reads: LedgerReads
  readonly lastAliveMs: number | null
  readonly #committedListeners = new Set<(committed: Committed) => void>()
  readonly #faultListeners = new Set<(fault: Fault) => void>()
  readonly #writeListeners = new Set<WriteListener>()
  #waiting: Work<LedgerTransaction>[] = []
  /** About to be decided, when its rows are there. */
  #loading: Work<LedgerTransaction>[] = []
  #gathering = new Group()
  #syncing: Syncing | null = null
  /** Grows when everything is forgotten. */
  #epoch = 0
  #isTurnEnding = false
  #isDeciding = false
  #isReserving = false
  /** Has the owner been told that the database is away? */
  #isAway = false
  #isClosed = false
  #fault: Fault | null = null
  #idle: (() => void)[] = []
  #closed: Promise<void> | null = null

  constructor(parts: PostgresLedgerParts) {
    const { options, clock, random, reports, cache, connection, process, ownership } = parts
    const { fence } = ownership
    this.#clock = clock
    this.#reports = reports
    this.lastAliveMs = ownership.lastAliveMs
    this.#positions = new Positions(ownership.positions)
    this.#tables = new Tables(cache)
    const slow = (isSlow: boolean) =>
      isSlow ? this.#away('it takes long to confirm a commit') : this.#isBack()
    this.#writer = new GroupWriter({ clock, fence, slow })
    const listener = {
      away: (reason: string) => this.#away(reason),
      back: (lastGroup: number) => this.#back(lastGroup),
      over: (fault: Fault) => this.#fail(fault),
    }
    this.#keeper = new Keeper({ options, clock, random, fence }, connection, { process, listener })
    this.#loader = new RowLoader(this.#tables, (statement) =>
      this.#keeper.reading((current) => current.run('loader', statement)),
    )
    this.reads = new Reads((of, statement) =>
      this.#telling(this.#keeper.reading((current) => current.run(of, statement))),
    )
  }

  submit(work: Work<LedgerTransaction>): void {
    this.#waiting.push(work)
    this.#decideAtEndOfTurn()
  }

  /** What a listener decides for itself could not be decided again. */
  onDecided(): () => void {
    return () => {}
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    this.#committedListeners.add(listener)
    return () => this.#committedListeners.delete(listener)
  }

  onWrite(listener: WriteListener): () => void {
    this.#writeListeners.add(listener)
    return () => this.#writeListeners.delete(listener)
  }

  onFault(listener: (fault: Fault) => void): () => void {
    this.#faultListeners.add(listener)
    return () => this.#faultListeners.delete(listener)
  }

  get isAway(): boolean {
    return this.#isAway
  }

  /** While the database is away there is nothing to note: the hub is not heard of. */
  markAlive(): void {
    if (this.#isAway) return
    const decide = ({ nowMs }: LedgerTransaction) => {
      this.#gathering.aliveMs = nowMs
    }
    this.submit({ decide, settled: () => {} })
  }

  /** The old versions of rows are the database's to let go: nobody can say when they have left its pages, its log and its backups (docs/OPERATIONS.md). */
  async scrub(): Promise<boolean> {
    return false
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#idle.push(resolve))
    this.#isClosed = true
    await this.#keeper.close()
  }

  #isIdle(): boolean {
    const isBusy = this.#isDeciding || this.#syncing !== null || this.#waiting.length > 0
    return this.#fault !== null || !(isBusy || this.#gathering.works.length > 0)
  }

  #decideAtEndOfTurn(): void {
    if (this.#isTurnEnding || this.#isDeciding || this.#keeper.isAway) return
    this.#isTurnEnding = true
    this.#clock.endOfTurn(() => {
      this.#isTurnEnding = false
      this.#decideWaiting()
    })
  }

  #decideWaiting(): void {
    if (this.#fault !== null || this.#isDeciding || this.#keeper.isAway) return
    this.#isDeciding = true
    this.#loading = this.#waiting
    this.#waiting = []
    const epoch = this.#epoch
    const loading = this.#loader.load(this.#loading, () => epoch !== this.#epoch)
    if (loading === null) return this.#decideLoaded()
    // Not `catch`: what `decide` throws is a mistake in the program, and none of the database's.
    loading.then(
      () => (epoch === this.#epoch ? this.#decideLoaded() : this.#decided()),
      (error) => this.#fail(error),
    )
  }

  #decideLoaded(): void {
    if (this.#fault !== null) return
    const works = this.#loading
    this.#loading = []
    try {
      this.#decide(works)
    } catch (error) {
      if (!(error instanceof OutOfPositions)) throw error
      return this.#reserveMore(works)
    }
    this.#decided()
    if (this.#positions.isLow) this.#reserve()
  }

  #decide(works: readonly Work<LedgerTransaction>[]): void {
    const group = this.#gathering
    const parts = { positions: this.#positions, group, nowMs: this.#clock.now() }
    const transaction = new Transaction(this.#tables, parts)
    for (const work of works) {
      work.decide(transaction)
      group.works.push(work)
    }
    this.#tables.forgetKept()
  }

  #decided(): void {
    this.#isDeciding = false
    this.#goOn()
  }

  /** One piece of work has used up all positions: what gathers is decided again when there are more. */
  #reserveMore(works: readonly Work<LedgerTransaction>[]): void {
    const decided = this.#gathering.works
    const undecided = works.filter((work) => !decided.includes(work))
    this.#waiting = [...decided, ...undecided, ...this.#waiting]
    this.#gathering = new Group()
    this.#tables.forgetGathering()
    this.#tables.forgetKept()
    this.#positions.exhausted()
    this.#isDeciding = false
    this.#reserve()
  }

  #reserve(): void {
    if (this.#isReserving) return
    this.#isReserving = true
    const count = this.#positions.wanted
    const reserved = this.#keeper.reading((connection) => reservePositions(connection, count))
    reserved.then(
      (block) => {
        this.#isReserving = false
        this.#positions.reserved(block)
        this.#goOn()
      },
      (error) => this.#fail(error),
    )
  }

  #goOn(): void {
    this.#writeGroup()
    if (this.#waiting.length > 0) this.#decideAtEndOfTurn()
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve()
  }

  #writeGroup(): void {
    if (this.#syncing !== null || this.#keeper.isAway || this.#gathering.works.length === 0) return
    const group = this.#gathering
    this.#gathering = new Group()
    const changes = this.#tables.takeGroup()
    const syncing = { group, changes, isEmpty: isEmptyGroup(group, changes) }
    this.#syncing = syncing
    this.#write(syncing).then(
      (fate) => this.#written(syncing, fate),
      (error) => this.#fail(error),
    )
  }

  #write({ group, changes, isEmpty }: Syncing): Promise<Fate> {
    if (isEmpty) return Promise.resolve('written')
    for (const listener of this.#writeListeners) listener.began()
    const openFrom = this.#positions.last + 1
    return this.#writer.write(this.#keeper.connection, (signature) =>
      groupStatement({ ...signature, openFrom }, group, changes),
    )
  }

  #written(syncing: Syncing, fate: Fate): void {
    if (this.#fault !== null) return
    this.#syncing = null
    if (fate === 'written') this.#settle(syncing)
    else this.#redecide(syncing)
    this.#goOn()
  }

  #settle({ group, changes, isEmpty }: Syncing): void {
    this.#tables.synced()
    if (!isEmpty) for (const listener of this.#writeListeners) listener.ended(group.works.length)
    for (const { settled } of group.works) settled()
    const committed = committedOf(group.appended, changes)
    for (const listener of this.#committedListeners) listener(committed)
  }

  /** Forgets all that is not durable, and what was believed to be; its work waits again, in its order. */
  #redecide({ group }: Syncing): void {
    for (const listener of this.#writeListeners) listener.ended(0)
    const works = [...group.works, ...this.#gathering.works, ...this.#loading]
    this.#waiting = [...works, ...this.#waiting]
    this.#loading = []
    this.#gathering = new Group()
    this.#tables.forgetAll()
    this.#epoch += 1
    this.#reports.redecided(works.length)
  }

  #away(reason: string): void {
    if (this.#isAway || this.#fault !== null) return
    this.#isAway = true
    this.#reports.away(this.#keeper.place, reason)
  }

  #isBack(): void {
    if (!this.#isAway || this.#fault !== null) return
    this.#isAway = false
    this.#reports.back(this.#keeper.place)
  }

  #back(lastGroup: number): void {
    if (this.#fault !== null) return
    this.#isBack()
    this.#writer.back(lastGroup)
    this.#goOn()
  }

  #telling<T>(reading: Promise<T>): Promise<T> {
    return reading.catch((error: unknown) => {
      this.#fail(error)
      throw error
    })
  }

  #fail(error: unknown): void {
    if (this.#fault !== null || this.#isClosed) return
    this.#fault = error instanceof Fault ? error : brokenFault(this.#keeper.place, error)
    for (const resolve of this.#idle.splice(0)) resolve()
    for (const listener of this.#faultListeners) listener(this.#fault)
  }
}
