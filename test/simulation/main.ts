/** `npm run simulate`: worlds in which everything goes wrong, one a seed. Exit code 1 if a promise was broken in one. */
import { availableParallelism } from 'node:os'
import { Command } from 'commander'
import { Fault } from '../../shared/fault.ts'
import { runCommandLine, wholeNumber } from '../support/command-line.ts'
import { runSeeds } from './run-seeds.ts'
import { linesOf, summaryOf } from './summary.ts'
import { runWorld } from './world.ts'

interface Options {
  readonly seeds: number
  readonly from: number
  readonly workers: number
  readonly seed?: number
  readonly trace?: true
  readonly json?: true
}

const MOST_SEEDS = 1_000_000

const seedNumber = wholeNumber(0, 2 ** 31 - 1)

const simulate = async ({ seeds, from, workers, seed, trace, json }: Options): Promise<number> => {
  if (trace !== undefined && seed === undefined)
    throw new Fault('configuration', 'A trace is of one world: say which one with --seed.')
  const write = (text: string) => void process.stdout.write(`${text}\n`)
  const reports =
    trace === undefined
      ? await runSeeds(seed === undefined ? { from, count: seeds } : { from: seed, count: 1 }, workers)
      : [{ ...(await runWorld(seed!, write)), lastSteps: [] }]
  const summary = summaryOf(reports)
  if (json) write(JSON.stringify(summary))
  else for (const line of linesOf(reports)) write(line)
  return summary.violations.length === 0 ? 0 : 1
}

const program = new Command('simulate')
  .description('Worlds in which everything goes wrong; exit code 1 if a promise was broken in one')
  .option('--seeds <number>', 'worlds', wholeNumber(1, MOST_SEEDS), 1000)
  .option('--from <number>', 'first seed', seedNumber, 1)
  .option('--workers <number>', 'processes', wholeNumber(1, 256), availableParallelism())
  .option('--seed <number>', 'this world alone', seedNumber)
  .option('--trace', 'print every step of that world')
  .option('--json', 'print the result as JSON')
  .action(async (options: Options) => {
    process.exitCode = await simulate(options)
  })

await runCommandLine(program)
