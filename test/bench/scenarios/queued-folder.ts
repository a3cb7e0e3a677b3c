/**
 * Data folders with events queued for participants that are away. They are made by a real hub over real sockets: what a hub writes is the only form that is sure to be right, and it is quick enough when every order
 * is told to many. A folder is made once and then linked as often as it is needed: LevelDB never changes a table that it has written.
 */
import { copyFile, link, mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault } from '../../../shared/fault.ts'
import { OrderFlow } from '../../load/order-flow.ts'
import { registerTills, type Till, tillsOf } from '../../load/tills.ts'
import { startCapsHub } from '../hubs.ts'

/** An order's `in-transit` and `delivered`. */
const EVENTS_TOLD = 2
const ORDERS_UNDER_WAY = 1000

export interface Queues {
  readonly stores: readonly string[]
  /** Each has a queue of its own. */
  readonly tillsAStore: number
  /** In all queues together; rounded up to whole orders. */
  readonly entries: number
}

export const ordersFor = ({ tillsAStore, entries }: Omit<Queues, 'stores'>): number =>
  Math.ceil(entries / (EVENTS_TOLD * tillsAStore))

const queueOrders = async (url: string, queues: Queues, tills: readonly Till[]): Promise<void> => {
  await registerTills(url, tills)
  const flow = await OrderFlow.open({
    url,
    stores: queues.stores,
    underWay: ORDERS_UNDER_WAY,
    name: 'queued',
  })
  await flow.run(ordersFor(queues))
  await flow.close()
}

/**
 * Fills a folder, or what `start` knows by that name. @returns the entries that are queued
 * @throws Fault `lost` when the hub owes something else afterwards
 */
export const queueIn = async (folder: string, queues: Queues, start = startCapsHub): Promise<number> => {
  const hub = await start(folder, { 'participants-per-store': queues.tillsAStore })
  try {
    await queueOrders(hub.url, queues, tillsOf(queues.stores, queues.tillsAStore))
    const expected = ordersFor(queues) * EVENTS_TOLD * queues.tillsAStore
    const { owed } = await hub.stop()
    if (owed !== expected) throw new Fault('lost', `${owed} entries are queued instead of ${expected}.`)
    return expected
  } finally {
    await hub.kill()
  }
}

const TABLE = /\.ldb$/

/** A data folder like another one that no hub has open, at once and without its room on the disk: tables are linked, all else is copied. @param to exists, on the same file system */
export const linkFolder = async (from: string, to: string): Promise<void> => {
  const files = await readdir(from, { recursive: true, withFileTypes: true })
  for (const file of files.filter((one) => one.isFile())) {
    const path = join(file.parentPath, file.name)
    const copy = join(to, path.slice(from.length))
    await mkdir(dirname(copy), { recursive: true })
    await (TABLE.test(file.name) ? link : copyFile)(path, copy)
  }
}
