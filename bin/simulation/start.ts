/** Starts a simulation in its folder, and removes the folder with it if it is a temporary one. */
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { signToken } from '../../hub/access/tokens.ts'
import { messageOf } from '../../shared/fault.ts'
import type { Running } from '../../shared/program.ts'
import { DATA_DIR_SETTING, durationIn } from '../../shared/settings.ts'
import type { SimulationSettings } from './config.ts'
import { type ClusterHubs, type Plan, planOf } from './plan.ts'
import { Simulation, type SimulationParts } from './simulation.ts'

/** Vendors and drivers within theirs, then the hubs within their own. */
export const STOP_TIME_MS = 15_000
const DEFAULT_PORT = 3001

const entry = [...process.execArgv, fileURLToPath(new URL('../main.js', import.meta.url))]

const starterOf = (): string =>
  process.env.npm_lifecycle_event === undefined ? `node ${process.argv[1]}` : 'npm run'

/** Standard output without its errors, which `outputLost` hears of: concurrently would throw them. */
const forgivingOutput = (): Writable =>
  new Writable({
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => void process.stdout.write(chunk, () => done()),
  })

/** Signs by the machine's clock, as the hub verifies: ours stands still while the machine sleeps. */
const tokenMaker = ({ secret, tokenLifetime }: SimulationSettings): SimulationParts['makeToken'] => {
  const lifetimeMs = durationIn(tokenLifetime)!
  return secret === null
    ? null
    : (participant) => signToken(secret, { participant }, { nowMs: Date.now(), lifetimeMs })
}

const partsOf = (settings: SimulationSettings, { hubsReady }: Behind): SimulationParts => ({
  hubsReady,
  entry,
  makeToken: tokenMaker(settings),
  environment: { LOG_LEVEL: settings.logLevel, LOG_FORMAT: settings.logFormat ?? 'pretty' },
  output: forgivingOutput(),
  starter: starterOf(),
  hasDatabase: Boolean(settings.environment.CAPS_DATABASE_URL),
  print: (line) => void process.stdout.write(`${line}\n`),
})

/** null: any that is free. */
export const wantedPort = ({ port, orders }: SimulationSettings): number | null =>
  port ?? (orders > 0 ? null : DEFAULT_PORT)

export interface Behind {
  /** Where vendors and drivers find the hub, or what stands before the hubs. */
  readonly port: number
  /** Does nobody else listen there? If somebody does, a hub alone is started, to say so. */
  readonly isPortOurs: boolean
  /** Has it a folder of its own, gone with it, if none is named? */
  readonly hasOwnFolder: boolean
  readonly cluster: ClusterHubs | null
  /** Resolves when vendors may begin. */
  readonly hubsReady: Promise<void>
}

const planFor = (settings: SimulationSettings, dataDir: string, behind: Behind): Plan => {
  const { port, cluster, isPortOurs } = behind
  const plan = planOf(settings, { port, cluster, dataDir, drawnSeed: String(randomInt(1_000_000)) })
  return isPortOurs ? plan : { ...plan, vendors: [], drivers: [] }
}

const temporaryFolder = async ({ dataDir }: SimulationSettings, isOwn: boolean): Promise<string | null> =>
  dataDir === null && isOwn ? mkdtemp(join(tmpdir(), 'caps-')) : null

const removeFolder = async (folder: string): Promise<void> => {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  } catch (thrown) {
    process.stderr.write(`The temporary folder ${folder} could not be removed: ${messageOf(thrown)}\n`)
  }
}

/** Resolves when nobody reads our output any more: then there is nobody to run for. */
const outputLost = (): Promise<void> =>
  new Promise((resolve) => void process.stdout.on('error', () => resolve()))

const stop = async (simulation: Simulation, temporary: string | null): Promise<void> => {
  try {
    await simulation.stop()
  } finally {
    if (temporary !== null && !simulation.hasLostActor) await removeFolder(temporary)
    else if (temporary !== null)
      process.stdout.write(`The data stays in ${temporary}: an actor that was started again may use it.\n`)
  }
}

export const startSimulation = async (settings: SimulationSettings, behind: Behind): Promise<Running> => {
  const temporary = await temporaryFolder(settings, behind.hasOwnFolder)
  const plan = planFor(settings, temporary ?? settings.dataDir ?? DATA_DIR_SETTING.fallback, behind)
  const simulation = new Simulation(plan, partsOf(settings, behind))
  // Whichever way this process ends, a second Ctrl-C included, it leaves none behind.
  process.once('exit', () => simulation.kill())
  simulation.start()
  return {
    ended: Promise.race([simulation.ended, outputLost()]),
    stop: () => stop(simulation, temporary),
  }
}
