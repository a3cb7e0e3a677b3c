/** The launcher of a cluster: hubs that share a PostgreSQL database, behind a balancer of ours, with vendors and drivers. */
import { placeOf } from '../hub/ledger/postgres/faults.ts'
import { systemClock } from '../shared/clock.ts'
import { Fault } from '../shared/fault.ts'
import { type Running, runProgram } from '../shared/program.ts'
import type { Flags } from '../shared/settings.ts'
import { Balancer } from './balancer/balancer.ts'
import { isHubReady } from './balancer/ready.ts'
import { type Database, ownDatabase } from './postgres/own-database.ts'
import { postgresPrograms } from './postgres/programs.ts'
import { type ClusterSettings, readClusterSettings } from './simulation/config.ts'
import { freePort } from './simulation/free-port.ts'
import { STOP_TIME_MS, startSimulation, wantedPort } from './simulation/start.ts'

const databaseOf = ({ databaseUrl }: ClusterSettings): Promise<Database> =>
  databaseUrl === null
    ? ownDatabase(postgresPrograms())
    : Promise.resolve({
        shown: { place: `PostgreSQL at ${placeOf(databaseUrl)}`, variables: {} },
        close: () => Promise.resolve(),
      })

const openBalancer = async (settings: ClusterSettings, hubs: readonly number[]): Promise<Balancer> => {
  const port = wantedPort(settings) ?? 0
  const scheme = settings.environment.CAPS_TLS_CERT ? 'https' : 'http'
  try {
    return await Balancer.open({ port, hubs, clock: systemClock, isReady: (hub) => isHubReady(scheme, hub) })
  } catch (cause) {
    throw new Fault('in-use', `Port ${port} on 127.0.0.1 is in use. Name another one with --port.`, { cause })
  }
}

/** Closed in the reverse order of opening; each, whatever becomes of the others. */
type Open = (() => Promise<void>)[]

const closeAll = async (open: Open): Promise<void> => {
  for (const close of open.toReversed()) await close().catch(() => {})
}

const startParts = async (flags: Flags, open: Open): Promise<Running> => {
  const settings = readClusterSettings(flags)
  const ports = await Promise.all(Array.from({ length: settings.hubs }, freePort))
  const balancer = await openBalancer(settings, ports)
  open.push(() => balancer.close())
  const database = await databaseOf(settings)
  open.push(() => database.close())
  return startSimulation(settings, {
    port: balancer.port,
    isPortOurs: true,
    hasOwnFolder: settings.orders > 0 || settings.databaseUrl === null,
    cluster: { ports, database: database.shown },
    hubsReady: balancer.begun,
  })
}

const startCluster = async (flags: Flags): Promise<Running> => {
  const open: Open = []
  try {
    const { ended, stop } = await startParts(flags, open)
    return { ended, stop: () => stop().finally(() => closeAll(open)) }
  } catch (thrown) {
    await closeAll(open)
    throw thrown
  }
}

export const runCluster = (flags: Flags): Promise<never> =>
  runProgram(() => startCluster(flags), STOP_TIME_MS)
