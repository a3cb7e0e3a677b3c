/**
 * The ledger on PostgreSQL: what the hub asks of it, and the parts that do it, put together. Work is decided (`deciding.ts`) and written in groups (`committing.ts`), at positions that are reserved (`reserving.ts`); what else is asked of the database goes through `asking.ts`. Other hubs on
 * the same database are heard of (`neighbours.ts`), and change what this one takes for granted (`told.ts`). The connection comes and goes (`keeper.ts`): while it is away work waits.
 */
import type { Clock } from '../../../shared/clock.ts'
import type { Fault } from '../../../shared/fault.ts'
import type { ParticipantId } from '../../../shared/ids.ts'
import { type Entry, orderKeyOf } from '../../domain/entry.ts'
import type { Committed, Work } from '../../domain/work.ts'
import type { Erased } from '../hubs.ts'
import type { Ledger, LedgerReads, LedgerTransaction, WriteListener } from '../ledger.ts'
import { LedgerListeners } from '../ledger-listeners.ts'
import { Asking } from './asking.ts'
import type { CacheLimits } from './cached-rows.ts'
import { Committing } from './committing.ts'
import type { Connection, DatabaseOptions } from './connection.ts'
import { Deciding } from './deciding.ts'
import { takenFault } from './faults.ts'
import { FleetTargets } from './fleet-targets.ts'
import { GroupWriter } from './group-writer.ts'
import type { HubRow, Identity } from './hub-row.ts'
import { Keeper } from './keeper.ts'
import { Neighbours } from './neighbours.ts'
import { Owned } from './owned.ts'
import { Positions } from './positions.ts'
import { Reads } from './reads.ts'
import { Reserving } from './reserving.ts'
import { RowLoader } from './row-loader.ts'
import { Standing, type StandingReports } from './standing.ts'
import { Tables } from './tables.ts'
import { Told } from './told.ts'

/** What the owner is told besides. MUST NOT throw. */
export interface PostgresReports extends StandingReports {
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
  readonly row: HubRow
}

const NO_CHANGES = { orders: [], orderChanges: [], participantChanges: [] } as const

export class PostgresLedger implements Ledger {
  readonly #reports: PostgresReports
  readonly #listeners = new LedgerListeners()
  readonly #closeListeners: (() => void)[] = []
  readonly #standing: Standing
  readonly #tables: Tables
  readonly #positions: Positions
  readonly #writer: GroupWriter
  readonly #keeper: Keeper
  readonly #asking: Asking
  readonly #told: Told
  readonly #reserving: Reserving
  readonly #deciding: Deciding
  readonly #committing: Committing
  readonly reads: LedgerReads
  readonly lastAliveMs: number | null
  readonly identity: Identity
  readonly owned = new Owned()
  readonly targets: FleetTargets
  readonly neighbours: Neighbours
  #idle: (() => void)[] = []
  #closed: Promise<void> | null = null

  constructor(parts: PostgresLedgerParts) {
    const { options, clock, random, reports, cache, connection, process, row } = parts
    const { owned } = this
    const listeners = this.#listeners
    const { place } = connection
    const standing = new Standing({ place, reports, failed: (fault) => this.#failed(fault) })
    this.#standing = standing
    this.#reports = reports
    this.lastAliveMs = row.lastAliveMs
    const identity = { hub: row.hub, fence: row.fence }
    this.identity = identity
    const positions = new Positions(row.positions)
    this.#positions = positions
    const targets = new FleetTargets(row.hub)
    this.targets = targets
    const tables = new Tables(cache)
    this.#tables = tables
    const slow = (isSlow: boolean) =>
      isSlow ? standing.away('it takes long to confirm a commit') : standing.back()
    const writer = new GroupWriter({ clock, identity, slow })
    this.#writer = writer
    const listener = {
      away: (reason: string) => standing.away(reason),
      back: (lastGroup: number) => this.#back(lastGroup),
      over: (fault: Fault) => standing.fail(fault),
    }
    const keeper = new Keeper({ options, clock, random, identity }, connection, { process, listener })
    this.#keeper = keeper
    connection.onBell((text) => this.neighbours.rung(text))
    const asking = new Asking({ keeper, identity, failed: (error) => standing.fail(error) })
    this.#asking = asking
    const told = new Told({ row, asking, owned, positions, tables, standing })
    this.#told = told
    const neighbours = new Neighbours({
      ...{ clock, row, asking },
      firstUnsettled: () => this.#committing.firstUnsettled,
      announce: (appended, foreign) => this.#announce(appended, foreign),
      isOver: () => standing.isLost || standing.isClosed,
    })
    this.neighbours = neighbours
    const goOn = () => this.#goOn()
    const { turns } = tables
    const reserving = new Reserving({ identity, asking, positions, turns, neighbours, reserved: goOn })
    this.#reserving = reserving
    const loader = new RowLoader(tables, (statement) =>
      keeper.reading((current) => current.run('loader', statement)),
    )
    const deciding = new Deciding({
      ...{ clock, tables, loader, positions, owned, targets, told, neighbours, standing },
      isAway: () => keeper.isAway,
      reserve: () => reserving.reserve(),
      decided: goOn,
    })
    this.#deciding = deciding
    this.#committing = new Committing({
      ...{ deciding, tables, positions, reserving, writer, keeper, told, neighbours, listeners, standing },
      ...{ ended: goOn, redecided: (works: number) => reports.redecided(works) },
    })
    this.reads = new Reads({ hub: row.hub, from: () => neighbours.from }, (of, statement) =>
      asking.ask((current) => current.run(of, statement)),
    )
  }

