/**
 * The ledger on PostgreSQL. Work waits until the turn of the event loop is over; then the rows that it names are read (most are cached), it is decided in the order in which it came, and what it wrote joins the group that gathers. One group at
 * a time is written, as one statement that is a transaction. When it is written its work is settled and what it appended is announced, in this order, and the next group leaves.
 *
 * A group may be refused, because its rows were not as it found them, or because its connection was lost on the way. Then nothing is known any more: everything in memory is forgotten, and its work and all that was decided on top of it is decided again, in the same
 * order. So `decide` runs once or more often, `settled` once. While the database is away work waits.
 */
import type { Clock } from '../../../shared/clock.ts'
import { Fault } from '../../../shared/fault.ts'
import type { ParticipantId } from '../../../shared/ids.ts'
import { type Entry, orderKeyOf } from '../../domain/entry.ts'
import type { Committed, Work } from '../../domain/work.ts'
import { committedOf } from '../committed.ts'
import type { HubState } from '../hubs.ts'
import type { Ledger, LedgerReads, LedgerTransaction, WriteListener } from '../ledger.ts'
import { LedgerListeners } from '../ledger-listeners.ts'
import { Asking } from './asking.ts'
import type { Said } from './bell-words.ts'
import type { CacheLimits } from './cached-rows.ts'
import type { Connection, DatabaseOptions } from './connection.ts'
import { brokenFault, takenFault } from './faults.ts'
import { FleetTargets } from './fleet-targets.ts'
import { Group } from './group.ts'
import { isReadOnlyGroup } from './group-values.ts'
import { type Fate, GroupWriter } from './group-writer.ts'
import { type HubRow, type Identity, reservePositions } from './hub-row.ts'
import { Keeper } from './keeper.ts'
import { Neighbours } from './neighbours.ts'
import { lostOf, Owned } from './owned.ts'
import { OutOfPositions, Positions } from './positions.ts'
import { Reads } from './reads.ts'
import { RowLoader } from './row-loader.ts'
import { type Changes, Tables } from './tables.ts'
import { Transaction } from './transaction.ts'
import { groupStatement } from './write-group.ts'

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
  readonly row: HubRow
}

const NO_CHANGES = { orders: [], orderChanges: [], participantChanges: [] } as const

