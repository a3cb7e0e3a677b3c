/** `npm run chaos -- --orders 5000 --kills 200 --seed 1`: real processes, killed and paused under load, over a network that is cut. Exit code 1 unless every promise was kept. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { EXIT } from '../../shared/exit-codes.ts'
import { Fault } from '../../shared/fault.ts'
import { runCommandLine, wholeNumber } from '../support/command-line.ts'
import { bareSyncMs, requireDisk } from './disk.ts'
import { type Circumstances, progressLine, tableOf } from './output.ts'
import type { Plan } from './records.ts'
import { runChaos } from './run.ts'

interface Options {
  readonly orders: number
  readonly kills: number
  readonly seed: number
  readonly poison?: true
  readonly dataDir?: string
  readonly keep?: true
  readonly json?: true
}

const DELIVERY_LIMIT = 10
/** The hub's default: above the 20 s after which a silent connection is given up, so that nothing is overdue on a living one unless its handler is slow. */
const ACK_TIMEOUT_MS = 30_000

const planOf = ({ orders, kills, seed, poison }: Options): Plan => ({
  orders,
  kills,
  seed,
  poison: poison === true,
  deliveryLimit: DELIVERY_LIMIT,
  ackTimeoutMs: ACK_TIMEOUT_MS,
})

const newFolder = (place: string): string => {
  mkdirSync(place, { recursive: true })
  return mkdtempSync(join(place, 'chaos-'))
}

const commandOf = ({ orders, kills, seed, poison }: Options): string =>
  `npm run chaos -- --orders ${orders} --kills ${kills} --seed ${seed}${poison === true ? ' --poison' : ''}`

const write = (text: string): void => void process.stderr.write(text)

const run = async (options: Options): Promise<number> => {
  const folder = newFolder(resolve(options.dataDir ?? tmpdir()))
  let isKept = options.keep === true
  try {
    const fileSystem = requireDisk(folder)
    const syncMs = bareSyncMs(folder)
    write(`chaos: data on ${fileSystem}, a bare sync takes ${syncMs} ms; seed ${options.seed}\n`)
    const beganMs = performance.now()
    const isTerminal = process.stderr.isTTY
    const verdict = await runChaos(folder, planOf(options), (progress) => {
      if (isTerminal) write(`\r${progressLine(progress, performance.now() - beganMs)}\x1b[K`)
    })
    if (isTerminal) write('\r\x1b[K')
    isKept ||= !verdict.ok
    const seconds = Math.round((performance.now() - beganMs) / 100) / 10
    const histories = isKept ? { histories: folder } : {}
    const circumstances: Circumstances = {
      seed: options.seed,
      fileSystem,
      syncMs,
      seconds,
      command: commandOf(options),
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
