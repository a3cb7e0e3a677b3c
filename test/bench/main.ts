/** `npm run bench`: how fast CAPS is, next to controls that promise nothing. Exit code 1 unless everything that must be is. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { EXIT } from '../../shared/exit-codes.ts'
import { bareSyncMs, requireDisk } from '../chaos/disk.ts'
import { say } from '../load/output.ts'
import { runCommandLine, wholeNumber } from '../support/command-line.ts'
import { BenchDatabase } from './database.ts'
import { newDataFolder } from './leftovers.ts'
import { peerLines, runPeers, withPeers } from './peers.ts'
import { diskLine, limitLines, resultLines, summaryLines } from './report.ts'
import { runScenario } from './run-scenario.ts'
import type { Context, Result, Scenario } from './scenario.ts'
import { catchingUp } from './scenarios/catch-up.ts'
import { depth } from './scenarios/depth.ts'
import { fleet } from './scenarios/fleet.ts'
import { growth } from './scenarios/growth.ts'
import { idle } from './scenarios/idle.ts'
import { postgresScenarios } from './scenarios/on-postgres.ts'
import { oneAtATime } from './scenarios/one-at-a-time.ts'
import { plain } from './scenarios/plain.ts'
import { saturated } from './scenarios/saturated.ts'

const SCENARIOS: readonly Scenario[] = [saturated, plain, fleet, oneAtATime, depth, catchingUp, idle, growth]

const PAIRS = { whole: 5, quick: 3 } as const

interface Options {
  readonly only?: readonly Scenario[]
  readonly quick?: true
  readonly pairs?: number
  readonly peers?: true
  readonly ledger: 'level' | 'postgres'
  readonly hubs: number
  readonly dataDir: string
  readonly json?: true
}

const scenarioOf = (text: string): Scenario => {
  const found = SCENARIOS.find(({ id, name }) => name === text || id === text.toUpperCase())
  if (found !== undefined) return found
  throw new InvalidArgumentError(
    `There are ${SCENARIOS.map(({ id, name }) => `${name} (${id})`).join(', ')}.`,
  )
}

/** Can be given several times, and with commas. */
const addScenarios = (text: string, before: readonly Scenario[] = []): readonly Scenario[] => [
  ...before,
  ...text.split(',').map(scenarioOf),
]

const contextOf = ({ quick, pairs }: Options, root: string): Context => {
  const isQuick = quick === true
  return {
    isQuick,
    pairs: pairs ?? (isQuick ? PAIRS.quick : PAIRS.whole),
    newFolder: () => mkdtempSync(join(root, 'data-')),
    say,
  }
}

const run = async (options: Options): Promise<number> => {
  const { only = SCENARIOS, peers, json, dataDir, ledger, hubs } = options
  const root = newDataFolder(resolve(dataDir), 'bench-')
  const disk = { fileSystem: requireDisk(root), bareSyncMs: bareSyncMs(root) }
  say(diskLine(disk))
  const context = contextOf(options, root)
  // First: they may not be installed, which nobody wants to hear after half an hour.
  const found = peers === true ? await runPeers(context) : []
  const database = ledger === 'level' ? null : await BenchDatabase.open({ place: resolve(dataDir), hubs })
  const ids = only.map(({ id }) => id)
  const scenarios = database === null ? SCENARIOS : postgresScenarios(database)
  const measured: Result[] = []
  for (const scenario of scenarios.filter(({ id }) => ids.includes(id)))
    measured.push(await runScenario(scenario, context, disk))
  await database?.close()
  const results = measured.map((result) => withPeers(result, found, context.isQuick))
  const lines = [
    diskLine(disk),
    ...results.flatMap(resultLines),
    ...limitLines(results),
    ...peerLines(found),
    ...summaryLines(results),
  ]
  process.stdout.write(`${json === true ? JSON.stringify(results) : lines.join('\n')}\n`)
  return results.every(({ ok }) => ok) ? EXIT.ok : EXIT.fault
}

// An `exit` of one's own, at which the run ends what it has started and removes its data.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(EXIT.fault))

const program = new Command('bench')
  .description(
    'How fast CAPS is, next to controls that promise nothing; exit code 1 unless all that must be is',
  )
  .option('--only <names>', 'scenarios by name or number, with commas', addScenarios)
  .option('--quick', 'small counts, and only half of what must be: for CI')
  .option(
    '--pairs <number>',
    `windows of each side (${PAIRS.whole}; with --quick ${PAIRS.quick})`,
    wholeNumber(1, 100),
  )
  .addOption(
    new Option('--ledger <kind>', 'what the hubs keep their data in; with postgres S1, S3 and S6 only')
      .choices(['level', 'postgres'])
      .default('level'),
  )
  .option('--hubs <number>', 'with postgres: hubs on one database', wholeNumber(1, 16), 1)
  .option('--peers', 'other brokers as well, those that are on this machine')
  .option('--data-dir <folder>', 'where the data lie, on a real disk', tmpdir())
  .option('--json', 'the results as JSON')
  .exitOverride()
  .action(async (options: Options) => {
    process.exitCode = await run(options)
  })

await runCommandLine(program)
