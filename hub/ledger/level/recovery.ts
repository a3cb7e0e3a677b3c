/**
 * What a start does with a journal: makes its changes again, on the rows as they lie under their own keys, and writes everything back. Both are the code of normal running; afterwards the journal is empty. Changes say what is, not what is
 * to be added, so a row that was written back later than some of its changes comes out right all the same, and a start that is interrupted begins anew.
 */
import { Fault } from '../../../shared/fault.ts'
import type { OrderKey } from '../../../shared/ids.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import { applyChange, type JournaledChange, orderOf } from './changes.ts'
import { encode } from './codec.ts'
import type { Database } from './database.ts'
import { readJournal } from './journal.ts'
import { JOURNAL_KEY, orderRowKey } from './keys.ts'
import { isWhole } from './order-patch.ts'
import { decodeOrder } from './order-row.ts'
import { Tables } from './tables.ts'
import { writeBack } from './write-back.ts'

/** The rows that are needed lie in the tables themselves. */
const NO_CACHE = { rows: 1, size: 1 }

const fetchOrders = async (
  db: Database,
  tables: Tables,
  changes: readonly JournaledChange[],
): Promise<void> => {
  const orders = [...new Set(changes.flatMap((change) => orderOf(change) ?? []))]
  const texts = await db.getMany(orders.map(orderRowKey))
  for (const [index, order] of orders.entries()) tables.orders.fetched(order, rowOf(order, texts[index]), 1)
}

const rowOf = (order: OrderKey, text: string | undefined): OrderRecord | null =>
  text === undefined ? null : decodeOrder(order, text)

const checkOrders = (tables: Tables): void => {
  for (const { key, row } of tables.orders.unwritten())
    if (row !== null && !isWhole(row))
      throw new Fault('corrupt', `The journal in the data folder changes an order ${key} that is not there.`)
}

/**
 * @returns the first number that is free for a journal
 * @throws Fault `corrupt` if something in the journal is damaged
 */
export const recover = async (db: Database): Promise<number> => {
  const { changes, keys, next } = await readJournal(db)
  if (keys.length === 0) return next
  const tables = new Tables(NO_CACHE)
  await fetchOrders(db, tables, changes)
  for (const change of changes) applyChange(tables, change)
  tables.takeGroup()
  tables.synced(next - 1)
  checkOrders(tables)
  const batch = db.batch()
  writeBack(batch, tables, next - 1)
  for (const key of keys) batch.del(key)
  batch.put(JOURNAL_KEY, encode(JOURNAL_KEY, next))
  await batch.write({ sync: true })
  return next
}
