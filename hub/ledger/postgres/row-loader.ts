/** Brings the rows that work names into memory before it is decided: those that are not at hand are read in one go, a statement a kind. What is at hand is kept meanwhile, whatever the cache evicts. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { EntryAt, Place } from '../../domain/entry.ts'
import type { Work } from '../../domain/work.ts'
import { int8Array, textArray } from './arrays.ts'
import type { CachedRows, Versioned } from './cached-rows.ts'
import type { Statement } from './connection.ts'
import {
  ORDER_COLUMNS,
  type OrderRow,
  orderIn,
  PARTICIPANTS,
  type ParticipantRow,
  participantIn,
} from './row-columns.ts'
import type { Roster, Tables } from './tables.ts'

type Names = Pick<Work<never>, 'orders' | 'participants' | 'stores' | 'entries'>
type Run = <Row extends unknown[]>(statement: Statement) => Promise<Row[]>

const NOTHING: Versioned<never> = { row: null, version: 0 }

const ORDERS = `SELECT ${ORDER_COLUMNS} FROM caps.orders WHERE key = ANY ($1::text[])`
const NAMED_PARTICIPANTS = `${PARTICIPANTS} WHERE p.id = ANY ($1::text[])`
/** Those of them that are there. */
const ENTRIES = `SELECT participant, place, position FROM caps.entries NATURAL JOIN unnest($1::text[], $2::text[], $3::int8[]) AS named (participant, place, position)`
const ROSTERS = 'SELECT store, version, participants FROM caps.rosters WHERE store = ANY ($1::text[])'

/** Names of rows that are not at hand. */
interface Missing {
  readonly orders: ReadonlySet<OrderKey>
  readonly participants: ReadonlySet<ParticipantId>
  readonly rosters: ReadonlySet<string>
}

const NONE_MISSING: Missing = { orders: new Set(), participants: new Set(), rosters: new Set() }

/** Rows as they were found, still to be put into the tables. */
type Found = () => void

export class RowLoader {
  readonly #tables: Tables
  readonly #run: Run

  constructor(tables: Tables, run: Run) {
    this.#tables = tables
    this.#run = run
  }

  /**
   * @param isStale has everything been forgotten meanwhile? Then what was read is not used
   * @returns null if all rows are at hand; otherwise when they are. They stay until the tables' `forgetKept`
   */
  load(work: readonly Names[], isStale: () => boolean): Promise<void> | null {
    const missing = this.#missing(work)
    const namesEntries = work.some(({ entries = [] }) => entries.length > 0)
    if (missing === null && !namesEntries && !this.#lacksMembers(work)) return null
    this.keep(work)
    return this.#load(work, missing ?? NONE_MISSING, isStale)
  }

  async #load(work: readonly Names[], missing: Missing, isStale: () => boolean): Promise<void> {
    const found = await Promise.all([
      ...this.#orders(missing.orders),
      ...this.#participants(missing.participants),
      ...this.#rosters(missing.rosters),
      ...this.#entries(work.flatMap(({ entries = [] }) => entries)),
    ])
    if (isStale()) return
    for (const put of found) put()
    const { participants } = this.#tables
    const members = this.#membersOf(work)
    for (const id of members) participants.keep(id)
    const more = await Promise.all(this.#participants(lacking(participants, members)))
    if (!isStale()) for (const put of more) put()
  }

  /** What is at hand stays until the tables' `forgetKept`. */
  keep(work: readonly Names[]): void {
    const tables = this.#tables
    for (const { orders = [], participants = [], stores = [] } of work) {
      for (const key of orders) tables.orders.keep(key)
      for (const id of participants) tables.participants.keep(id)
      for (const store of stores) tables.rosters.keep(store)
    }
    for (const id of this.#membersOf(work)) tables.participants.keep(id)
  }

  /** @returns null if nothing is */
  #missing(work: readonly Names[]): Missing | null {
    const { orders, participants, rosters } = this.#tables
    const missing = {
      orders: new Set<OrderKey>(),
      participants: new Set<ParticipantId>(),
      rosters: new Set<string>(),
    }
    for (const { orders: keys = [], participants: ids = [], stores = [] } of work) {
      for (const key of keys) if (!orders.has(key)) missing.orders.add(key)
      for (const id of ids) if (!participants.has(id)) missing.participants.add(id)
      for (const store of stores) if (!rosters.has(store)) missing.rosters.add(store)
    }
    const count = missing.orders.size + missing.participants.size + missing.rosters.size
    return count === 0 ? null : missing
  }

  /** The participants of a store are known once its roster is. */
  #membersOf(work: readonly Names[]): Set<ParticipantId> {
    const { rosters } = this.#tables
    const members = new Set<ParticipantId>()
    for (const { stores = [] } of work)
      for (const store of stores)
        if (rosters.has(store)) for (const id of rosters.get(store) ?? []) members.add(id)
    return members
  }

