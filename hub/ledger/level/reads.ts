/**
 * Reads over ranges of what is durable: what lies under its own keys, and over it what only the journal holds. Each returns at most what it was asked for; the caller goes on from the last one it got. A value that is damaged, and
 * a database that cannot be read, reject the read and are told to the owner.
 */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import { type DeadLetter, type Entry, orderKeyOf, type Place, type Retry } from '../../domain/entry.ts'
import type { Note } from '../../domain/note.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import type { Revocation } from '../../domain/revocation.ts'
import { decode } from './codec.ts'
import type { Database } from './database.ts'
import {
  entryKey,
  entryRange,
  noteNameOf,
  noteRange,
  participantRange,
  participantRowKey,
  participantsFromRange,
  revocationRange,
} from './keys.ts'
import { type Kind, ORDERS, PARTICIPANTS } from './kinds.ts'
import { OrderLists } from './order-lists.ts'
import type { OrderPage } from './orders-of-all-stores.ts'
import { firstOf, type Newer, type Page, type Part, type Read } from './overlay.ts'
import type { Tables } from './tables.ts'

const decodedRows = <T>(rows: readonly [string, string][]): Page<T> =>
  rows.map(([key, text]) => [key, decode<T>(key, text)] as const)

export interface ReadsParts {
  readonly db: Database
  readonly tables: Tables
  /** Has orders read that work is soon to name. */
  readAhead(orders: readonly OrderKey[]): Promise<void>
  /** Called with what a read is rejected for. */
  failed(error: unknown): void
}

export class Reads {
  readonly #db: Database
  readonly #tables: Tables
  readonly #readAhead: (orders: readonly OrderKey[]) => Promise<void>
  readonly #failed: (error: unknown) => void
  readonly #lists: OrderLists