/** A group on its way. */
interface Syncing {
  readonly group: Group
  readonly changes: Changes
  /** Nothing is written, and nothing that was answered need be looked at. */
  readonly isEmpty: boolean
  readonly isReadOnly: boolean
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
  readonly identity: Identity
  readonly owned = new Owned()
  readonly targets: FleetTargets
  readonly #asking: Asking
  readonly #neighbours: Neighbours
  /** What others have told this hub, as far as it has taken that in. */
  #told: number
  /** Are there other hubs, as far as is known? */
  #hasOthers: boolean
  /** What each piece of work knew of ownerships when it was submitted; 0 if it is not here. */
  readonly #submittedAt = new WeakMap<Work<LedgerTransaction>, number>()
  readonly #lostListeners = new Set<(participants: readonly ParticipantId[]) => void>()
  readonly #closeListeners: (() => void)[] = []
  readonly #listeners = new LedgerListeners()
  #waiting: Work<LedgerTransaction>[] = []
  /** About to be decided, when its rows are there. */
  #loading: Work<LedgerTransaction>[] = []
  #gathering: Group
  #syncing: Syncing | null = null
  /** How many connections there were. */
  #connections = 0
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
    const { options, clock, random, reports, cache, connection, process, row } = parts
    this.#clock = clock
    this.#reports = reports
    this.identity = { hub: row.hub, fence: row.fence }
    const { identity } = this
    this.lastAliveMs = row.lastAliveMs
    this.#told = row.told
    this.#gathering = new Group(row.told)
    this.#positions = new Positions(row.positions)
    this.#hasOthers = row.hasPeers
    this.#positions.share(row.hasPeers)
    this.targets = new FleetTargets(row.hub)
    this.#tables = new Tables(cache)
    const slow = (isSlow: boolean) =>
      isSlow ? this.#away('it takes long to confirm a commit') : this.#isBack()
    this.#writer = new GroupWriter({ clock, identity, slow })
    const listener = {
      away: (reason: string) => this.#away(reason),
      back: (lastGroup: number) => this.#back(lastGroup),
      over: (fault: Fault) => this.#fail(fault),
    }
    this.#keeper = new Keeper({ options, clock, random, identity }, connection, { process, listener })
    connection.onBell((text) => this.#neighbours.rung(text))
    this.#loader = new RowLoader(this.#tables, (statement) =>
      this.#keeper.reading((current) => current.run('loader', statement)),
    )
    this.#asking = new Asking({ keeper: this.#keeper, identity, failed: (error) => this.#fail(error) })
    this.#neighbours = new Neighbours({
      ...{ clock, row, asking: this.#asking },
      firstUnsettled: () => ({ ofAll: this.#firstUnsettled, ofOwn: this.#firstOwnUnsettled }),
      announce: (appended, foreign) => this.#announce(appended, foreign),
      isOver: () => this.#fault !== null || this.#isClosed,
    })
    this.reads = new Reads({ hub: row.hub, from: () => this.#neighbours.from }, (of, statement) =>
      this.asking((current) => current.run(of, statement)),
    )
  }

  /** Runs `ask` on the connection, again on the next one if that is lost, and when others were in the way. */
  asking<T>(ask: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#asking.ask(ask)
  }

  /** As `asking`, for what nobody relies on: once, and only while there is a connection. @returns null if it did not work */
  async trying<T>(ask: (connection: Connection) => Promise<T>): Promise<T | null> {
    return this.#isAway || this.#isClosed ? null : this.#asking.try(ask)
  }

  submit(work: Work<LedgerTransaction>): void {
    if (this.owned.takings > 0) this.#submittedAt.set(work, this.owned.takings)
    this.#waiting.push(work)
    this.#decideAtEndOfTurn()
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

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener)
  }

