/**
 * Brings a folder of format 3, which has no index of orders by the time of their acceptance, into format 4. It takes a start of the hub some ten seconds a million orders, once. What it writes depends only on the orders' rows: a start that
 * is interrupted leaves a folder of format 3, and the next one begins anew.
 */
import type { OrderKey } from '../../../shared/ids.ts'
import type { Batch, Database } from './database.ts'
import { orderRowRange, withoutPrefix } from './keys.ts'
import { decodeOrder } from './order-row.ts'
import { acceptedIndex } from './write-back.ts'

export const OLD_FORMAT = 3

/** Orders that are read and written at a time. */
const STEP = 1000

const putIndexOf = (batch: Batch, [key, text]: readonly [string, string]): void => {
  const indexKey = acceptedIndex(decodeOrder(withoutPrefix(key) as OrderKey, text))
  if (indexKey !== null) batch.put(indexKey, '')
}

/** @throws Fault `corrupt` if an order is damaged */
export const indexOrders = async (db: Database): Promise<void> => {
  for (let after: string | null = null; ; ) {
    const rows: [string, string][] = await db.iterator({ ...orderRowRange('', after), limit: STEP }).all()
    if (rows.length === 0) return
    const batch = db.batch()
    for (const row of rows) putIndexOf(batch, row)
    await batch.write({ sync: true })
    after = withoutPrefix(rows.at(-1)![0])
  }
}