  /** Runs `ask` on the connection, again on the next one if that is lost, and when others were in the way. */
  asking<T>(ask: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#asking.ask(ask)
  }

  /** As `asking`, for what nobody relies on: once, and only while there is a connection. @returns null if it did not work */
  async trying<T>(ask: (connection: Connection) => Promise<T>): Promise<T | null> {
    return this.#standing.isAway || this.#standing.isClosed ? null : this.#asking.try(ask)
  }

  submit(work: Work<LedgerTransaction>): void {
    this.#deciding.submit(work)
  }

  /** What a listener decides for itself could not be decided again. */
  onDecided(): () => void {
    return () => {}
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    return this.#listeners.onCommitted(listener)
  }

  onWrite(listener: WriteListener): () => void {
    return this.#listeners.onWrite(listener)
  }

  onFault(listener: (fault: Fault) => void): () => void {
    return this.#listeners.onFault(listener)
  }

  onLost(listener: (participants: readonly ParticipantId[]) => void): () => void {
    return this.#told.onLost(listener)
  }

  onErased(listener: (erased: readonly Erased[]) => void): () => void {
    return this.#told.onErased(listener)
  }

  /** To be called before anything is handed over. */
  hearErasures(): Promise<void> {
    return this.#told.hearErasures()
  }

  get isAway(): boolean {
    return this.#standing.isAway
  }

  /** While the database is away there is nothing to note: the hub is not heard of. */
  markAlive(): void {
    if (this.isAway) return
    const decide = ({ nowMs }: LedgerTransaction) => {
      this.#deciding.gathering.aliveMs = nowMs
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

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener)
  }

  async #close(): Promise<void> {
    for (const listener of this.#closeListeners) listener()
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#idle.push(resolve))
    this.#standing.close()
    await this.#keeper.close()
  }

  #isIdle(): boolean {
    return this.#standing.isLost || !(this.#deciding.isBusy || this.#committing.isBusy)
  }

  #goOn(): void {
    this.#committing.goOn()
    this.#deciding.goOn()
    if (this.#told.hasOthers && this.#isIdle() && this.#positions.hasLeft && !this.#reserving.isBusy)
      this.#reserving.giveBack()
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** What others have added, and what of this hub's own waited for that. */
  #announce(appended: ReadonlyMap<ParticipantId, readonly Entry[]>, foreign: readonly Entry[]): void {
    if (foreign.length > 0) this.#tables.forgetOrders(foreign.map(orderKeyOf))
    if (appended.size > 0) this.#listeners.committed({ ...NO_CHANGES, appended })
  }

  /** What the hub has heard of the others, outside of any group. @param told as the database has it @param hasOthers are there any? */
  async heard(told: number, hasOthers: boolean): Promise<void> {
    if (told !== this.#told.number) {
      await this.#told.takeIn(told)
      this.#decideGatheringAgain()
      this.#goOn()
    }
    if (this.#told.number !== told) return
    this.#told.setOthers(hasOthers)
    if (hasOthers) {
      this.#tables.forgetCounters()
      this.neighbours.look()
    }
    this.#goOn()
  }

  /** A row of this hub is another one's: it can write nothing any more. */
  taken(): void {
    this.#standing.fail(takenFault(this.#keeper.place))
  }

  #decideGatheringAgain(): void {
    if (this.#standing.isLost) return
    const works = this.#deciding.waitAgain()
    this.#tables.forgetGathering()
    this.#tables.forgetKept()
    this.#positions.giveBack()
    if (works > 0) this.#reports.redecided(works)
  }

  #back(lastGroup: number): void {
    if (this.#standing.isLost) return
    this.#reserving.back()
    this.#keeper.connection.onBell((text) => this.neighbours.rung(text))
    this.#standing.back()
    this.neighbours.forgetReserved()
    if (this.#deciding.gathering.firstPosition === null) this.#positions.giveBack()
    else this.#decideGatheringAgain()
    this.#writer.back(lastGroup)
    this.#goOn()
  }

  #failed(fault: Fault): void {
    for (const resolve of this.#idle.splice(0)) resolve()
    this.#listeners.failed(fault)
  }
}
