/**
 * Brings folders of formats before ours into it. Format 3 has no index of orders by the time of their acceptance: it is made, which takes a start of the hub some ten seconds a million orders, once, and depends only on the orders' rows, so
 * that a start that is interrupted leaves a folder of format 3 and the next one begins anew. Formats 3 and 4 have their journal as JSON, which is not read any more: it must be empty, as a hub leaves it that stops in good order. Format 5 differs
 * in nothing but orders' rows, which are JSON in all three: those are read as they are (`order-row.ts`).
 */
import type { OrderKey } from '../../../shared/ids.ts'
import type { Batch, Database } from './database.ts'
import { journalRange, orderRowRange, withoutPrefix } from './keys.ts'
import { decodeOrder } from './order-row.ts'
import { acceptedIndex } from './write-back.ts'

export const OLD_FORMATS: readonly unknown[] = [3, 4, 5]

/** Orders that are read and written at a time. */
const STEP = 1000

const putIndexOf = (batch: Batch, [key, text]: readonly [string, string]): void => {
  const indexKey = acceptedIndex(decodeOrder(withoutPrefix(key) as OrderKey, text))
  if (indexKey !== null) batch.put(indexKey, '')
}

/** @throws Fault `corrupt` if an order is damaged */
const indexOrders = async (db: Database): Promise<void> => {
  for (let after: string | null = null; ; ) {
    const rows: [string, string][] = await db.iterator({ ...orderRowRange('', after), limit: STEP }).all()
    if (rows.length === 0) return
    const batch = db.batch()
    for (const row of rows) putIndexOf(batch, row)
    await batch.write({ sync: true })
    after = withoutPrefix(rows.at(-1)![0])
  }
}

/**
 * Makes what the format of a folder lacks. The caller writes our format behind it.
 * @param format one of the old ones
 * @returns false, with nothing done, if the folder's journal is not empty
 */
export const migrate = async (db: Database, format: unknown): Promise<boolean> => {
  if (format === 5) return true
  const journal = await db.keys({ ...journalRange(1), limit: 1 }).all()
  if (journal.length > 0) return false
  if (format === 3) await indexOrders(db)
  return true
}
