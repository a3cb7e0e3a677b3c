/** `npm run fuzz -- --minutes 1 --seed 1`: hostile input of every kind for a real hub, beside healthy participants. Exit code 1 unless nobody has noticed. */
import { Command } from 'commander'
import { printReport } from '../load/output.ts'
import { runCommandLine, wholeNumber } from '../support/command-line.ts'
import { runFuzz } from './run.ts'

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
  readonly json?: true
}

const program = new Command('fuzz')
  .description(
    'Hostile input for a real hub, beside healthy participants; exit code 1 unless nobody has noticed',
  )
  .option('--minutes <number>', 'how long, at most', Number, 1)
  .option('--frames <number>', 'how many frames, at most (default: no limit)', wholeNumber(1))
  .option('--seed <number>', 'what all frames follow from', wholeNumber(0), 1)
  .option(
    '--from <number>',
    'the first session: to begin where an earlier run has crashed',
    wholeNumber(0),
    0,
  )
  .option('--connections <number>', 'attacking connections at a time', wholeNumber(1, 1000), 16)
  .option('--rate <number>', 'frames a second; 0 is as fast as it goes', wholeNumber(0), 5000)
  .option('--orders <number>', 'healthy orders a second', wholeNumber(1, 1000), 40)
  .option('--quiet <number>', 'seconds of quiet before the attack, to compare with', wholeNumber(1), 8)
  .option('--keys', 'a hub with a key: all bear tokens')
  .option('--quick', 'a few seconds: how long the healthy ones wait is told, and not judged')
  .option('--json', 'figures as JSON')
  .action(
    async ({ minutes, frames, seed, from, connections, rate, orders, quiet, keys, quick, json }: Options) => {
      const report = await runFuzz({
        minutes,
        frames: frames ?? null,
        seed,
        from,
        connections,
        framesPerSecond: rate,
        ordersPerSecond: orders,
        quietSeconds: quiet,
        hasKeys: keys === true,
        isQuick: quick === true,
      })
      process.exitCode = printReport(report, json === true)
    },
  )

await runCommandLine(program)
