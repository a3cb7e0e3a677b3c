/**
 * S7: participants that are connected and have nothing to do. What does each cost the hub, in memory and for letting it in, and how long does it take until all are in, against a hub of memory only that
 * asks nobody who he is? Each window starts a hub anew, on an empty folder: everybody is unknown to it, and CAPS writes each of them to disk before it lets him in.
 */

import { Fault } from '../../../shared/fault.ts'
import type { Handshake } from '../../../shared/messages.ts'
import { median } from '../../load/figures.ts'
import { processorMs, requireOpenFiles } from '../../load/machine.ts'
import type { MeasuredHub, Memory } from '../../load/measured-hub.ts'
import { within } from '../../load/within.ts'
import { startWorker, type Worker } from '../../load/worker.ts'
import { startCapsHub, startControlHub } from '../hubs.ts'
import { endWithUs } from '../leftovers.ts'
import { interleaved, medianRatio } from '../pairs.ts'
import type { Context, Figures, Measurement, Scenario } from '../scenario.ts'
import type { IdleClients } from './idle-clients.ts'
import { settledMemory } from './settled.ts'

const CONNECTIONS = 10_000
const QUICK_CONNECTIONS = 2000
/** Together they use less than half the processor time of the hub that lets them in: two of them are never what it waits for. */
const CLIENT_PROCESSES = 2
/** Below the 511 that a server of Node's keeps waiting to be accepted unless it is told otherwise, as control A is not: beyond it the system drops connections, and what is measured is its patience. */
const AT_A_TIME = 400
const CONNECT_LIMIT_MS = 120_000
const OTHER_FILES = 300
const DRIVER_EVERY = 10
const KIB = 1024
const MIB = 1024 * 1024

type Clients = readonly Worker<IdleClients>[]

/** What one hub needed to let all in and to keep them. */
export interface Idling {
  readonly connections: number
  readonly connectMs: number
  readonly hubMicros: number
  readonly clientMicros: number
  readonly before: Memory
  readonly after: Memory
}

/** Nine vendors, each of a store of its own, and a driver, over and over: a store a vendor makes the most rooms and rows. */
const handshakesOf = (connections: number): Handshake[] =>
  Array.from({ length: connections }, (_, index) =>
    index % DRIVER_EVERY === 0
      ? { role: 'driver', id: `driver-${index}`, batch: true }
      : { role: 'vendor', store: `store-${index}`, batch: true },
  )

const partsOf = (handshakes: readonly Handshake[]): Handshake[][] =>
  Array.from({ length: CLIENT_PROCESSES }, (_, part) =>
    handshakes.filter((_handshake, index) => index % CLIENT_PROCESSES === part),
  )

const connectAll = (clients: Clients, port: number, connections: number): Promise<unknown> => {
  const parts = partsOf(handshakesOf(connections))
  const atATime = AT_A_TIME / CLIENT_PROCESSES
  const opened = clients.map((client, part) =>
    client.call('open', { port, handshakes: parts[part]!, atATime }),
  )
  return within(Promise.all(opened), CONNECT_LIMIT_MS, `${connections} connections to be let in`)
}

const requireAll = async (clients: Clients): Promise<void> => {
  const lost = await Promise.all(clients.map((client) => client.call('lost', {})))
  const sum = lost.reduce((total, count) => total + count, 0)
  if (sum > 0) throw new Fault('lost', `${sum} idle connections have ended.`)
}

const clientMicrosOf = (clients: Clients): number =>
  clients.reduce((sum, { pid }) => sum + processorMs(pid) * 1000, 0)

