/**
 * The ledger on LevelDB. Work waits until the turn of the event loop is over; then the rows that it names are read in one go (most are cached), it is
 * decided in the order in which it came, and what it wrote joins the group that gathers. One group at a time is written, as one chained batch
 * with `sync: true`: its changes, in the journal, and written back what needs groups that leave the journal. When it is durable its work is settled and what it appended is announced, in this order, and the next group leaves.
 * Work that writes nothing settles with its group all the same: an answer given from what was read is never ahead of the disk.
 *
 * A write error ends everything: no sync is tried again, since the kernel may have dropped the pages that it could not write
 * (https://wiki.postgresql.org/wiki/Fsync_Errors). `onFault` tells the owner, who ends the process.
 */
import type { Clock } from '../../../shared/clock.ts'
import { Fault, messageOf } from '../../../shared/fault.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { Committed, Work } from '../../domain/work.ts'
import { committedOf } from '../committed.ts'
import type { WriteListener } from '../ledger.ts'
import { LedgerListeners } from '../ledger-listeners.ts'
import { encode } from './codec.ts'
import type { Database } from './database.ts'
import { Group } from './group.ts'
import type { Journal } from './journal.ts'
import { ALIVE_KEY } from './keys.ts'
import type { Positions } from './positions.ts'
import { Reads } from './reads.ts'
import { type MayReadOn, RowLoader } from './row-loader.ts'
import type { CacheLimits } from './rows.ts'
import type { Scrub } from './scrub.ts'
import { Scrubbing } from './scrubbing.ts'
import { Tables } from './tables.ts'
import { Transaction } from './transaction.ts'
import { type Written, writeGroup } from './write-group.ts'

export interface LevelLedgerParts {
  readonly db: Database
  readonly clock: Clock
  readonly positions: Positions
  /** Empty. */
  readonly journal: Journal
  /** When a hub was last alive on this data, before this start; null for new data. Milliseconds since 1970. */
  readonly lastAliveMs: number | null
  /** Rows of each kind that are kept in memory. */
  readonly cache: CacheLimits
  /** For each load: which rows may be read without leaving the turn. */
  readonly onTheSpot: () => MayReadOn
  readonly scrub: Scrub
}

export class LevelLedger {
  readonly #db: Database
  readonly #clock: Clock
  readonly #positions: Positions
  readonly #journal: Journal
  readonly reads: Reads
  readonly lastAliveMs: number | null
  readonly #tables: Tables
  readonly #loader: RowLoader
  readonly #scrubbing: Scrubbing
  readonly #decidedListeners = new Set<(transaction: Transaction) => void>()
  readonly #listeners = new LedgerListeners()
  #waiting: Work<Transaction>[] = []
  #gathering = new Group()
  #isTurnEnding = false
  #isDeciding = false
  #isSyncing = false
  #isClosed = false
  #fault: Fault | null = null
  #idle: (() => void)[] = []

