/** The launcher: a whole simulation by one command. */
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { signToken } from '../hub/access/tokens.ts'
import { messageOf } from '../shared/fault.ts'
import { type Running, runProgram } from '../shared/program.ts'
import { DATA_DIR_SETTING, durationIn, type Flags } from '../shared/settings.ts'
import { readSimulationSettings, type SimulationSettings } from './simulation/config.ts'
import { freePort, isPortFree } from './simulation/free-port.ts'
import { type Plan, planOf } from './simulation/plan.ts'
import { Simulation, type SimulationParts } from './simulation/simulation.ts'

/** Vendors and drivers within theirs, then the hub within its own. */
const STOP_TIME_MS = 15_000
const DEFAULT_PORT = 3001

const entry = [...process.execArgv, fileURLToPath(new URL('./main.js', import.meta.url))]

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

const partsOf = (settings: SimulationSettings): SimulationParts => ({
  entry,
  makeToken: tokenMaker(settings),
  environment: { LOG_LEVEL: settings.logLevel, LOG_FORMAT: settings.logFormat ?? 'pretty' },
  output: forgivingOutput(),
  starter: starterOf(),
  print: (line) => void process.stdout.write(`${line}\n`),
})

const planFor = async (settings: SimulationSettings, dataDir: string): Promise<Plan> => {
  const isCounted = settings.orders > 0
  const port = settings.port ?? (isCounted ? await freePort() : DEFAULT_PORT)
  const plan = planOf(settings, { port, dataDir, drawnSeed: String(randomInt(1_000_000)) })
  // The hub alone says that it cannot listen; the others must not send orders to whoever does.
  return (await isPortFree(port)) ? plan : { ...plan, vendors: [], drivers: [] }
}

/** The folder of a counted run for which none was named: its own, and gone with it. */
const temporaryFolder = async (settings: SimulationSettings): Promise<string | null> =>
  settings.dataDir === null && settings.orders > 0 ? mkdtemp(join(tmpdir(), 'caps-')) : null

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

const startSimulation = async (flags: Flags): Promise<Running> => {
  const settings = readSimulationSettings(flags)
  const temporary = await temporaryFolder(settings)
  const plan = await planFor(settings, temporary ?? settings.dataDir ?? DATA_DIR_SETTING.fallback)
  const simulation = new Simulation(plan, partsOf(settings))
  // Whichever way this process ends, a second Ctrl-C included, it leaves none behind.
  process.once('exit', () => simulation.kill())
  simulation.start()
  return {
    ended: Promise.race([simulation.ended, outputLost()]),
    stop: () => stop(simulation, temporary),
  }
}

export const runAll = (flags: Flags): Promise<never> => runProgram(() => startSimulation(flags), STOP_TIME_MS)
