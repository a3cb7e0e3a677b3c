/**
 * The hub is killed and started again under thousands of connections, each of which is owed something: all links come back by themselves, at once. Measured from the kill, on a clock that all processes
 * of the machine share. The client processes share the machine with the hub, and their handshakes cost about as much as its own.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { monotonicMs, processorMs, requireOpenFiles } from './machine.ts'
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts'
import { say } from './output.ts'
import type { ReconnectClients, Return } from './reconnect-clients.ts'
import { measuredOf, timeFigures, timesOf, timeTable } from './reconnect-figures.ts'
import { type Report, reportOf } from './report.ts'
import { withTemporaryData } from './temporary-data.ts'
import { startWorker, type Worker } from './worker.ts'

export interface ReconnectOptions {
  readonly connections: number
  /** Each leaves two events to every till of its store. */
  readonly ordersPerStore: number
}

const CLIENT_PROCESSES = 4
const DRIVERS_SHARE = 0.1
const TILLS_PER_STORE = 16
const OTHER_FILES = 300
/** A link takes a connection that lasted less for a bad one, and is slower to come back: not what is measured here. */
const SETTLED_MS = 6000
const PATIENCE_MS = 90_000
/** The hub reads all participants for a report. */
const REPORT_EVERY_MS = 1000
const LOOK_EVERY_MS = 250

type Clients = readonly Worker<ReconnectClients>[]

const range = (length: number): number[] => Array.from({ length }, (_, index) => index)

/** Participants of client process `part`: whole stores, so that one of each store's tills is there to ask for pickups. */
const castOf = ({ connections }: ReconnectOptions, part: number) => {
  const drivers = Math.round(connections * DRIVERS_SHARE)
  const tills = range(connections - drivers).map((index) => {
    const store = Math.floor(index / TILLS_PER_STORE)
    return { store, name: [`store-${store}`, `till-${index % TILLS_PER_STORE}`] as const }
  })
  return {
    tills: tills.filter(({ store }) => store % CLIENT_PROCESSES === part).map(({ name }) => name),
    drivers: range(drivers)
      .filter((index) => index % CLIENT_PROCESSES === part)
      .map((index) => `driver-${index}`),
  }
}

const storesIn = ({ connections }: ReconnectOptions): number =>
  Math.ceil((connections - Math.round(connections * DRIVERS_SHARE)) / TILLS_PER_STORE)

/** Events that tills are owed when every order is delivered and no till has acknowledged anything. */
const owedIn = (options: ReconnectOptions): number =>
  2 * options.ordersPerStore * (options.connections - Math.round(options.connections * DRIVERS_SHARE))

const letAllIn = async (hub: MeasuredHub, clients: Clients, options: ReconnectOptions): Promise<void> => {
  const { url } = hub
  await Promise.all(
    clients.map(async (client, part) => {
      const { tills, drivers } = castOf(options, part)
      await client.call('openTills', { url, names: tills })
      await client.call('openDrivers', { url, names: drivers })
    }),
  )
}

const makeOrders = async (hub: MeasuredHub, clients: Clients, options: ReconnectOptions): Promise<void> => {
  await Promise.all(
    clients.map((client) => client.call('publishOrders', { perStore: options.ordersPerStore })),
  )
  const events = 3 * options.ordersPerStore * storesIn(options)
  while ((await hub.report()).accepted < events) await pause(REPORT_EVERY_MS)
  await pause(SETTLED_MS)
}

const untilCaughtUp = async (clients: Clients): Promise<void> => {
  const endMs = monotonicMs() + PATIENCE_MS
  while (monotonicMs() < endMs) {
    await pause(LOOK_EVERY_MS)
    const missing = await Promise.all(clients.map((client) => client.call('missing', {})))
    if (missing.every((count) => count === 0)) return
  }
}

const summed = (records: readonly Readonly<Record<string, number>>[]): Record<string, number> => {
  const sum: Record<string, number> = {}
  for (const record of records)
    for (const [name, count] of Object.entries(record)) sum[name] = (sum[name] ?? 0) + count
  return sum
}

interface Restart {
  readonly killMs: number
  readonly readyMs: number
  readonly returns: readonly Return[]
  readonly failedTries: Readonly<Record<string, number>>
  readonly hubProcessorMs: number
  readonly hubRss: number
}

const restart = async (hub: MeasuredHub, clients: Clients, folder: string): Promise<Restart> => {
  await Promise.all(clients.map((client) => client.call('expectRestart', {})))
  const killMs = monotonicMs()
  await hub.kill()
  const again = await startMeasuredHub(placeOf(folder, hub.port))
  const readyMs = monotonicMs()
  try {
    await untilCaughtUp(clients)
    const told = await Promise.all(clients.map((client) => client.call('returns', {})))
    return {
      killMs,
      readyMs,
      returns: told.flatMap(({ returns }) => returns),
      failedTries: summed(told.map(({ failures }) => failures)),
      hubProcessorMs: processorMs(again.pid),
      hubRss: (await again.memory()).rssBytes,
    }
  } finally {
    await again.kill()
  }
}

const placeOf = (folder: string, port: number) => ({ folder, port, flags: ['--log-format=json'] })

const reportFor = (options: ReconnectOptions, seen: Restart): Report => {
  const times = timesOf(seen.returns, seen.killMs)
  const owed = seen.returns.reduce((sum, one) => sum + one.owed, 0)
  const tries = Object.entries(seen.failedTries).map(([reason, count]) => `${count} tries failed: ${reason}`)
  const hubReadyMs = Math.round(seen.readyMs - seen.killMs)
  return reportOf(
    measuredOf(times, { owed, expected: owedIn(options) }),
    {
      scenario: 'reconnect',
      ...options,
      hubReadyMs,
      owed,
      ...timeFigures(times),
      failedTries: seen.failedTries,
      hubProcessorMs: seen.hubProcessorMs,
      hubRssBytes: seen.hubRss,
    },
    [
      `${seen.returns.length} participants were owed ${owed} events; the hub was ready again ${hubReadyMs} ms after it was killed,`,
      `and used ${Math.round(seen.hubProcessorMs)} ms of processor time until everybody had caught up.`,
      ...tries,
      ...timeTable(times),
      '',
    ],
  )
}

const DEFAULTS: ReconnectOptions = { connections: 10_000, ordersPerStore: 5 }

export const runReconnect = (given: Partial<ReconnectOptions> = {}): Promise<Report> => {
  const options = { ...DEFAULTS, ...given }
  requireOpenFiles(options.connections + OTHER_FILES)
  return withTemporaryData('load-reconnect-', async (folder) => {
    const hub = await startMeasuredHub(placeOf(folder, 0))
    const clients = range(CLIENT_PROCESSES).map(() =>
      startWorker<ReconnectClients>(new URL('./reconnect-clients.ts', import.meta.url)),
    )
    try {
      say(`${options.connections} participants connect.`)
      await letAllIn(hub, clients, options)
      say(
        `${storesIn(options) * options.ordersPerStore} orders are carried; the tills hold back their answers.`,
      )
      await makeOrders(hub, clients, options)
      say('The hub is killed and started again.')
      return reportFor(options, await restart(hub, clients, folder))
    } finally {
      await Promise.all(clients.map((client) => client.stop()))
      await hub.kill()
    }
  })
}
