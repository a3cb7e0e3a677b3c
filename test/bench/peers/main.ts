/** `node --import tsx test/bench/peers/main.ts`: the brokers that people would take instead of CAPS, with the workload of scenario S1. Exit code 1 when an event is lost, 2 when its clients are not installed. */
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { EXIT } from '../../../shared/exit-codes.ts'
import { Fault } from '../../../shared/fault.ts'
import { bareSyncMs, requireDisk } from '../../chaos/disk.ts'
import { say } from '../../load/output.ts'
import { runCommandLine, wholeNumber } from '../../support/command-line.ts'
import { measure, type Outcome } from './measure.ts'
import { linesOf } from './output.ts'
import type { Peer } from './peer.ts'
import { newFolder } from './running.ts'
import { mosquitto } from './servers/mosquitto.ts'
import { nats } from './servers/nats.ts'
import { rabbitmq } from './servers/rabbitmq.ts'
import { redis } from './servers/redis.ts'

const PEERS: readonly Peer[] = [redis, rabbitmq, mosquitto, nats]

interface Options {
  readonly orders?: number
  readonly rounds?: number
  readonly only: readonly Peer[]
  readonly quick?: true
  readonly dataDir: string
  readonly json?: true
}

/** Orders that are open at a time. */
const OPEN = 1000
const DEFAULTS = { orders: 30_000, rounds: 5 }
const QUICK = { orders: 10_000, rounds: 3 }

const parsePeers = (text: string): Peer[] =>
  text.split(',').map((name) => {
    const peer = PEERS.find((each) => each.name === name)
    if (peer !== undefined) return peer
    throw new InvalidArgumentError(`Give names of ${PEERS.map((each) => each.name).join(', ')}, with commas.`)
  })

const here = (name: string): URL => new URL(name, import.meta.url)

const requireClients = (): void => {
  const { dependencies } = JSON.parse(readFileSync(here('package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  const missing = Object.keys(dependencies).filter(
    (name) => !existsSync(here(`node_modules/${name}/package.json`)),
  )
  if (missing.length > 0)
    throw new Fault(
      'configuration',
      `The brokers' clients are not installed (${missing.join(', ')}): npm ci --prefix test/bench/peers`,
    )
}

const tellDisk = (dataDir: string): void => {
  const { path, remove } = newFolder(dataDir)
  try {
    say(`peers: data on ${requireDisk(path)}, a bare sync takes ${bareSyncMs(path)} ms`)
  } finally {
    remove()
  }
}

const run = async ({ only, quick, json, ...given }: Options): Promise<void> => {
  requireClients()
  tellDisk(given.dataDir)
  const settings = { open: OPEN, ...(quick === true ? QUICK : DEFAULTS), ...given }
  const outcomes: Outcome[] = []
  for (const peer of only) {
    say(`peers: ${peer.title}, ${settings.rounds} rounds of ${settings.orders} orders and a warm-up`)
    outcomes.push(await measure(peer, settings))
  }
  process.stdout.write(`${json === true ? JSON.stringify(outcomes) : linesOf(outcomes).join('\n')}\n`)
}

// An `exit` of one's own, at which what was started is ended.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(EXIT.fault))

const program = new Command('peers')
  .description('Other brokers with the workload of scenario S1; exit code 1 when an event is lost')
  .exitOverride()
  .option('--orders <number>', `orders of a round, three events each (${DEFAULTS.orders})`, wholeNumber(1))
  .option('--rounds <number>', `rounds that are measured (${DEFAULTS.rounds})`, wholeNumber(1))
  .option('--only <names>', 'only these brokers: redis, rabbitmq, mosquitto, nats', parsePeers, PEERS)
  .option('--quick', `${QUICK.rounds} rounds of ${QUICK.orders} orders`)
  .option(
    '--data-dir <folder>',
    "where the servers' data lie, on a real disk (default: the system's temporary folder)",
    (folder: string) => resolve(folder),
    tmpdir(),
  )
  .option('--json', 'figures as JSON')
  .action(run)

await runCommandLine(program)
