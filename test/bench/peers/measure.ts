/** One broker from start to end: its server, a client process, a warm-up, the rounds. */
import { freePort } from '../../../bin/simulation/free-port.ts'
import { Fault } from '../../../shared/fault.ts'
import { median } from '../../load/figures.ts'
import { within } from '../../load/within.ts'
import { startWorker, type Worker } from '../../load/worker.ts'
import type { ClientFunctions } from './client.ts'
import type { Peer } from './peer.ts'
import { treeProcessorMs } from './process-tree.ts'
import { findProgram } from './programs.ts'
import { newFolder } from './running.ts'
import { type Server, startServer } from './server.ts'
import { EVENTS_AN_ORDER, type Round, type RoundOptions } from './workload.ts'

export interface Settings extends RoundOptions {
  readonly rounds: number
  /** Where the servers' data lie: on a real disk. */
  readonly dataDir: string
}

/** Each figure is the median of its rounds. */
export interface Measured extends Round {
  readonly peer: string
  /** Of the server. */
  readonly version: string
  readonly durable: string
  readonly serverMicrosPerEvent: number
}

export interface Skipped {
  readonly peer: string
  /** Why, and what to do. */
  readonly skipped: string
}

export type Outcome = Measured | Skipped

type MeasuredRound = Round & Pick<Measured, 'serverMicrosPerEvent'>

const ANSWER_LIMIT_MS = 60_000

const measureRound = async (
  server: Server,
  worker: Worker<ClientFunctions>,
  options: RoundOptions,
): Promise<MeasuredRound> => {
  const beforeMs = treeProcessorMs(server.pid)
  const round = await worker.call('round', options)
  const usedMs = treeProcessorMs(server.pid) - beforeMs
  return { ...round, serverMicrosPerEvent: (usedMs * 1000) / (options.orders * EVENTS_AN_ORDER) }
}

const requireNoLeftovers = async (title: string, worker: Worker<ClientFunctions>): Promise<void> => {
  const leftovers = await within(worker.call('leftovers', null), ANSWER_LIMIT_MS, `what ${title} has left`)
  if (leftovers !== 0)
    throw new Fault('leftovers', `${title} would deliver ${leftovers} acknowledged events again.`)
}

const measureRounds = async (
  peer: Peer,
  server: Server,
  worker: Worker<ClientFunctions>,
  { port, rounds, orders, open }: Settings & { readonly port: number },
): Promise<Measured> => {
  const connected = worker.call('connect', { name: peer.name, port })
  const version = await within(connected, ANSWER_LIMIT_MS, `a connection to ${peer.title}`)
  await worker.call('round', { orders, open })
  const measured: MeasuredRound[] = []
  for (let round = 0; round < rounds; round += 1)
    measured.push(await measureRound(server, worker, { orders, open }))
  await requireNoLeftovers(peer.title, worker)
  await within(worker.call('close', null), ANSWER_LIMIT_MS, `the client of ${peer.title} to close`)
  const middle = (figure: keyof MeasuredRound) => median(measured.map((round) => round[figure]))
  return {
    peer: peer.title,
    version,
    durable: peer.durable,
    eventsPerSecond: Math.round(middle('eventsPerSecond')),
    serverMicrosPerEvent: middle('serverMicrosPerEvent'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
  }
}

/** With all servers that a peer needs; the last one is the broker itself. */
const withServers = async <T>(
  peer: Peer,
  { folder, port }: { folder: string; port: number },
  work: (server: Server) => Promise<T>,
): Promise<T> => {
  const plans = await peer.plans({ folder, port }, (name) => findProgram(name)!)
  const servers: Server[] = []
  try {
    for (const plan of plans) servers.push(await startServer(plan))
    return await work(servers.at(-1)!)
  } finally {
    for (const server of servers.reverse()) await server.stop()
  }
}

const run = async (peer: Peer, settings: Settings): Promise<Measured> => {
  const folder = newFolder(settings.dataDir)
  const port = await freePort()
  try {
    return await withServers(peer, { folder: folder.path, port }, async (server) => {
      const worker = startWorker<ClientFunctions>(new URL('client.ts', import.meta.url))
      try {
        return await server.during(measureRounds(peer, server, worker, { ...settings, port }))
      } finally {
        await worker.stop()
      }
    })
  } finally {
    folder.remove()
  }
}

/** @throws Fault when an event is lost, the server ends, or something does not come in time */
export const measure = async (peer: Peer, settings: Settings): Promise<Outcome> => {
  const missing = peer.programs.filter((name) => findProgram(name) === null)
  return missing.length === 0
    ? run(peer, settings)
    : { peer: peer.title, skipped: `${missing.join(' and ')} not found: apt-get install ${peer.install}` }
}
