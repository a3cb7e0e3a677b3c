/** Opens a folder of the hub or of an outbox as its program does, waits until its tables are checked, and reads all that its program can read: a text for each thing. */
import type { Place } from '../../hub/domain/entry.ts'
import type { LevelLedger } from '../../hub/ledger/level/level-ledger.ts'
import { checkTables, openLevelLedger } from '../../hub/ledger/level/open.ts'
import { systemClock } from '../../shared/clock.ts'
import type { OrderKey } from '../../shared/ids.ts'
import { readOutbox } from './check-image.ts'

const PLACES: readonly Place[] = ['queue', 'retry', 'dead']
const ALL = { after: 0, upTo: Number.MAX_SAFE_INTEGER - 1, limit: 1_000_000 }

/** Orders are found by their keys alone. */
const ordersIn = (rows: ReadonlySet<string>): OrderKey[] =>
  [...rows].flatMap((row) => /^order (\S+)/.exec(row)?.[1] ?? []) as OrderKey[]

const orderRows = (ledger: LevelLedger, orders: readonly OrderKey[]): Promise<string[]> =>
  new Promise((resolve) => {
    let rows: string[] = []
    ledger.submit({
      orders,
      decide: (transaction) => {
        rows = orders.flatMap((key) => {
          const record = transaction.order(key)
          return record === undefined ? [] : [`order ${key} ${JSON.stringify(record)}`]
        })
      },
      settled: () => resolve(rows),
    })
  })

const ledgerRows = async (ledger: LevelLedger, orders: readonly OrderKey[]): Promise<string[]> => {
  const { reads } = ledger
  const rows: string[] = []
  for (const record of await reads.participants('', 1000)) {
    rows.push(`participant ${JSON.stringify(record)}`)
    for (const place of PLACES)
      for (const entry of await reads.closedEntries(place, record.id, ALL))
        rows.push(`${place} of ${record.id} ${JSON.stringify(entry)}`)
  }
  for (const order of await reads.heldOrders()) rows.push(`held ${order}`)
  for (const order of await reads.ordersEndedBefore(Number.MAX_SAFE_INTEGER - 1, 1_000_000))
    rows.push(`ended ${order}`)
  return [...rows, ...(await orderRows(ledger, orders))]
}

/**
 * @param orders that are known, which cannot be listed
 * @throws Fault as the program would tell it
 */
const readHub = async (folder: string, orders: readonly OrderKey[]): Promise<string[]> => {
  const ledger = await openLevelLedger(folder, systemClock)
  const failed = new Promise<never>((_, reject) => ledger.onFault(reject))
  failed.catch(() => {})
  try {
    await Promise.race([checkTables(ledger, folder), failed])
    // A read that fails tells the owner first.
    const reading = ledgerRows(ledger, orders)
    reading.catch(() => {})
    return await Promise.race([failed, reading])
  } finally {
    await ledger.close()
  }
}

export const readEverything = async (
  kind: 'hub' | 'outbox',
  folder: string,
  known: ReadonlySet<string>,
): Promise<ReadonlySet<string>> => {
  if (kind === 'hub') return new Set(await readHub(folder, ordersIn(known)))
  const { pending, failed, progress } = await readOutbox(folder)
  return new Set([
    ...pending.map((item) => `pending ${JSON.stringify(item)}`),
    ...failed.map((event, index) => `failed ${index} ${JSON.stringify(event)}`),
    `progress ${progress}`,
  ])
}
