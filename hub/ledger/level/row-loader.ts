/**
 * Brings the rows that work names into memory before it is decided. Most are at hand. A few others are read at once: most name an order that is new, which LevelDB's filters tell in a microsecond, where asking another thread takes fifty.
 * Many are read in one go by another thread, and while that takes its time what is at hand is kept, whatever the cache evicts meanwhile.
 */
import type { Work } from '../../domain/work.ts'
import type { Database } from './database.ts'
import { type Kind, ORDERS, PARTICIPANTS, ROSTERS } from './kinds.ts'
import type { Tables } from './tables.ts'

type Names = Pick<Work<never>, 'orders' | 'participants' | 'stores'>

/** A row to read: its key in the database, and where it goes. */
interface Missing {
  readonly key: string
  arrived(text: string | undefined): void
}

/** Rows that are read on the spot: on a disk that takes its time, no more than these hold up everything else. */
export const READ_ON_THE_SPOT = 32

export class RowLoader {
  readonly #db: Database
  readonly #tables: Tables
  readonly #onTheSpot: number

  /** @param onTheSpot as many rows at most are read without leaving the turn */
  constructor(db: Database, tables: Tables, onTheSpot: number) {
    this.#db = db
    this.#tables = tables
    this.#onTheSpot = onTheSpot
  }

  /**
   * @returns null if all rows are at hand; otherwise when they are. They stay until the tables' `forgetKept`.
   * @throws what the database throws
   */
  load(work: readonly Names[]): Promise<void> | null {
    const missing = this.#missingRows(work)
    if (missing.length === 0) return null
    this.#keepRows(work)
    if (!this.#readOnTheSpot(missing)) return this.#fetch(missing, work)
    const ofRosters = this.#participantsOf(work)
    return this.#readOnTheSpot(ofRosters) ? null : this.#read(ofRosters)
  }

  /** @returns false if these are too many */
  #readOnTheSpot(missing: readonly Missing[]): boolean {
    if (missing.length > this.#onTheSpot) return false
    for (const { key, arrived } of missing) arrived(this.#db.getSync(key))
    return true
  }

  /** The participants of a store are known once its roster is read. @returns those that are missing */
  #participantsOf(work: readonly Names[]): Missing[] {
    const missing = this.#missingParticipantsOf(work)
    this.#keepParticipantsOf(work)
    return missing
  }

  #missingRows(work: readonly Names[]): Missing[] {
    const missing = new Map<string, Missing>()
    for (const { orders = [], participants = [], stores = [] } of work) {
      for (const key of orders) this.#note(missing, ORDERS, key)
      for (const id of participants) this.#note(missing, PARTICIPANTS, id)
      for (const store of stores) this.#note(missing, ROSTERS, store)
    }
    return missing.size > 0 ? [...missing.values()] : this.#missingParticipantsOf(work)
  }

  #missingParticipantsOf(work: readonly Names[]): Missing[] {
    const missing = new Map<string, Missing>()
    for (const { stores = [] } of work)
      for (const store of stores)
        for (const id of this.#tables.rosters.get(store) ?? []) this.#note(missing, PARTICIPANTS, id)
    return [...missing.values()]
  }

  #note<Name extends string, Row extends object>(
    missing: Map<string, Missing>,
    { rows, keyOf, decode }: Kind<Name, Row>,
    name: Name,
  ): void {
    const table = rows(this.#tables)
    if (table.has(name)) return
    const key = keyOf(name)
    const arrived = (text: string | undefined): void =>
      table.fetched(name, text === undefined ? null : decode(name, text), text?.length ?? 0)
    missing.set(key, { key, arrived })
  }

  #keepRows(work: readonly Names[]): void {
    const { orders, participants, rosters } = this.#tables
    for (const { orders: keys = [], participants: ids = [], stores = [] } of work) {
      for (const key of keys) orders.keep(key)
      for (const id of ids) participants.keep(id)
      for (const store of stores) rosters.keep(store)
    }
    this.#keepParticipantsOf(work)
  }

  #keepParticipantsOf(work: readonly Names[]): void {
    const { participants, rosters } = this.#tables
    for (const { stores = [] } of work)
      for (const store of stores)
        if (rosters.has(store)) for (const id of rosters.get(store) ?? []) participants.keep(id)
  }

  async #fetch(missing: readonly Missing[], work: readonly Names[]): Promise<void> {
    await this.#read(missing)
    const ofRosters = this.#participantsOf(work)
    if (ofRosters.length > 0) await this.#read(ofRosters)
  }

  async #read(missing: readonly Missing[]): Promise<void> {
    const texts = await this.#db.getMany(missing.map(({ key }) => key))
    for (const [index, { arrived }] of missing.entries()) arrived(texts[index])
  }
}