  async #close(): Promise<void> {
    for (const listener of this.#closeListeners) listener()
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
    this.#tables.turns.decided()
    this.#decided()
    if (this.#positions.isLow) this.#reserve()
  }

  #decide(works: readonly Work<LedgerTransaction>[]): void {
    const group = this.#gathering
    let since = 0
    const transaction = new Transaction(this.#tables, {
      ...{ positions: this.#positions, group, targets: this.targets, nowMs: this.#clock.now() },
      owns: (participant) => this.owned.has(participant, since),
      isOwn: (participant) => this.owned.isMine(participant),
      ownFrom: this.#neighbours.from,
    })
    for (const work of works) {
      since = this.#submittedAt.get(work) ?? 0
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
    this.#gathering = new Group(this.#told)
    this.#tables.forgetGathering()
    this.#tables.forgetKept()
    this.#positions.exhausted()
    this.#tables.turns.wait([...decided, ...works].flatMap(({ orders = [] }) => orders))
    this.#isDeciding = false
    this.#reserve()
  }

  #reserve(): void {
    if (this.#isReserving) return
    this.#isReserving = true
    const count = this.#positions.wanted
    const number = this.#tables.turns.reserving()
    const epoch = this.#connections
    const reserved = this.asking((connection) => reservePositions(connection, this.identity, count))
    reserved.then(
      (block) => {
        this.#isReserving = false
        // What was reserved on a connection that is lost may be reserved by another hub again, if the server has crashed.
        if (epoch === this.#connections) {
          this.#neighbours.reserved(block)
          this.#tables.turns.reserved(number, block)
          this.#positions.reserved(block)
        }
        this.#goOn()
      },
      () => {},
    )
  }

  #goOn(): void {
    this.#writeGroup()
    if (this.#waiting.length > 0) this.#decideAtEndOfTurn()
    if (this.#hasOthers && this.#isIdle() && this.#positions.hasLeft && !this.#isReserving) this.#giveBack()
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Positions that this hub does not need now would hold up the readers of others. */
  #giveBack(): void {
    this.#positions.giveBack()
    const text = 'DELETE FROM caps.blocks WHERE hub = $1::int8 AND last <= $2::int8'
    const values = [this.identity.hub, this.#positions.end]
    this.asking((connection) => connection.run('bell', { name: 'give-back', text, values })).then(
      () => this.ring(),
      () => {},
    )
  }

  #writeGroup(): void {
    if (this.#syncing !== null || this.#keeper.isAway || this.#gathering.works.length === 0) return
    const group = this.#gathering
    this.#gathering = new Group(this.#told)
    const changes = this.#tables.takeGroup()
    this.#positions.groupTaken()
    const isReadOnly = isReadOnlyGroup(group, changes)
    const isEmpty = isReadOnly && !changes.hasRead
    const syncing = { group, changes, isEmpty, isReadOnly }
    if (
      this.#hasOthers &&
      this.#waiting.length === 0 &&
      !this.#isDeciding &&
      !this.#isReserving &&
      !syncing.isEmpty
    )
      this.#positions.giveBack()
    this.#syncing = syncing
    this.#write(syncing).then(
      (fate) => this.#written(syncing, fate),
      (error) => this.#fail(error),
    )
  }

  #write({ group, changes, isEmpty, isReadOnly }: Syncing): Promise<Fate> {
    if (isEmpty) return Promise.resolve({ kind: 'written', below: null })
    if (!isReadOnly) this.#listeners.writeBegan()
    const openFrom = this.#positions.last + 1
    const { told, lastReserved } = group
    return this.#writer.write(
      this.#keeper.connection,
      (signature) => groupStatement({ ...signature, openFrom, told, lastReserved }, group, changes),
      changes.rosters.length > 0,
    )
  }

  async #written(syncing: Syncing, fate: Fate): Promise<void> {
    if (fate.kind === 'refused') await this.#takeIn(fate.told)
    if (this.#fault !== null) return
    this.#syncing = null
    if (fate.kind === 'written') this.#settle(syncing, fate.below)
    else this.#redecide(syncing)
    this.#goOn()
  }

  #settle({ group, changes, isReadOnly }: Syncing, below: number | null): void {
    this.#tables.synced()
    if (!isReadOnly) this.#listeners.writeEnded(group.works.length)
    for (const { settled } of group.works) settled()
    const appended = this.#neighbours.written(group, below)
    const committed = { ...committedOf(group.appended, changes), appended }
    this.#listeners.committed(committed)
    if (group.appended.byParticipant.size > 0 && this.#hasOthers) this.ring()
    if (this.#neighbours.isHolding) this.tail()
  }

  /** Below it nothing of this hub is on its way, or still to come. */
  get #firstUnsettled(): number {
    const groups = [this.#syncing?.group, this.#gathering]
    const next = this.#positions.hasLeft ? this.#positions.last + 1 : Number.MAX_SAFE_INTEGER
    return Math.min(next, ...groups.map((group) => group?.firstPosition ?? Number.MAX_SAFE_INTEGER))
  }

  get #firstOwnUnsettled(): number {
    const groups = [this.#syncing?.group, this.#gathering]
    return Math.min(...groups.map((group) => group?.firstOwnPosition ?? Number.MAX_SAFE_INTEGER))
  }

  /** Looks for what others have added to this hub's queues, and announces it. */
  tail(): void {
    this.#neighbours.look()
  }

  #announce(appended: ReadonlyMap<ParticipantId, readonly Entry[]>, foreign: readonly Entry[]): void {
    if (foreign.length > 0) this.#tables.forgetOrders(foreign.map(orderKeyOf))
    if (appended.size > 0) this.#listeners.committed({ ...NO_CHANGES, appended })
  }

