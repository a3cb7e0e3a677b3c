/**
 * The ledger on LevelDB. Work waits until the turn of the event loop is over; then the rows that it names are read in one go (most are cached), it is
 * decided in the order in which it came, and what it wrote joins the group that gathers. One group at a time is written, as one chained batch
 * with `sync: true`; when it is durable its work is settled and what it appended is announced, in this order, and the next group leaves.
 * Work that writes nothing settles with its group all the same: an answer given from what was read is never ahead of the disk.
 *
 * A write error ends everything: no sync is tried again, since the kernel may have dropped the pages that it could not write
 * (https://wiki.postgresql.org/wiki/Fsync_Errors). `onFault` tells the owner, who ends the process.
 */
import type { Clock } from '../../../shared/clock.ts'
import { Fault, messageOf } from '../../../shared/fault.ts'
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { OrderRecord } from '../../domain/order.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import type { Committed, Work } from '../../domain/work.ts'
import { decode, encode } from './codec.ts'
import type { Database } from './database.ts'
import { Group } from './group.ts'
import { ALIVE_KEY, orderRowKey, participantRowKey, rosterKey } from './keys.ts'
import type { Positions } from './positions.ts'
import { Reads } from './reads.ts'
import { type CacheLimits, Rows } from './rows.ts'
import { type Roster, type Tables, Transaction } from './transaction.ts'

export interface LevelLedgerParts {
  readonly db: Database
  readonly clock: Clock
  readonly positions: Positions
  /** When a hub was last alive on this data, before this start; null for new data. Milliseconds since 1970. */
  readonly lastAliveMs: number | null
  /** Rows of each kind that are kept in memory. */
  readonly cache: CacheLimits
}

