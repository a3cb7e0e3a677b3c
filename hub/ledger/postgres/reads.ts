/** Reads over ranges of what is durable, in SQL, on the primary. Each returns at most what it was asked for; the caller goes on from the last one it got. A read waits while the database is away. */
import { FLEET, type OrderKey, type ParticipantId } from '../../../shared/ids.ts'
import type { DeadLetter, Entry, Place, Retry } from '../../domain/entry.ts'
import type { Note } from '../../domain/note.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import type { Revocation } from '../../domain/revocation.ts'
import type { EntriesAfter, LedgerReads, OrderPage } from '../ledger.ts'
import { textArray } from './arrays.ts'
import type { Statement } from './connection.ts'
import { entryIn } from './entry-text.ts'
import { poolOf } from './fleet-pools.ts'
import {
  ORDER_COLUMNS,
  type OrderRow,
  orderIn,
  PARTICIPANTS,
  type ParticipantRow,
  participantIn,
} from './row-columns.ts'

/** Runs a statement whose rows are lists of columns, on the connection for what is read so. */
type Run = <Row extends unknown[]>(of: 'queues' | 'lists', statement: Statement) => Promise<Row[]>

/** Behind every character of which keys are made, which is ASCII. */
const LAST = '\x7f'
/** Stores that are looked into at a time, when nobody says in which. */
const MOST_STORES = 100

/** Where nothing is added any more: hubs may still add entries in their blocks, and behind all that is reserved. A reader that went past such a position would never see what comes there. */
const BELOW = `least((SELECT min(first) FROM caps.blocks), (SELECT last + 1 FROM caps.positions))`
const ENTRIES = `SELECT entry FROM caps.entries WHERE participant = $1 AND place = $2 AND position > $3 AND position <= $4
  AND position < greatest(${BELOW}, $6) ORDER BY position LIMIT $5`
/** Of all pools of pickups, an index each. */
const PICKUPS = `SELECT e.entry FROM (SELECT '${FLEET}' COLLATE "C" AS name UNION ALL SELECT ('${FLEET}/' || hub) COLLATE "C" FROM caps.hubs) pool, LATERAL (
  SELECT entry, position FROM caps.entries WHERE participant = pool.name AND place = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT $4
) e ORDER BY e.position LIMIT $4`

const BY_TIME = `SELECT time, key FROM caps.orders WHERE time >= $1 AND time < $2 AND (time, key) < ($3, $4)
  ORDER BY time DESC, key DESC LIMIT $5`
const BY_KEY = 'SELECT key FROM caps.orders WHERE key >= $1 AND key < $2 AND key > $3 ORDER BY key LIMIT $4'
const HELD = 'SELECT key FROM caps.orders WHERE holder IS NOT NULL'
const BY_HOLDER = `SELECT holder, key FROM caps.orders WHERE holder = $1 AND key > $2 ORDER BY holder, key LIMIT $3`
const BY_HOLDERS = `SELECT holder, key FROM caps.orders WHERE holder IS NOT NULL AND (holder, key) > ($1, $2) ORDER BY holder, key LIMIT $3`
const BY_END = 'SELECT key FROM caps.orders WHERE ended_ms < $1::int8 ORDER BY ended_ms, key LIMIT $2'
const ENDED = `SELECT ended_ms, key, state FROM caps.orders WHERE ended_ms >= $1::int8 AND ended_ms < $2::int8 AND (ended_ms, key) > ($3::int8, $4)
  ORDER BY ended_ms, key LIMIT $5`
const PARTICIPANTS_FROM = `${PARTICIPANTS} WHERE p.id >= $1 AND p.id < $2 AND p.id > $3 ORDER BY p.id LIMIT $4`

/** The next stores behind a key, and the first orders in them whose ids begin so: a skip from the last order of one store to the first of the next. */
const OF_ALL_STORES = `WITH RECURSIVE stores (store, looked) AS (
  (SELECT split_part(key, '/', 1) COLLATE "C", 1 FROM caps.orders WHERE key > $1 ORDER BY key LIMIT 1)
  UNION ALL SELECT split_part(n.key, '/', 1) COLLATE "C", s.looked + 1
    FROM stores s, LATERAL (SELECT key FROM caps.orders WHERE key > s.store || '/' || $4 ORDER BY key LIMIT 1) n WHERE s.looked < $5::int8
)
SELECT s.store, o.key FROM stores s LEFT JOIN LATERAL (
  SELECT key FROM caps.orders WHERE key >= s.store || '/' || $2 AND key < s.store || '/' || $2 || $4 AND key > $1 ORDER BY key LIMIT $3
) o ON true ORDER BY s.looked, o.key LIMIT $3 + $5::int8`