  /** Tells other hubs that there is something to hear. */
  ring(): void {
    this.#neighbours.ring()
  }

  /** From now on others hear the hub's state when it rings. */
  says(stateOf: () => HubState): void {
    this.#neighbours.says(stateOf)
  }

  /** Another hub has rung. */
  onRung(listener: (said: Said) => void): void {
    this.#neighbours.onRung(listener)
  }

  onLost(listener: (participants: readonly ParticipantId[]) => void): () => void {
    this.#lostListeners.add(listener)
    return () => this.#lostListeners.delete(listener)
  }

  /** Others have changed something that this hub takes for granted: it looks what it has lost, and what gathers is decided anew. @param told null if that is not known: then it is found out with the next group */
  async #takeIn(told: number | null): Promise<void> {
    if (told === null || told === this.#told || this.#fault !== null) return
    const { mine, takings } = this.owned
    const found = await this.asking((connection) => lostOf(connection, this.identity.hub, mine)).catch(
      () => null,
    )
    if (found === null) return
    // Who has come back to this hub since it asked is its own.
    const lost = found.filter((participant) => this.owned.wasTakenBefore(participant, takings))
    this.#hasOthers = true
    this.#positions.share(true)
    this.#told = told
    this.#tables.forgetParticipants()
    for (const participant of lost) this.owned.lost(participant)
    if (lost.length > 0) for (const listener of this.#lostListeners) listener(lost)
  }

  /** What the hub has heard of the others, outside of any group. @param told as the database has it @param hasOthers are there any? */
  async heard(told: number, hasOthers: boolean): Promise<void> {
    if (told !== this.#told) {
      await this.#takeIn(told)
      this.#decideGatheringAgain()
      this.#goOn()
    }
    if (this.#told !== told) return
    this.#hasOthers = hasOthers
    this.#positions.share(hasOthers)
    if (hasOthers) {
      this.#tables.forgetCounters()
      this.tail()
    }
    this.#goOn()
  }

  /** A row of this hub is another one's: it can write nothing any more. */
  taken(): void {
    this.#fail(takenFault(this.#keeper.place))
  }

  #decideGatheringAgain(): void {
    if (this.#fault !== null) return
    const works = [...this.#gathering.works, ...this.#loading]
    this.#waiting = [...works, ...this.#waiting]
    this.#loading = []
    this.#gathering = new Group(this.#told)
    this.#tables.forgetGathering()
    this.#tables.forgetKept()
    this.#positions.giveBack()
    this.#epoch += 1
    if (works.length > 0) this.#reports.redecided(works.length)
  }

  /** Forgets all that is not durable, and what was believed to be; its work waits again, in its order. */
  #redecide({ group, isReadOnly }: Syncing): void {
    if (!isReadOnly) this.#listeners.writeEnded(0)
    const works = [...group.works, ...this.#gathering.works, ...this.#loading]
    this.#waiting = [...works, ...this.#waiting]
    this.#loading = []
    this.#gathering = new Group(this.#told)
    this.#tables.forgetGroups()
    if (this.#hasOthers) this.#positions.giveBack()
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
    this.#connections += 1
    this.#keeper.connection.onBell((text) => this.#neighbours.rung(text))
    this.#isBack()
    this.#neighbours.forgetReserved()
    if (this.#gathering.firstPosition === null) this.#positions.giveBack()
    else this.#decideGatheringAgain()
    this.#writer.back(lastGroup)
    this.#goOn()
  }

  #fail(error: unknown): void {
    if (this.#fault !== null || this.#isClosed) return
    this.#fault = error instanceof Fault ? error : brokenFault(this.#keeper.place, error)
    for (const resolve of this.#idle.splice(0)) resolve()
    this.#listeners.failed(this.#fault)
  }
}
