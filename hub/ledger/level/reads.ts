/**
 * Reads over ranges of what is durable: what lies under its own keys, and over it what only the journal holds. Each returns at most what it was asked for; the caller goes on from the last one it got. A value that is damaged, and
 * a database that cannot be read, reject the read and are told to the owner.
 */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { DeadLetter, Entry, Place, Retry } from '../../domain/entry.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { decode } from './codec.ts'
import type { Database } from './database.ts'
import {
  endedRange,
  entryKey,
  entryRange,
  heldRange,
  type KeyRange,
  orderOfIndexKey,
  participantRange,
  participantRowKey,
} from './keys.ts'
import type { Tables } from './tables.ts'
import { indexKeysOf } from './write-back.ts'

/** Values by key, newer than those on disk; null hides one. */
type Newer<T> = ReadonlyMap<string, T | null>
/** A part of a range. */
type Page<T> = readonly (readonly [key: string, value: T])[]

const isWithin = (key: string, { gt, lt }: KeyRange): boolean => key > gt && key < lt

const byKey = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1

type Read<T> = (range: KeyRange, limit: number) => Promise<Page<T>>

interface Part {
  readonly range: KeyRange
  readonly limit: number
}

const valuesIn = <T>(page: Page<T>): T[] => page.map(([, value]) => value)

/** The first of a range, what is hidden not counted. */
const firstOf = async <T>(read: Read<T>, newer: Newer<T>, { range, limit }: Part): Promise<T[]> => {
  if (newer.size === 0) return valuesIn(await read(range, limit))
  const found = [...newer].filter((one): one is [string, T] => one[1] !== null && isWithin(one[0], range))
  const stored: (readonly [string, T])[] = []
  let page: Page<T>
  let { gt } = range
  do {
    page = await read({ gt, lt: range.lt }, limit)
    stored.push(...page.filter(([key]) => !newer.has(key)))
    gt = page.at(-1)?.[0] ?? gt
  } while (page.length === limit && stored.length < limit)
  return valuesIn([...stored, ...found].sort(byKey).slice(0, limit))
}

export class Reads {
  readonly #db: Database
  readonly #tables: Tables
  readonly #failed: (error: unknown) => void

  /** @param failed called with what a read is rejected for */
  constructor(db: Database, tables: Tables, failed: (error: unknown) => void) {
    this.#db = db
    this.#tables = tables
    this.#failed = failed
  }

  /** Entries of one queue in queue order, after a position. */
  entries(participant: ParticipantId, from: { after: number; limit: number }): Promise<Entry[]> {
    return this.#entries('queue', participant, from)
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

  /** Orders that drivers hold: leased, assigned, in transit. As many as the drivers' capacities allow. */
  heldOrders(): Promise<OrderKey[]> {
    return this.#orders({ range: heldRange, limit: Number.MAX_SAFE_INTEGER })
  }

  /** Known participants in the order of their ids, after one (or ''). */
  participants(after: string, limit: number): Promise<ParticipantRecord[]> {
    const newer = new Map<string, ParticipantRecord | null>()
    for (const { key, row } of this.#tables.participants.unwritten()) newer.set(participantRowKey(key), row)
    return this.#values({ range: participantRange(after), limit }, newer)
  }

  /** Orders that ended before a time, longest ago first. */
  ordersEndedBefore(timeMs: number, limit: number): Promise<OrderKey[]> {
    return this.#orders({ range: endedRange(timeMs), limit })
  }

  #orders(part: Part): Promise<OrderKey[]> {
    const newer = new Map<string, OrderKey | null>()
    for (const { stored, row } of this.#tables.orders.unwritten()) {
      for (const key of stored === null ? [] : indexKeysOf(stored)) newer.set(key, null)
      for (const key of row === null ? [] : indexKeysOf(row)) newer.set(key, orderOfIndexKey(key))
    }
    const pageOf = (keys: readonly string[]) => keys.map((key) => [key, orderOfIndexKey(key)] as const)
    const read: Read<OrderKey> = (range, limit) =>
      this.#telling(this.#db.keys({ ...range, limit }).all(), pageOf)
    return firstOf(read, newer, part)
  }

  #values<T>(part: Part, newer: Newer<T>): Promise<T[]> {
    const pageOf = (rows: readonly [string, string][]) =>
      rows.map(([key, text]) => [key, decode<T>(key, text)] as const)
    const read: Read<T> = (range, limit) =>
      this.#telling(this.#db.iterator({ ...range, limit }).all(), pageOf)
    return firstOf(read, newer, part)
  }

  #telling<Rows, T>(rows: Promise<Rows>, pageOf: (rows: Rows) => Page<T>): Promise<Page<T>> {
    return rows.then(pageOf).catch((error: unknown) => {
      this.#failed(error)
      throw error
    })
  }
}
