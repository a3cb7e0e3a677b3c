/** What several runs have sent and seen, added up. A file keeps a line of JSON for each of them. */
import { appendFileSync, readFileSync } from 'node:fs'
import { driftMb, ratio, type Seen } from './verdict.ts'

export interface RunLine {
  readonly seed: number
  readonly mode: Seen['mode']
  readonly ok: boolean
  readonly seconds: number
  readonly frames: number
  readonly connections: number
  readonly exits: number
  readonly uncaught: number
  /** Steps of healthy orders, looks of healthy watchers. */
  readonly lost: number
  readonly late: number
  /** Connections of healthy participants and watchers that broke. */
  readonly broken: number
  readonly healthyOrders: number
  readonly p99Ratio: number
  /** Of memory, since the quiet. */
  readonly growthMb: number
  /** Since the first round. */
  readonly driftMb: number
}

const inTenths = (value: number): number => Math.round(value * 10) / 10

const lineOf = (seen: Seen, ok: boolean): RunLine => {
  const { seed, mode, seconds, attack, exits, uncaught, account, busy } = seen
  const { watchers } = account
  return {
    seed,
    mode,
    ok,
    seconds,
    frames: attack.frames,
    connections: attack.connections,
    exits: exits.length,
    uncaught: uncaught.length,
    lost: account.lost + watchers.unanswered,
    late: busy.late + watchers.late,
    broken: account.disconnects + watchers.disconnects,
    healthyOrders: account.orders,
    p99Ratio: Math.round(ratio(seen) * 100) / 100,
    growthMb: inTenths(seen.after.ownMb - seen.before.ownMb),
    driftMb: inTenths(driftMb(seen)),
  }
}

const sum = (lines: readonly RunLine[], of: (line: RunLine) => number): number =>
  lines.reduce((total, line) => total + of(line), 0)

const most = (lines: readonly RunLine[], of: (line: RunLine) => number): number => Math.max(...lines.map(of))

export const totalOf = (lines: readonly RunLine[]): string[] => {
  const [frames, seconds] = [sum(lines, (line) => line.frames), sum(lines, (line) => line.seconds)]
  const keys = lines.filter(({ mode }) => mode === 'keys').length
  const ratios = lines.map(({ p99Ratio }) => p99Ratio).sort((one, other) => one - other)
  return [
    `${lines.length} runs (${keys} with keys): ${frames} frames on ${sum(lines, (line) => line.connections)} connections in ${Math.round(seconds)} s of attack, ${Math.round(frames / seconds)} frames/s`,
    `exits ${sum(lines, (line) => line.exits)}, uncaught ${sum(lines, (line) => line.uncaught)}, lost ${sum(lines, (line) => line.lost)}, late ${sum(lines, (line) => line.late)}, connections of healthy ones that broke ${sum(lines, (line) => line.broken)}; of ${sum(lines, (line) => line.healthyOrders)} healthy orders`,
    `p99 against quiet: ${ratios[ratios.length >> 1]} in the middle run, ${ratios.at(-1)} at most; growth of memory since the first round ${most(lines, (line) => line.driftMb)} MB at most, since the quiet ${most(lines, (line) => line.growthMb)} MB; ${lines.filter(({ ok }) => !ok).length} runs that missed a goal`,
  ]
}

/** Adds a run to the file, which it makes. @returns the sum of all that are in it */
export const totalWith = (seen: Seen, ok: boolean, file: string): string[] => {
  appendFileSync(file, `${JSON.stringify(lineOf(seen, ok))}\n`)
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return totalOf(lines.map((line) => JSON.parse(line) as RunLine))
}
