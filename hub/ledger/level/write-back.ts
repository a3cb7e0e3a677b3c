/**
 * From the journal to where things are looked for: every row and every entry under its own key, and the indexes of orders with their rows, in one write, so that the index never shows another order than the row does.
 */
import { holderOf, keyOf, type OrderRecord } from '../../domain/order-record.ts'
import { seal } from './codec.ts'
import type { Batch } from './database.ts'
import { entryJson } from './entry-json.ts'
import { acceptedKey, endedKey, entryKey, heldKey } from './keys.ts'
import { type Kind, ORDERS, PARTICIPANTS, ROSTERS } from './kinds.ts'
import type { Tables } from './tables.ts'

type Puts = Pick<Batch, 'put' | 'del'>

/** The key of an order in an index; null if it is not in it. */
export type IndexKey = (record: OrderRecord) => string | null

/** By who holds it. */
export const heldIndex: IndexKey = (record) => {
  const holder = holderOf(record)
  return holder === null ? null : heldKey(holder, keyOf(record))
}

/** By when it ended. */
export const endedIndex: IndexKey = (record) =>
  record.endedMs === null ? null : endedKey(record.endedMs, keyOf(record))

/** Of an ended order that nobody delivered, in the index by when it ended; of all others, and in all other indexes, a value is empty. */
export const UNDELIVERED = 'undelivered'

const valueIn = (indexKey: IndexKey, { state }: OrderRecord): string =>
  indexKey === endedIndex && state !== 'delivered' ? UNDELIVERED : ''

/** By when it was accepted. */
export const acceptedIndex: IndexKey = (record) => acceptedKey(record.time, keyOf(record))

/** Under what an order is found besides its own key. */
const INDEXES: readonly IndexKey[] = [heldIndex, endedIndex, acceptedIndex]

const putIndexes = (batch: Puts, stored: OrderRecord | null, row: OrderRecord | null): void => {
  for (const indexKey of INDEXES) {
    const before = stored && indexKey(stored)
    const after = row && indexKey(row)
    if (before === after) continue
    if (before !== null) batch.del(before)
    if (row !== null && after !== null) batch.put(after, valueIn(indexKey, row))
  }
}

const putRows = <Name extends string, Row extends object>(
  batch: Puts,
  { rows, keyOf, encode }: Kind<Name, Row>,
  { tables, upTo }: { tables: Tables; upTo: number },
): void => {
  for (const one of rows(tables).unwritten(upTo)) {
    const text = one.row && encode(one.key, one.row)
    if (text === null) batch.del(keyOf(one.key))
    else batch.put(keyOf(one.key), text)
    one.size = text?.length ?? one.size
  }
}

/** Adds to a write what needs the journal's groups up to one. */
export const writeBack = (batch: Puts, tables: Tables, upTo: number): void => {
  putRows(batch, ORDERS, { tables, upTo })
  for (const { stored, row } of tables.orders.unwritten(upTo)) putIndexes(batch, stored, row)
  putRows(batch, PARTICIPANTS, { tables, upTo })
  putRows(batch, ROSTERS, { tables, upTo })
  for (const { place, participant, position, entry } of tables.entries.unwritten(upTo)) {
    const key = entryKey(place, participant, position)
    if (entry === null) batch.del(key)
    else batch.put(key, seal(key, entryJson(entry)))
  }
}
