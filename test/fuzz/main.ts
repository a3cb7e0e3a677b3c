/** `npm run fuzz -- --minutes 1 --seed 1`: hostile input of every kind for a real hub, beside healthy participants. Exit code 1 unless nobody has noticed. */
import { Command } from 'commander'
import { printReport, say } from '../load/output.ts'
import { runCommandLine, wholeNumber } from '../support/command-line.ts'
import { runFuzz } from './run.ts'
import { totalWith } from './total.ts'
import { verdictOf } from './verdict.ts'

interface Options {
  readonly minutes: number
  readonly frames?: number
  readonly seed: number
  readonly from: number
  readonly connections: number
  readonly rate: number
  readonly orders: number
  readonly quiet: number
  readonly keys?: true
  readonly quick?: true
  readonly total?: string
  readonly json?: true
}

const program = new Command('fuzz')
  .description(
    'Hostile input for a real hub, beside healthy participants; exit code 1 unless nobody has noticed',
  )
  .option('--minutes <number>', 'how long the attack takes, at most', Number, 1)
  .option('--frames <number>', 'how many frames, at most (default: no limit)', wholeNumber(1))
  .option('--seed <number>', 'what all frames follow from', wholeNumber(0), 1)
  .option(
    '--from <number>',
    'the first session: to begin where an earlier run has crashed',
    wholeNumber(0),
    0,
  )
  .option('--connections <number>', 'attacking connections at a time', wholeNumber(1, 1000), 24)
  .option('--rate <number>', 'frames a second; 0 is as fast as it goes', wholeNumber(0), 16_000)
  .option('--orders <number>', 'healthy orders a second', wholeNumber(1, 1000), 40)
  .option(
    '--quiet <number>',
    'seconds of quiet before the attack, and again in it, to compare with',
    wholeNumber(1),
    8,
  )
  .option('--keys', 'a hub with a key: all bear tokens')
  .option('--quick', 'a few seconds: how long the healthy ones wait is told, and not judged')
  .option('--total <file>', 'adds the run to those in the file, and tells the sum of all')
  .option('--json', 'figures as JSON')
  .action(async (options: Options) => {
    const seen = await runFuzz({
      ...options,
      frames: options.frames ?? null,
      framesPerSecond: options.rate,
      ordersPerSecond: options.orders,
      quietSeconds: options.quiet,
      hasKeys: options.keys === true,
    })
    const report = verdictOf(seen, options.quick === true)
    process.exitCode = printReport(report, options.json === true)
    if (options.total !== undefined) for (const line of totalWith(seen, report.ok, options.total)) say(line)
  })

await runCommandLine(program)