  constructor(parts: LevelLedgerParts) {
    this.#db = parts.db
    this.#clock = parts.clock
    this.#positions = parts.positions
    this.#journal = parts.journal
    this.lastAliveMs = parts.lastAliveMs
    this.#tables = new Tables(parts.cache)
    this.#loader = new RowLoader(parts.db, this.#tables, parts.onTheSpot)
    this.reads = new Reads({
      db: parts.db,
      tables: this.#tables,
      readAhead: (orders) => this.#loader.readAhead(orders),
      failed: (error) => this.#fail(error),
    })
    this.#scrubbing = new Scrubbing({
      scrub: parts.scrub,
      emptyJournal: () => this.#emptyJournal(),
      isOver: () => this.isOver,
      failed: (error) => this.#fail(error),
    })
  }

  submit(work: Work<Transaction>): void {
    this.#waiting.push(work)
    this.#decideAtEndOfTurn()
  }

  onDecided(listener: (transaction: Transaction) => void): () => void {
    this.#decidedListeners.add(listener)
    return () => this.#decidedListeners.delete(listener)
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    return this.#listeners.onCommitted(listener)
  }

  /** One group is written at a time: `began` and `ended` take turns. A group that writes nothing is not told. */
  onWrite(listener: WriteListener): () => void {
    return this.#listeners.onWrite(listener)
  }

  /** Called once, when the data can no longer be written or read. Nothing is confirmed afterwards. */
  onFault(listener: (fault: Fault) => void): () => void {
    return this.#listeners.onFault(listener)
  }

  /** Notes that a hub is alive on this data. Synced like all else: a hole in the log is then always damage (shared/level/check-logs.ts). */
  markAlive(): void {
    this.#journal.heartbeat()
    this.submit({
      decide: ({ nowMs }) => void this.#gathering.values.set(ALIVE_KEY, encode(ALIVE_KEY, nowMs)),
      settled: () => {},
    })
  }

  /**
   * Lets what was removed or overwritten of an order, and of the queues in which its events lie or have lain, go from the database's files as well: LevelDB keeps it until it merges tables, which may be never. MUST be called when
   * that is durable.
   * @returns when that is done: false if it was not, because the ledger closes or has failed
   */
  scrub(record: OrderRecord): Promise<boolean> {
    return this.#scrubbing.scrub(record)
  }

  /** Resolves when all that is durable lies under its own keys, or the ledger has failed. */
  #emptyJournal(): Promise<void> {
    this.#journal.empty()
    return new Promise((resolve) => {
      const forget = this.onFault(() => resolve())
      const settled = () => {
        forget()
        resolve()
      }
      this.submit({ decide: () => {}, settled })
    })
  }

  /** Waits until all submitted work is durable, writes back all that the journal holds, then closes the database. Idempotent. */
  async close(): Promise<void> {
    await this.#scrubbing.stop()
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#idle.push(resolve))
    if (this.isOver) return this.#db.close()
    this.#isClosed = true
    this.#journal.close()
    await this.#write(new Group()).durable
    await this.#db.close()
  }

  /** Is it closed, or has it failed? */
  get isOver(): boolean {
    return this.#isClosed || this.#fault !== null
  }

  /** A folder is there as long as the ledger is. */
  get isAway(): boolean {
    return false
  }

  /** The data was found damaged: ends everything, as a write error does. */
  damaged(fault: Fault): void {
    this.#fail(fault)
  }

  #isIdle(): boolean {
    const isBusy = this.#isDeciding || this.#isSyncing || this.#waiting.length > 0
    return this.#fault !== null || !(isBusy || this.#gathering.settled.length > 0)
  }

  #decideAtEndOfTurn(): void {
    if (this.#isTurnEnding || this.#isDeciding) return
    this.#isTurnEnding = true
    this.#clock.endOfTurn(() => {
      this.#isTurnEnding = false
      this.#decideWaiting()
    })
  }

  #decideWaiting(): void {
    if (this.#fault !== null) return
    const work = this.#waiting
    this.#waiting = []
    this.#isDeciding = true
    const loading = this.#load(work)
    if (loading === null) return this.#decide(work)
    // Not `catch`: what `decide` throws is a mistake in the program, and none of the disk's.
    loading.then(
      () => this.#decide(work),
      (error) => this.#fail(error),
    )
  }

  #load(work: readonly Work<Transaction>[]): Promise<void> | null {
    try {
      return this.#loader.load(work)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #decide(work: readonly Work<Transaction>[]): void {
    if (this.#fault !== null) return
    const nowMs = this.#clock.now()
    const transaction = new Transaction(this.#tables, {
      positions: this.#positions,
      group: this.#gathering,
      nowMs,
    })
    for (const { decide, settled } of work) {
      decide(transaction)
      this.#gathering.settled.push(settled)
    }
    for (const listener of this.#decidedListeners) listener(transaction)
    transaction.announce()
    this.#tables.forgetKept()
    this.#isDeciding = false
    this.#writeGroup()
    if (this.#waiting.length > 0) this.#decideAtEndOfTurn()
  }

  #writeGroup(): void {
    if (this.#isSyncing || this.#gathering.settled.length === 0) return
    this.#isSyncing = true
    const group = this.#gathering
    this.#gathering = new Group()
    const written = this.#write(group)
    written.durable.then(
      () => this.#settle(group, written),
      (error) => this.#fail(error),
    )
  }

  #write(group: Group): Written {
    return writeGroup(group, {
      db: this.#db,
      journal: this.#journal,
      tables: this.#tables,
      began: () => this.#listeners.writeBegan(),
    })
  }

  #settle(group: Group, { left, entered, changes, isEmpty }: Written): void {
    if (this.#fault !== null) return
    if (!isEmpty) this.#listeners.writeEnded(group.settled.length)
    this.#isSyncing = false
    this.#tables.written(left)
    this.#tables.synced(entered)
    for (const settled of group.settled) settled()
    const committed = committedOf(group.appended, changes)
    this.#listeners.committed(committed)
    this.#writeGroup()
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve()
  }

  #fail(error: unknown): void {
    if (this.#fault !== null || this.#isClosed) return
    this.#fault =
      error instanceof Fault
        ? error
        : new Fault(
            'ledger',
            `The data folder cannot be written or read: ${messageOf(error)}. Nothing is confirmed any more. Make room on its disk, or mend it, then start the hub again.`,
            { cause: error },
          )
    for (const resolve of this.#idle.splice(0)) resolve()
    this.#listeners.failed(this.#fault)
  }
}