/** What stands before the first slash of a cursor, and behind it. */
const cut = (cursor: string): [string, string] => {
  const end = cursor.indexOf('/')
  return end < 0 ? [cursor, ''] : [cursor.slice(0, end), cursor.slice(end + 1)]
}

/** PostgreSQL has no such character, and what others look for may hold it. */
const withoutNul = (value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '') : value

const pageOf = (keys: readonly OrderKey[], limit: number, cursor: (last: number) => string): OrderPage => ({
  orders: keys,
  next: keys.length < limit ? null : cursor(keys.length - 1),
})

export class Reads implements LedgerReads {
  readonly #run: Run
  readonly #from: () => number
  readonly #pool: string

  /** @param hub whose pool of pickups is the fleet's queue to this hub @param from behind what it has announced: nothing is added to its queues before that */
  constructor({ hub, from }: { hub: number; from: () => number }, run: Run) {
    this.#pool = poolOf(hub)
    this.#from = from
    this.#run = run
  }

  entries(participant: ParticipantId, from: EntriesAfter): Promise<Entry[]> {
    return this.#ofOwn('queue', participant, from)
  }

  retries(participant: ParticipantId, from: EntriesAfter): Promise<Retry[]> {
    return this.#ofOwn('retry', participant, from)
  }

  /** Of a queue that this hub serves: all that was announced is there, however far others have come that may still add to queues of others. */
  #ofOwn<T extends Entry>(place: Place, participant: ParticipantId, from: EntriesAfter): Promise<T[]> {
    const name = participant === FLEET ? this.#pool : participant
    return this.#entries(place, name, { ...from, upTo: Number.MAX_SAFE_INTEGER, from: this.#from() })
  }

  deadLettersOf(participant: ParticipantId, from: EntriesAfter): Promise<DeadLetter[]> {
    return this.closedEntries('dead', participant, { ...from, upTo: Number.MAX_SAFE_INTEGER })
  }

  entriesIn(place: Place, participant: ParticipantId, from: EntriesAfter): Promise<Entry[]> {
    return this.closedEntries(place, participant, { ...from, upTo: Number.MAX_SAFE_INTEGER })
  }

  /** All that lies there, also where hubs may still add something: no queue is handed over from here [PQ29]. */
  closedEntries<T extends Entry>(
    place: Place,
    participant: ParticipantId,
    range: EntriesAfter & { upTo: number },
  ): Promise<T[]> {
    return participant === FLEET && place !== 'dead'
      ? this.#pickups(place, range)
      : this.#entries(place, participant, { ...range, from: Number.MAX_SAFE_INTEGER })
  }

  async #pickups<T extends Entry>(
    place: Place,
    { after, upTo, limit }: EntriesAfter & { upTo: number },
  ): Promise<T[]> {
    const rows = await this.#rows<[string]>('pickups', PICKUPS, place, after, upTo, limit)
    return rows.map(([text]) => entryIn<T>(text))
  }

  async #entries<T extends Entry>(
    place: Place,
    participant: string,
    { after, upTo, limit, from }: EntriesAfter & { upTo: number; from: number },
  ): Promise<T[]> {
    const rows = await this.#rows<[string]>('entries', ENTRIES, participant, place, after, upTo, limit, from)
    return rows.map(([text]) => entryIn<T>(text))
  }

  async heldOrders(): Promise<OrderKey[]> {
    const rows = await this.#rows<[OrderKey]>('held', HELD)
    return rows.map(([key]) => key)
  }

  async ordersByTime(range: {
    from: string
    to: string
    after: string | null
    limit: number
  }): Promise<OrderPage> {
    const { from, to, after, limit } = range
    const [time, key] = after === null ? [LAST, ''] : cut(after)
    const rows = await this.#rows<[string, OrderKey]>('by-time', BY_TIME, from, to, time, key, limit)
    return pageOf(
      rows.map(([, order]) => order),
      limit,
      (last) => rows[last]!.join('/'),
    )
  }

  async ordersNamed(range: {
    store: string | null
    beginning: string
    after: string | null
    limit: number
  }): Promise<OrderPage> {
    const { store, beginning, limit } = range
    const after = range.after ?? ''
    if (store === null) return this.#ordersOfAllStores(beginning, after, limit)
    const first = `${store}/${beginning}`
    const rows = await this.#rows<[OrderKey]>('by-key', BY_KEY, first, first + LAST, after, limit)
    const keys = rows.map(([key]) => key)
    return pageOf(keys, limit, (last) => keys[last]!)
  }

  async #ordersOfAllStores(beginning: string, after: string, limit: number): Promise<OrderPage> {
    const rows = await this.#rows<[store: string, key: OrderKey | null]>(
      ...(['of-all-stores', OF_ALL_STORES, after, beginning, limit, LAST, MOST_STORES] as const),
    )
    const found = rows.flatMap(([, key]) => key ?? [])
    if (found.length >= limit) {
      const orders = found.slice(0, limit)
      return { orders, next: orders.at(-1)! }
    }
    const stores = new Set(rows.map(([store]) => store)).size
    return { orders: found, next: stores < MOST_STORES ? null : `${rows.at(-1)![0]}/${LAST}` }
  }

  async ordersHeldBy(range: {
    driver: string | null
    after: string | null
    limit: number
  }): Promise<OrderPage> {
    const { driver, after, limit } = range
    const [holder, key] = cut(after ?? '')
    const rows =
      driver === null
        ? await this.#rows<[string, OrderKey]>('by-holders', BY_HOLDERS, holder, key, limit)
        : await this.#rows<[string, OrderKey]>('by-holder', BY_HOLDER, driver, key, limit)
    return pageOf(
      rows.map(([, order]) => order),
      limit,
      (last) => rows[last]!.join('/'),
    )
  }

  async orderRecords(orders: readonly OrderKey[]): Promise<OrderRecord[]> {
    const text = `SELECT ${ORDER_COLUMNS} FROM caps.orders WHERE key = ANY ($1::text[])`
    const rows = await this.#rows<OrderRow>('records', text, textArray(orders))
    const found = new Map(rows.map((row) => [row[0], row]))
    return orders.flatMap((key) => {
      const row = found.get(key)
      return row === undefined ? [] : [orderIn(row).row]
    })
  }

  async participantRecord(id: ParticipantId): Promise<ParticipantRecord | null> {
    const text = `${PARTICIPANTS} WHERE p.id = $1`
    const [row] = await this.#rows<ParticipantRow>('participant', text, id)
    return row === undefined ? null : participantIn(row).row
  }

  participants(after: string, limit: number): Promise<ParticipantRecord[]> {
    return this.participantsFrom({ beginning: '', after, limit })
  }

  async participantsFrom(range: {
    beginning: string
    after: string
    limit: number
  }): Promise<ParticipantRecord[]> {
    const { beginning, after, limit } = range
    const rows = await this.#rows<ParticipantRow>(
      ...(['participants-from', PARTICIPANTS_FROM, beginning, beginning + LAST, after, limit] as const),
    )
    return rows.map((row) => participantIn(row).row)
  }

  async revocations(after: string, limit: number): Promise<Revocation[]> {
    const text = `SELECT participant, revoked_ms FROM caps.revocations WHERE participant > $1 ORDER BY participant LIMIT $2`
    const rows = await this.#rows<[ParticipantId, number]>('revocations', text, after, limit)
    return rows.map(([participant, revokedMs]) => ({ participant, revokedMs }))
  }

  async notes(kind: Note['kind'], after: string, limit: number): Promise<Note[]> {
    const text = 'SELECT name, value FROM caps.notes WHERE kind = $1 AND name > $2 ORDER BY name LIMIT $3'
    const rows = await this.#rows<[string, string]>('notes', text, kind, after, limit)
    return rows.map(([name, value]) => ({ kind, name, value: JSON.parse(value) as unknown }))
  }

  async ordersEndedBefore(timeMs: number, limit: number): Promise<OrderKey[]> {
    const rows = await this.#rows<[OrderKey]>('by-end', BY_END, timeMs, limit)
    return rows.map(([key]) => key)
  }

  async countDelivered(range: {
    fromMs: number
    toMs: number
    after: string | null
    limit: number
  }): Promise<{ count: number; next: string | null }> {
    const { fromMs, toMs, after, limit } = range
    const [endedMs, key] = after === null ? [0, ''] : cut(after)
    const values = [fromMs, toMs, endedMs, key, limit]
    const rows = await this.#rows<[number, OrderKey, string]>('ended', ENDED, ...values)
    const count = rows.filter(([, , state]) => state === 'delivered').length
    return { count, next: rows.length < limit ? null : rows.at(-1)!.slice(0, 2).join('/') }
  }

  #rows<Row extends unknown[]>(name: string, text: string, ...values: unknown[]): Promise<Row[]> {
    return this.#run<Row>(name === 'entries' ? 'queues' : 'lists', {
      name,
      text,
      values: values.map(withoutNul),
    })
  }
}