  constructor({ db, tables, readAhead, failed }: ReadsParts) {
    this.#db = db
    this.#tables = tables
    this.#readAhead = readAhead
    this.#failed = failed
    this.#lists = new OrderLists({
      db,
      orders: tables.orders,
      telling: (rows, pageOf) => this.#telling(rows, pageOf),
    })
  }

  /** Entries of one queue in queue order, after a position. They are about to be handed over: when they are acknowledged, their orders are wanted. */
  async entries(participant: ParticipantId, from: { after: number; limit: number }): Promise<Entry[]> {
    const entries = await this.#entries<Entry>('queue', participant, from)
    this.#readAhead(entries.map(orderKeyOf)).catch((error: unknown) => this.#failed(error))
    return entries
  }

  /** Retries of one participant in queue order, after a position. */
  retries(participant: ParticipantId, from: { after: number; limit: number }): Promise<Retry[]> {
    return this.#entries('retry', participant, from)
  }

  /** What lies in a closed queue, in one of its places. */
  closedEntries(
    place: Place,
    participant: ParticipantId,
    range: { after: number; upTo: number; limit: number },
  ): Promise<Entry[]> {
    return this.#entries(place, participant, range)
  }

  /** What lies in one place of a participant, after a position. */
  entriesIn(
    place: Place,
    participant: ParticipantId,
    range: { after: number; limit: number },
  ): Promise<Entry[]> {
    return this.#entries(place, participant, range)
  }

  deadLettersOf(participant: ParticipantId, from: { after: number; limit: number }): Promise<DeadLetter[]> {
    return this.#entries('dead', participant, from)
  }

  #entries<T extends Entry>(
    place: Place,
    participant: ParticipantId,
    from: { after: number; upTo?: number; limit: number },
  ): Promise<T[]> {
    const newer = new Map<string, T | null>()
    for (const { position, entry } of this.#tables.entries.unwrittenOf(place, participant))
      if (position > from.after) newer.set(entryKey(place, participant, position), entry as T | null)
    return this.#values({ range: entryRange(place, participant, from), limit: from.limit }, newer)
  }

  heldOrders(): Promise<OrderKey[]> {
    return this.#lists.held()
  }

  ordersByTime(range: Parameters<OrderLists['byTime']>[0]): Promise<OrderPage> {
    return this.#lists.byTime(range)
  }

  ordersNamed(range: Parameters<OrderLists['named']>[0]): Promise<OrderPage> {
    return this.#lists.named(range)
  }

  ordersHeldBy(range: Parameters<OrderLists['heldBy']>[0]): Promise<OrderPage> {
    return this.#lists.heldBy(range)
  }

  ordersEndedBefore(timeMs: number, limit: number): Promise<OrderKey[]> {
    return this.#lists.endedBefore(timeMs, limit)
  }

  countDelivered(range: Parameters<OrderLists['delivered']>[0]): ReturnType<OrderLists['delivered']> {
    return this.#lists.delivered(range)
  }

  /** Orders as they are durable, in the order asked for; those that are not there are left out. */
  async orderRecords(orders: readonly OrderKey[]): Promise<OrderRecord[]> {
    const records = await this.#rows(ORDERS, orders)
    return records.filter((record) => record !== null)
  }

  /** As it is durable. */
  async participantRecord(id: ParticipantId): Promise<ParticipantRecord | null> {
    const [record] = await this.#rows(PARTICIPANTS, [id])
    return record ?? null
  }

  /** Beside the cache: a search must not drive out of it what work needs. */
  async #rows<Name extends string, Row extends object>(
    kind: Kind<Name, Row>,
    names: readonly Name[],
  ): Promise<(Row | null)[]> {
    const rows = kind.rows(this.#tables)
    const found = new Map<Name, Row | null | undefined>(names.map((name) => [name, rows.durable(name)]))
    const missing = names.filter((name) => found.get(name) === undefined)
    if (missing.length > 0) {
      const read = this.#db.getMany(missing.map((name) => kind.keyOf(name)))
      const decoded = await this.#telling(read, (texts) =>
        missing.map((name, index) => {
          const text = texts[index]
          return [name, text === undefined ? null : kind.decode(name, text)] as const
        }),
      )
      for (const [index, [, row]] of decoded.entries()) found.set(missing[index]!, row)
    }
    return names.map((name) => found.get(name)!)
  }

  /** Known participants in the order of their ids, after one (or ''). */
  participants(after: string, limit: number): Promise<ParticipantRecord[]> {
    return this.#participants({ range: participantRange(after), limit })
  }

  /** Known participants whose ids begin so, in their order, after one (or ''). */
  participantsFrom(range: { beginning: string; after: string; limit: number }): Promise<ParticipantRecord[]> {
    const { beginning, after, limit } = range
    return this.#participants({ range: participantsFromRange(beginning, after), limit })
  }

  #participants(part: Part): Promise<ParticipantRecord[]> {
    const newer = new Map<string, ParticipantRecord | null>()
    for (const { key, row } of this.#tables.participants.unwritten()) newer.set(participantRowKey(key), row)
    return this.#values(part, newer)
  }

  /** Revocations that are durable, in the order of their participants, after one (or ''). */
  revocations(after: string, limit: number): Promise<Revocation[]> {
    return this.#values({ range: revocationRange(after), limit }, new Map())
  }

  /** Notes of a kind that are durable, in the order of their names, after one (or ''). */
  async notes(kind: Note['kind'], after: string, limit: number): Promise<Note[]> {
    const rows = this.#db.iterator({ ...noteRange(kind, after), limit }).all()
    const page = await this.#telling(rows, decodedRows<unknown>)
    return page.map(([key, value]) => ({ kind, name: noteNameOf(key), value }))
  }

  #values<T>(part: Part, newer: Newer<T>): Promise<T[]> {
    const read: Read<T> = ({ range, ...rest }) =>
      this.#telling(this.#db.iterator({ ...range, ...rest }).all(), decodedRows<T>)
    return firstOf(read, newer, part)
  }

  #telling<Rows, T>(rows: Promise<Rows>, pageOf: (rows: Rows) => Page<T>): Promise<Page<T>> {
    return rows.then(pageOf).catch((error: unknown) => {
      this.#failed(error)
      throw error
    })
  }
}