  #lacksMembers(work: readonly Names[]): boolean {
    return lacking(this.#tables.participants, this.#membersOf(work)).size > 0
  }

  #orders(keys: ReadonlySet<OrderKey>): Promise<Found>[] {
    const { orders } = this.#tables
    const put = (rows: readonly OrderRow[]) => note(orders, keys, rows.map(orderIn).map(byKey))
    return this.#fetch({ name: 'orders', text: ORDERS }, keys, put)
  }

  #participants(ids: ReadonlySet<ParticipantId>): Promise<Found>[] {
    const { participants } = this.#tables
    const put = (rows: readonly ParticipantRow[]) =>
      note(participants, ids, rows.map(participantIn).map(byId))
    return this.#fetch({ name: 'participants', text: NAMED_PARTICIPANTS }, ids, put)
  }

  #rosters(stores: ReadonlySet<string>): Promise<Found>[] {
    const { rosters } = this.#tables
    const put = (rows: readonly [store: string, version: number, participants: string][]) =>
      note(
        rosters,
        stores,
        rows.map(([store, version, text]) => [store, { row: JSON.parse(text) as Roster, version }]),
      )
    return this.#fetch({ name: 'rosters', text: ROSTERS }, stores, put)
  }

  #entries(named: readonly EntryAt[]): Promise<Found>[] {
    if (named.length === 0) return []
    const values = [
      textArray(named.map(({ participant }) => participant)),
      textArray(named.map(({ place }) => place)),
      int8Array(named.map(({ position }) => position)),
    ]
    const rows = this.#run<[ParticipantId, Place, number]>({ name: 'named', text: ENTRIES, values })
    return [
      rows.then((found) => () => {
        const there = found.map(([participant, place, position]) => ({ participant, place, position }))
        this.#tables.named.found(there)
      }),
    ]
  }

  #fetch<Row extends unknown[]>(
    statement: Pick<Statement, 'name' | 'text'>,
    names: ReadonlySet<string>,
    put: (rows: readonly Row[]) => void,
  ): Promise<Found>[] {
    if (names.size === 0) return []
    const rows = this.#run<Row>({ ...statement, values: [textArray([...names])] })
    return [rows.then((found) => () => put(found))]
  }
}

const lacking = <Key extends string>(rows: { has(key: Key): boolean }, keys: Iterable<Key>): Set<Key> =>
  new Set([...keys].filter((key) => !rows.has(key)))

const byKey = <Row extends { readonly key: OrderKey }>(found: Versioned<Row> & { readonly row: Row }) =>
  [found.row.key, found] as const
const byId = <Row extends { readonly id: ParticipantId }>(found: Versioned<Row> & { readonly row: Row }) =>
  [found.row.id, found] as const

/** What was asked for and not found is known not to be there. */
const note = <Key extends string, Row extends object>(
  rows: CachedRows<Key, Row>,
  keys: ReadonlySet<Key>,
  found: readonly (readonly [Key, Versioned<Row>])[],
): void => {
  const byName = new Map<Key, Versioned<Row>>(found)
  for (const key of keys) rows.fetched(key, byName.get(key) ?? NOTHING)
}
