/**
 * From the journal to where things are looked for: every row and every entry under its own key, and the indexes of orders with their rows, in one write, so that the index never shows another order than the row does.
 */
import { holderOf, keyOf, type OrderRecord } from '../../domain/order.ts'
import { encode } from './codec.ts'
import type { Batch } from './database.ts'
import { endedKey, entryKey, heldKey, orderRowKey, participantRowKey, rosterKey } from './keys.ts'
import type { Rows } from './rows.ts'
import type { Tables } from './tables.ts'

type Puts = Pick<Batch, 'put' | 'del'>

/** Keys under which an order is found besides its own: by who holds it, by when it ended. */
export const indexKeysOf = (record: OrderRecord): string[] => {
  const keys: string[] = []
  const holder = holderOf(record)
  if (holder !== null) keys.push(heldKey(holder, keyOf(record)))
  if (record.endedMs !== null) keys.push(endedKey(record.endedMs, keyOf(record)))
  return keys
}

const putIndex = (batch: Puts, stored: OrderRecord | null, row: OrderRecord | null): void => {
  const [before, after] = [stored, row].map((record) => (record === null ? [] : indexKeysOf(record)))
  for (const key of before!) if (!after!.includes(key)) batch.del(key)
  for (const key of after!) if (!before!.includes(key)) batch.put(key, '')
}

const putRows = <Key extends string, Row extends object>(
  batch: Puts,
  rows: Rows<Key, Row>,
  upTo: number,
  keyOfRow: (key: Key) => string,
): void => {
  for (const one of rows.unwritten(upTo)) {
    const key = keyOfRow(one.key)
    const text = one.row && encode(key, one.row)
    if (text === null) batch.del(key)
    else batch.put(key, text)
    one.size = text?.length ?? one.size
  }
}

/** Adds to a write what needs the journal's groups up to one. */
export const writeBack = (batch: Puts, tables: Tables, upTo: number): void => {
  putRows(batch, tables.orders, upTo, orderRowKey)
  for (const { stored, row } of tables.orders.unwritten(upTo)) putIndex(batch, stored, row)
  putRows(batch, tables.participants, upTo, participantRowKey)
  putRows(batch, tables.rosters, upTo, rosterKey)
  for (const { place, participant, position, entry } of tables.entries.unwritten(upTo)) {
    const key = entryKey(place, participant, position)
    if (entry === null) batch.del(key)
    else batch.put(key, encode(key, entry))
  }
}