const idleOn = async (hub: MeasuredHub, clients: Clients, connections: number): Promise<Idling> => {
  try {
    const before = await settledMemory(hub)
    const [hubMicros, clientMicros, beganMs] = [
      await hub.processorMicros(),
      clientMicrosOf(clients),
      performance.now(),
    ]
    await connectAll(clients, hub.port, connections)
    const connecting = {
      connections,
      connectMs: performance.now() - beganMs,
      hubMicros: (await hub.processorMicros()) - hubMicros,
      clientMicros: clientMicrosOf(clients) - clientMicros,
    }
    const after = await settledMemory(hub)
    await requireAll(clients)
    return { ...connecting, before, after }
  } finally {
    await Promise.all(clients.map((client) => client.call('closeAll', {})))
    await hub.kill()
  }
}

const figureOf = (windows: readonly Idling[], figure: (window: Idling) => number): number =>
  median(windows.map(figure))

/** Here an event is a connection that is let in. */
const figuresOf = (windows: readonly Idling[]): Figures => ({
  eventsPerSecond: figureOf(windows, ({ connections, connectMs }) => (connections * 1000) / connectMs),
  hubMicrosPerEvent: figureOf(windows, ({ connections, hubMicros }) => hubMicros / connections),
  p50Ms: Number.NaN,
  p99Ms: Number.NaN,
  hubMiB: figureOf(windows, ({ after }) => after.rssBytes / MIB),
  clientMicrosPerEvent: figureOf(windows, ({ connections, clientMicros }) => clientMicros / connections),
})

const kibEach = (windows: readonly Idling[], of: keyof Memory): number =>
  figureOf(windows, ({ before, after, connections }) => (after[of] - before[of]) / KIB / connections)

const noteOf = (name: string, windows: readonly Idling[]): string => {
  const each = (of: keyof Memory) => kibEach(windows, of).toFixed(1)
  return `${name}: ${each('rssBytes')} KiB of resident memory a connection, of it live heap ${each('heapUsedBytes')} and buffers outside of it ${each('externalBytes')}; all were in after ${Math.round(figureOf(windows, ({ connectMs }) => connectMs))} ms`
}

const measurementOf = (caps: readonly Idling[], control: readonly Idling[]): Measurement => ({
  caps: figuresOf(caps),
  control: figuresOf(control),
  controlName: 'A',
  checks: [
    {
      what: 'time until all are connected, of control A',
      kind: 'ratio',
      value: medianRatio(caps, control, ({ connectMs }) => connectMs),
      is: 'most',
      unit: '×',
      must: 1.3,
      goal: null,
    },
    {
      what: 'resident memory of the hub a connection',
      kind: 'absolute',
      value: kibEach(caps, 'rssBytes'),
      is: 'most',
      unit: 'KiB',
      must: 25,
      goal: 18,
    },
  ],
  limits: {},
  notes: [
    'an event is a connection that was let in; memory is that of a hub that has just started, against the same after all are in, both after collections until it falls no more',
    noteOf('CAPS', caps),
    noteOf('control A', control),
  ],
})

const startClients = (): Clients =>
  Array.from({ length: CLIENT_PROCESSES }, () => {
    const client = startWorker<IdleClients>(new URL('idle-clients.ts', import.meta.url))
    endWithUs(client.pid)
    return client
  })

const run = async ({ isQuick, pairs, newFolder, say }: Context): Promise<Measurement> => {
  const connections = isQuick ? QUICK_CONNECTIONS : CONNECTIONS
  requireOpenFiles(connections + OTHER_FILES)
  const clients = startClients()
  try {
    // Their code is compiled, and no window is the first one.
    await idleOn(await startControlHub('A'), clients, QUICK_CONNECTIONS)
    say(`${connections.toLocaleString('en')} connections, to CAPS and to control A in turn`)
    const { caps, control } = await interleaved(
      {
        caps: async () => idleOn(await startCapsHub(newFolder()), clients, connections),
        control: async () => idleOn(await startControlHub('A'), clients, connections),
      },
      pairs,
    )
    return measurementOf(caps, control)
  } finally {
    await Promise.all(clients.map((client) => client.stop()))
  }
}

export const idle: Scenario = { id: 'S7', name: 'idle', title: '10,000 idle connections', run }