export class LevelLedger {
  readonly #db: Database
  readonly #clock: Clock
  readonly #positions: Positions
  readonly reads: Reads
  readonly lastAliveMs: number | null
  readonly #tables: Tables
  readonly #committedListeners = new Set<(committed: Committed) => void>()
  readonly #faultListeners = new Set<(fault: Fault) => void>()
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
    this.lastAliveMs = parts.lastAliveMs
    this.#tables = {
      orders: new Rows<OrderKey, OrderRecord>(parts.cache),
      participants: new Rows<ParticipantId, ParticipantRecord>(parts.cache),
      rosters: new Rows<string, Roster>(parts.cache),
    }
    this.reads = new Reads(parts.db, (error) => this.#fail(error))
  }

  submit(work: Work<Transaction>): void {
    this.#waiting.push(work)
    this.#decideAtEndOfTurn()
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    this.#committedListeners.add(listener)
    return () => this.#committedListeners.delete(listener)
  }

  /** Called once, when the data can no longer be written or read. Nothing is confirmed afterwards. */
  onFault(listener: (fault: Fault) => void): () => void {
    this.#faultListeners.add(listener)
    return () => this.#faultListeners.delete(listener)
  }

  /** Notes that a hub is alive on this data. Synced like all else: a hole in the log is then always damage (shared/level/check-logs.ts). */
  markAlive(): void {
    this.submit({
      decide: ({ nowMs }) => void this.#gathering.values.set(ALIVE_KEY, encode(ALIVE_KEY, nowMs)),
      settled: () => {},
    })
  }

  /** Waits until all submitted work is durable, then closes the database. Idempotent. */
  async close(): Promise<void> {
    if (!this.#isIdle()) await new Promise<void>((resolve) => this.#idle.push(resolve))
    this.#isClosed = true
    await this.#db.close()
  }

  /** Is it closed, or has it failed? */
  get isOver(): boolean {
    return this.#isClosed || this.#fault !== null
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
    const missing = this.#missingRows(work)
    if (missing.length === 0) return this.#decide(work)
    // Not `catch`: what `decide` throws is a mistake in the program, and none of the disk's.
    this.#fetch(missing, work).then(
      () => this.#decide(work),
      (error) => this.#fail(error),
    )
  }

  async #fetch(missing: Missing[], work: readonly Work<Transaction>[]): Promise<void> {
    await this.#read(missing)
    // The participants of a store are known once its roster is read.
    const ofRosters = this.#missingParticipantsOf(work)
    if (ofRosters.length > 0) await this.#read(ofRosters)
  }

  async #read(missing: readonly Missing[]): Promise<void> {
    const texts = await this.#db.getMany(missing.map(({ key }) => key))
    for (const [index, { key, arrived }] of missing.entries()) {
      const text = texts[index]
      arrived(text === undefined ? null : decode<object>(key, text), text?.length ?? 0)
    }
  }

  #missingRows(work: readonly Work<Transaction>[]): Missing[] {
    const { orders, participants, rosters } = this.#tables
    const missing = new Map<string, Missing>()
    for (const { orders: keys = [], participants: ids = [], stores = [] } of work) {
      for (const key of keys) note(missing, orders, key, orderRowKey(key))
      for (const id of ids) note(missing, participants, id, participantRowKey(id))
      for (const store of stores) note(missing, rosters, store, rosterKey(store))
    }
    return missing.size > 0 ? [...missing.values()] : this.#missingParticipantsOf(work)
  }

  #missingParticipantsOf(work: readonly Work<Transaction>[]): Missing[] {
    const missing = new Map<string, Missing>()
    for (const { stores = [] } of work)
      for (const store of stores)
        for (const id of this.#tables.rosters.get(store) ?? [])
          note(missing, this.#tables.participants, id, participantRowKey(id))
    return [...missing.values()]
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
    for (const table of Object.values(this.#tables)) table.forgetFetched()
    this.#isDeciding = false
    this.#writeGroup()
    if (this.#waiting.length > 0) this.#decideAtEndOfTurn()
  }

  #writeGroup(): void {
    if (this.#isSyncing || this.#gathering.settled.length === 0) return
    this.#isSyncing = true
    const group = this.#gathering
    this.#gathering = new Group()
    const orders = this.#stage(group)
    this.#sync(group).then(
      () => this.#settle(group, orders),
      (error) => this.#fail(error),
    )
  }

  /** Adds the rows that the group's work has put to its values; gives the orders among them. */
  #stage({ values }: Group): OrderRecord[] {
    const { orders, participants, rosters } = this.#tables
    const records = stageRows(values, orders, orderRowKey)
    stageRows(values, participants, participantRowKey)
    stageRows(values, rosters, rosterKey)
    return records
  }

  async #sync({ values }: Group): Promise<void> {
    if (values.size === 0) return
    const batch = this.#db.batch()
    for (const [key, value] of values) {
      if (value === null) batch.del(key)
      else batch.put(key, value)
    }
    await batch.write({ sync: true })
  }

  #settle(group: Group, orders: readonly OrderRecord[]): void {
    if (this.#fault !== null) return
    this.#isSyncing = false
    for (const table of Object.values(this.#tables)) table.synced()
    for (const settled of group.settled) settled()
    const committed = { appended: group.appended, orders }
    for (const listener of this.#committedListeners) listener(committed)
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
    for (const listener of this.#faultListeners) listener(this.#fault)
  }
}

/** Adds what was put to `values`, and to the cache. @returns the rows, without what was removed */
const stageRows = <Key extends string, Row extends object>(
  values: Group['values'],
  rows: Rows<Key, Row>,
  keyOf: (name: Key) => string,
): Row[] => {
  const put: Row[] = []
  for (const [name, row] of rows.takeGroup()) {
    const key = keyOf(name)
    const text = row && encode(key, row)
    values.set(key, text)
    rows.staged(name, text?.length ?? null)
    if (row !== null) put.push(row)
  }
  return put
}

/** A row to read: its key in the database, and where it goes. */
interface Missing {
  readonly key: string
  /** @param size in characters */
  arrived(row: object | null, size: number): void
}

const note = <Key extends string, Row extends object>(
  missing: Map<string, Missing>,
  rows: Rows<Key, Row>,
  name: Key,
  key: string,
): void => {
  if (missing.has(key) || rows.secure(name)) return
  missing.set(key, { key, arrived: (row, size) => rows.fetched(name, row as Row | null, size) })
}
