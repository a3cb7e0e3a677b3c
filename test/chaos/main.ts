/** `npm run chaos -- --orders 5000 --kills 200 --seed 1`: real processes, killed and paused under load, over a network that is cut; with `--ledger postgres` hubs on a database that is cut off, restarted and lost. Exit code 1 unless every promise was kept. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { EXIT } from '../../shared/exit-codes.ts'
import { Fault } from '../../shared/fault.ts'
import { runCommandLine, wholeNumber } from '../support/command-line.ts'
import type { Progress } from './conductor.ts'
import { bareSyncMs, requireDisk } from './disk.ts'
import { type Circumstances, progressLine, tableOf } from './output.ts'
import type { Plan } from './records.ts'
import { runChaos } from './run.ts'

interface Options {
  readonly orders: number
  readonly kills: number
  readonly pauses?: number
  readonly ledger: 'level' | 'postgres'
  readonly hubs: number
  readonly standby?: true
  readonly cuts?: number
  readonly restarts?: number
  readonly failovers?: number
  readonly seed: number
  readonly poison?: true
  readonly dataDir?: string
  readonly keep?: true
  readonly json?: true
}

const DELIVERY_LIMIT = 10
/** The hub's default: above the 20 s after which a silent connection is given up, so that nothing is overdue on a living one unless its handler is slow. */
const ACK_TIMEOUT_MS = 30_000

/** Of the kills, where nothing else is asked for. */
const SHARES = { pauses: 1 / 4, cuts: 1 / 4, restarts: 1 / 20, failOvers: 1 / 20 } as const

const shareOf = (kills: number, what: keyof typeof SHARES): number => Math.ceil(kills * SHARES[what])

const clusterOf = ({ ledger, hubs, kills, standby, cuts, restarts, failovers }: Options): Plan['cluster'] => {
  if (ledger === 'level') return null
  const hasStandby = standby === true
  return {
    hubs,
    hasStandby,
    cuts: cuts ?? shareOf(kills, 'cuts'),
    restarts: restarts ?? shareOf(kills, 'restarts'),
    failOvers: hasStandby ? (failovers ?? shareOf(kills, 'failOvers')) : 0,
  }
}

const planOf = (options: Options): Plan => {
  const { orders, kills, pauses, seed, poison } = options
  return {
    orders,
    kills,
    pauses: pauses ?? shareOf(kills, 'pauses'),
    seed,
    cluster: clusterOf(options),
    poison: poison === true,
    deliveryLimit: DELIVERY_LIMIT,
    ackTimeoutMs: ACK_TIMEOUT_MS,
  }
}

const newFolder = (place: string): string => {
  mkdirSync(place, { recursive: true })
  return mkdtempSync(join(place, 'chaos-'))
}

const clusterFlags = (cluster: Plan['cluster']): string => {
  if (cluster === null) return ''
  const { hubs, hasStandby, cuts, restarts, failOvers } = cluster
  const standby = hasStandby ? ` --standby --failovers ${failOvers}` : ''
  return ` --ledger postgres --hubs ${hubs} --cuts ${cuts} --restarts ${restarts}${standby}`
}

const commandOf = ({ orders, kills, pauses, seed, cluster, poison }: Plan): string =>
  `npm run chaos -- --orders ${orders} --kills ${kills} --pauses ${pauses} --seed ${seed}${clusterFlags(cluster)}${poison ? ' --poison' : ''}`

const write = (text: string): void => void process.stderr.write(text)

const run = async (options: Options): Promise<number> => {
  const plan = planOf(options)
  const place = resolve(options.dataDir ?? tmpdir())
  const folder = newFolder(place)
  let isKept = options.keep === true
  try {
    const fileSystem = requireDisk(folder)
    const syncMs = bareSyncMs(folder)
    write(`chaos: data on ${fileSystem}, a bare sync takes ${syncMs} ms; seed ${options.seed}\n`)
    const beganMs = performance.now()
    const isTerminal = process.stderr.isTTY
    const told = (progress: Progress) => {
      if (isTerminal) write(`\r${progressLine(progress, performance.now() - beganMs)}\x1b[K`)
    }
    const verdict = await runChaos(folder, plan, { place, told })
    if (isTerminal) write('\r\x1b[K')
    isKept ||= !verdict.ok
    const seconds = Math.round((performance.now() - beganMs) / 100) / 10
    const histories = isKept ? { histories: folder } : {}
    const circumstances: Circumstances = {
      seed: options.seed,
      fileSystem,
      syncMs,
      seconds,
      hasDatabase: plan.cluster !== null,
      command: commandOf(plan),
      ...histories,
    }
    const { violations, ok, ...figures } = verdict
    const text =
      options.json === true
        ? JSON.stringify({ ...figures, ok, ...circumstances, violations })
        : tableOf(verdict, circumstances)
    process.stdout.write(`${text}\n`)
    return ok ? EXIT.ok : EXIT.fault
  } catch (thrown) {
    isKept ||= !(thrown instanceof Fault)
    if (isKept) write(`The histories lie in ${folder}.\n`)
    throw thrown
  } finally {
    if (!isKept) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

// An `exit` of one's own, at which the run ends what it has started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(EXIT.fault))

const program = new Command('chaos')
  .description('Real processes, killed and paused under load; exit code 1 unless every promise was kept')
  .option('--orders <number>', 'orders of the whole run', wholeNumber(1), 5000)
  .option('--kills <number>', 'processes killed meanwhile', wholeNumber(0), 200)
  .option('--pauses <number>', 'processes paused meanwhile (default: one for four kills)', wholeNumber(0))
  .addOption(
    new Option('--ledger <kind>', 'what the hubs keep their data in')
      .choices(['level', 'postgres'])
      .default('level'),
  )
  .option('--hubs <number>', 'with postgres: hubs, behind a balancer', wholeNumber(1, 16), 1)
  .option('--standby', 'with postgres: a synchronous standby, and primaries that are lost')
  .option(
    '--cuts <number>',
    'with postgres: hubs cut off from the database or from their clients (default: one for four kills)',
    wholeNumber(0),
  )
  .option(
    '--restarts <number>',
    'with postgres: restarts of the database (default: one for twenty kills)',
    wholeNumber(0),
  )
  .option(
    '--failovers <number>',
    'with --standby: lost primaries (default: one for twenty kills)',
    wholeNumber(0),
  )
  .option('--seed <number>', 'what the plan is drawn from', wholeNumber(0), 1)
  .option('--poison', 'some handlers always fail: their events must become dead letters')
  .option(
    '--data-dir <folder>',
    "where the data lie, on a real disk (default: the system's temporary folder)",
  )
  .option('--keep', 'keep the histories even if all is well')
  .option('--json', 'the verdict as JSON')
  .action(async (options: Options) => {
    process.exitCode = await run(options)
  })

await runCommandLine(program)
