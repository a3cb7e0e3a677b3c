/** The rows of a ledger that its books are compared by: orders, participants, rosters, entries. What follows from them, and the counters of positions, is checked apart. */
import { decode } from '../../hub/ledger/level/codec.ts'
import type { Database } from '../../hub/ledger/level/database.ts'
import { decodeOrder } from '../../hub/ledger/level/order-row.ts'
import type { OrderKey } from '../../shared/ids.ts'

const COMPARED = new Set(['o/', 'p/', 's/', 'q/', 'r/', 'x/'])

export interface LedgerRows {
  readonly compared: Readonly<Record<string, string>>
  /** Keys of the indexes of orders: by who holds them, by when they were accepted and ended. */
  readonly indexes: readonly string[]
}

const rowOf = (key: string, text: string): unknown =>
  key.startsWith('o/') ? decodeOrder(key.slice('o/'.length) as OrderKey, text) : decode<unknown>(key, text)

/** Reads everything. @throws Fault `corrupt` of a damaged row */
export const rowsOf = async (db: Database): Promise<LedgerRows> => {
  const rows = await db.iterator({}).all()
  const compared = rows
    .filter(([key]) => COMPARED.has(key.slice(0, 2)))
    .map(([key, text]) => [key, JSON.stringify(rowOf(key, text))] as const)
  return {
    compared: Object.fromEntries(compared),
    indexes: rows.map(([key]) => key).filter((key) => /^[hea]\//.test(key)),
  }
}
