/**
 * From the journal to where things are looked for: every row and every entry under its own key, and the indexes of orders with their rows, in one write, so that the index never shows another order than the row does.
 */
import { holderOf, keyOf, type OrderRecord } from '../../domain/order-record.ts'
import { seal } from './codec.ts'
import type { Batch } from './database.ts'
import { entryJson } from './entry-json.ts'
import { endedKey, entryKey, heldKey } from './keys.ts'
import { type Kind, ORDERS, PARTICIPANTS, ROSTERS } from './kinds.ts'
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
  for (const { stored, row } of tables.orders.unwritten(upTo)) putIndex(batch, stored, row)
  putRows(batch, PARTICIPANTS, { tables, upTo })
  putRows(batch, ROSTERS, { tables, upTo })
  for (const { place, participant, position, entry } of tables.entries.unwritten(upTo)) {
    const key = entryKey(place, participant, position)
    if (entry === null) batch.del(key)
    else batch.put(key, seal(key, entryJson(entry)))
  }
}
