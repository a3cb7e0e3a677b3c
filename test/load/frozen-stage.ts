/** Who takes part in `frozen`: the hub, the client processes, and the participants; and the queues of the frozen ones, filled before anybody else is there. */
import { setTimeout as pause } from 'node:timers/promises'
import type { FrozenClients } from './frozen-clients.ts'
import type { FrozenReaders } from './frozen-readers.ts'
import { requireOpenFiles } from './machine.ts'
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts'
import { withTemporaryData } from './temporary-data.ts'
import { startWorker, type Worker } from './worker.ts'

export interface FrozenOptions {
  readonly connections: number
  readonly frozen: number
  readonly pairs: number
  /** Each order is handed over to a driver, and twice to every till of its store. */
  readonly ordersPerSecond: number
}

export type Name = [store: string, id: string]

interface Cast {
  readonly stores: readonly string[]
  readonly frozen: readonly Name[]
  readonly healthy: readonly Name[]
  readonly drivers: readonly string[]
}

export interface Stage {
  readonly hub: MeasuredHub
  readonly clients: readonly Worker<FrozenClients>[]
  readonly readers: Worker<FrozenReaders>
  readonly cast: Cast
}

/** A store takes 16 participants. */
const FROZEN_PER_STORE = 4
const HEALTHY_PER_STORE = 12
/** Together more than a window of 256 KiB: orders of each store, and bytes of each of the two events that a till is owed of an order. */
export const BACKLOG = { orders: 12, eventBytes: 12_000 } as const
const CLIENT_PROCESSES = 2
/** Besides connections: LevelDB's files, pipes, modules. */
const OTHER_FILES = 300
/** The hub reads all participants for a report. */
const REPORT_EVERY_MS = 1000

const range = (length: number): number[] => Array.from({ length }, (_, index) => index)

const castOf = ({ connections, frozen }: FrozenOptions): Cast => {
  const stores = range(Math.ceil(frozen / FROZEN_PER_STORE)).map((index) => `busy-${index}`)
  const inStore = (index: number, kind: string): Name => [
    stores[index % stores.length]!,
    `${kind}-${Math.floor(index / stores.length)}`,
  ]
  const healthy = stores.length * HEALTHY_PER_STORE
  // Each store has a sender, too.
  const drivers = Math.max(2, connections - frozen - stores.length - healthy)
  return {
    stores,
    frozen: range(frozen).map((index) => inStore(index, 'frozen')),
    healthy: range(healthy).map((index) => inStore(index, 'till')),
    drivers: range(drivers).map((index) => `driver-${index}`),
  }
}

/** Runs something in all healthy client processes; `mine` is a process's share of a list. */
export const onAll = <R>(
  { clients }: Pick<Stage, 'clients'>,
  run: (client: Worker<FrozenClients>, mine: <T>(items: readonly T[]) => T[]) => Promise<R>,
): Promise<R[]> =>
  Promise.all(
    clients.map((client, part) =>
      run(client, (items) => items.filter((_, index) => index % clients.length === part)),
    ),
  )

/** Makes the frozen ones known, and orders for their queues. @returns an order of each store, to ask for */
export const fillQueues = async (stage: Stage): Promise<Map<string, string>> => {
  const { hub, readers, cast } = stage
  const { url, port } = hub
  await readers.call('freeze', { port, names: cast.frozen })
  await readers.call('endAll', {})
  const orderOfStore = new Map<string, string>()
  await onAll(stage, async (client, mine) => {
    const stores = mine(cast.stores)
    await client.call('openSenders', { url, stores })
    await client.call('openDrivers', {
      url,
      names: [`stock-${client.pid}`],
      bytes: BACKLOG.eventBytes,
      capacity: 500,
    })
    const last = await client.call('publishOrders', { perStore: BACKLOG.orders, bytes: BACKLOG.eventBytes })
    for (const [index, store] of stores.entries()) orderOfStore.set(store, last[index]!)
  })
  const events = 3 * BACKLOG.orders * cast.stores.length
  while ((await hub.report()).accepted < events) await pause(REPORT_EVERY_MS)
  await onAll(stage, (client) => client.call('closeDrivers', {}))
  return orderOfStore
}

export const letHealthyIn = async (stage: Stage): Promise<void> => {
  const { url } = stage.hub
  await onAll(stage, async (client, mine) => {
    await client.call('openTills', { url, names: mine(stage.cast.healthy) })
    await client.call('openDrivers', { url, names: mine(stage.cast.drivers), bytes: 0, capacity: 4 })
  })
}

/** A hub and clients for as long as `play` runs. */
export const withStage = <T>(options: FrozenOptions, play: (stage: Stage) => Promise<T>): Promise<T> => {
  requireOpenFiles(options.connections + OTHER_FILES)
  return withTemporaryData('load-frozen-', async (folder) => {
    const hub = await startMeasuredHub({ folder, flags: ['--log-format=json'] })
    const clients = range(CLIENT_PROCESSES).map(() =>
      startWorker<FrozenClients>(new URL('./frozen-clients.ts', import.meta.url)),
    )
    const readers = startWorker<FrozenReaders>(new URL('./frozen-readers.ts', import.meta.url))
    try {
      return await play({ hub, clients, readers, cast: castOf(options) })
    } finally {
      await Promise.all([...clients, readers].map((worker) => worker.stop()))
      await hub.kill()
    }
  })
}
