/**
 * Brings the rows that work names into memory before it is decided. Most are at hand. A few others are read at once: most name an order that is new, which LevelDB's filters tell in a microsecond, where asking another thread takes fifty.
 * Many are read in one go by another thread, and while that takes its time what is at hand is kept, whatever the cache evicts meanwhile.
 */
import type { OrderKey } from '../../../shared/ids.ts'
import type { Work } from '../../domain/work.ts'
import type { Database } from './database.ts'
import { orderRowKey } from './keys.ts'
import { type Kind, ORDERS, PARTICIPANTS, ROSTERS } from './kinds.ts'
import type { Tables } from './tables.ts'

type Names = Pick<Work<never>, 'orders' | 'participants' | 'stores'>

/** A row to read: its key in the database, and where it goes. */
interface Missing {
  readonly key: string
  readonly name: string
  readonly kind: Kind<string, object>
}

/** May another row be read without leaving the turn? Asked before each, with the number of those that were. */
export type MayReadOn = (read: number) => boolean

/** How long rows are read on the spot: on a disk that takes its time, that and one more read hold up everything else. */
const ON_THE_SPOT_MS = 1

/** For one load. A row that is not there costs two microseconds, since LevelDB's filters know; one that must be fetched from the disk a hundred and more. */
export const whileItIsQuick = (): MayReadOn => {
  const endMs = performance.now() + ON_THE_SPOT_MS
  return () => performance.now() < endMs
}

const NONE: readonly never[] = []

export class RowLoader {
  readonly #db: Database
  readonly #tables: Tables
  readonly #onTheSpot: () => MayReadOn

  /** @param onTheSpot for each load: which rows may be read without leaving the turn */
  constructor(db: Database, tables: Tables, onTheSpot: () => MayReadOn) {
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
    const mayReadOn = this.#onTheSpot()
    const later = this.#readOnTheSpot(missing, work, mayReadOn)
    if (later.length > 0) return this.#fetch(later, work)
    const ofRosters = this.#missingParticipantsOf(work)
    if (ofRosters.length === 0) return null
    const others = this.#readOnTheSpot(ofRosters, work, mayReadOn)
    return others.length === 0 ? null : this.#read(others)
  }

  /** What is at hand is kept before a row comes into the cache, which may evict it, and before others have their turn. @returns those that are left */
  #readOnTheSpot(
    missing: readonly Missing[],
    work: readonly Names[],
    mayReadOn: MayReadOn,
  ): readonly Missing[] {
    const texts: (string | undefined)[] = []
    while (texts.length < missing.length && mayReadOn(texts.length))
      texts.push(this.#db.getSync(missing[texts.length]!.key))
    const isWhole = texts.length === missing.length
    if (!isWhole || texts.some((text) => text !== undefined)) this.#keepRows(work)
    for (const [index, text] of texts.entries()) this.#arrived(missing[index]!, text)
    return isWhole ? NONE : missing.slice(texts.length)
  }

  #arrived({ kind, name }: Missing, text: string | undefined): void {
    const row = text === undefined ? null : kind.decode(name, text)
    kind.rows(this.#tables).fetched(name, row, text?.length ?? 0)
  }

  /** Has orders read that work is soon to name, beside all else. @throws what the database throws */
  async readAhead(orders: readonly OrderKey[]): Promise<void> {
    const table = this.#tables.orders
    const missing = table.awaited(orders)
    if (missing.length === 0) return
    const texts = await this.#db.getMany(missing.map(orderRowKey))
    for (const [index, key] of missing.entries()) {
      const text = texts[index]
      table.readAhead(key, text === undefined ? null : ORDERS.decode(key, text), text?.length ?? 0)
    }
  }

  #missingRows(work: readonly Names[]): readonly Missing[] {
    const missing: Missing[] = []
    for (const { orders = NONE, participants = NONE, stores = NONE } of work) {
      for (const key of orders) this.#note(missing, ORDERS, key)
      for (const id of participants) this.#note(missing, PARTICIPANTS, id)
      for (const store of stores) this.#note(missing, ROSTERS, store)
    }
    return missing.length > 0 ? missing : this.#missingParticipantsOf(work)
  }

  /** The participants of a store are known once its roster is read. */
  #missingParticipantsOf(work: readonly Names[]): readonly Missing[] {
    const missing: Missing[] = []
    for (const { stores = NONE } of work)
      for (const store of stores)
        for (const id of this.#tables.rosters.get(store) ?? NONE) this.#note(missing, PARTICIPANTS, id)
    return missing
  }

  #note<Name extends string, Row extends object>(
    missing: Missing[],
    kind: Kind<Name, Row>,
    name: Name,
  ): void {
    if (kind.rows(this.#tables).has(name)) return
    missing.push({ key: kind.keyOf(name), name, kind: kind as unknown as Missing['kind'] })
  }

  #keepRows(work: readonly Names[]): void {
    const { orders, participants, rosters } = this.#tables
    for (const { orders: keys = NONE, participants: ids = NONE, stores = NONE } of work) {
      for (const key of keys) orders.keep(key)
      for (const id of ids) participants.keep(id)
      for (const store of stores) rosters.keep(store)
    }
    this.#keepParticipantsOf(work)
  }

  #keepParticipantsOf(work: readonly Names[]): void {
    const { participants, rosters } = this.#tables
    for (const { stores = NONE } of work)
      for (const store of stores)
        if (rosters.has(store)) for (const id of rosters.get(store) ?? NONE) participants.keep(id)
  }

  async #fetch(missing: readonly Missing[], work: readonly Names[]): Promise<void> {
    await this.#read(missing)
    const ofRosters = this.#missingParticipantsOf(work)
    this.#keepParticipantsOf(work)
    if (ofRosters.length > 0) await this.#read(ofRosters)
  }

  async #read(missing: readonly Missing[]): Promise<void> {
    const texts = await this.#db.getMany(missing.map(({ key }) => key))
    for (const [index, one] of missing.entries()) this.#arrived(one, texts[index])
  }
}
