/** What a run has shown, held against what is asked of the hub. */
import { type Goal, type Measured, type Report, reportOf } from '../load/report.ts'
import type { Figures } from './attack/attackers.ts'
import type { Account, PhaseFigures } from './healthy.ts'

export interface MemoryFigures {
  readonly ownMb: number
  readonly heapMb: number
  /** Of the heap, used or not. */
  readonly reservedMb: number
  readonly externalMb: number
}

export interface Seen {
  readonly seed: number
  readonly mode: 'open' | 'keys'
  readonly seconds: number
  readonly captured: number
  readonly attack: Figures
  readonly exits: readonly string[]
  readonly uncaught: readonly string[]
  readonly warnings: readonly string[]
  readonly quiet: PhaseFigures
  readonly busy: PhaseFigures
  readonly account: Account
  readonly before: MemoryFigures
  /** After the first of several rounds. */
  readonly warm: MemoryFigures | null
  readonly after: MemoryFigures
}

const SOURCE = 'issue 5'

const none = (what: string): Goal => ({ what, is: 'exactly', bound: 0, unit: '', source: SOURCE })

const SLOWER: Goal = {
  what: 'p99 from order to handler, of that in the quiet',
  is: 'most',
  bound: 2,
  unit: 'times',
  source: SOURCE,
}

export const memoryInWords = ({ ownMb, heapMb, reservedMb }: MemoryFigures): string =>
  `${ownMb} MB of its own, ${heapMb} of ${reservedMb} MB of heap used`

/** Since its caches have filled, where there was time for that. */
export const driftMb = ({ before, warm, after }: Seen): number => after.ownMb - (warm ?? before).ownMb

export const ratio = ({ quiet, busy }: Seen): number => busy.handler.p99Ms / quiet.handler.p99Ms

/** How long somebody waits: a few seconds of it say more of what else the machine did. */
const timesOf = (seen: Seen): Measured[] => [
  { goal: SLOWER, value: ratio(seen) },
  { goal: none('steps of healthy orders that took more than 2 s'), value: seen.busy.late },
  {
    goal: none('summaries and answers that healthy watchers got 3 s late'),
    value: seen.account.watchers.late,
  },
]

const measuredOf = (seen: Seen, isQuick: boolean): Measured[] => [
  { goal: none('exits of the hub'), value: seen.exits.length },
  { goal: none('exceptions and rejections that it did not catch'), value: seen.uncaught.length },
  { goal: none('complaints of Node in it (leaks of listeners)'), value: seen.warnings.length },
  { goal: none('steps of healthy orders that are lost'), value: seen.account.lost },
  { goal: none('steps of healthy orders that came twice'), value: seen.account.repeated },
  { goal: none('connections of healthy participants that broke'), value: seen.account.disconnects },
  { goal: none('looks of healthy watchers without an answer'), value: seen.account.watchers.unanswered },
  {
    goal: none('connections of healthy watchers that broke'),
    value: seen.account.watchers.disconnects,
  },
  ...(isQuick ? [] : timesOf(seen)),
  {
    goal: {
      what: 'growth of its own memory since the first round',
      is: 'most',
      bound: 64,
      unit: 'MB',
      source: SOURCE,
    },
    value: driftMb(seen),
  },
]

const inMs = (ms: number): string => `${ms.toFixed(1)} ms`

const linesOf = ({
  seed,
  mode,
  seconds,
  attack,
  quiet,
  busy,
  account,
  before,
  warm,
  after,
}: Seen): string[] => {
  const { frames, connections, ends, silent } = attack
  return [
    `seed ${seed}, hub in ${mode} mode, ${seconds} s of attack`,
    `${frames} frames on ${connections} connections, ${Math.round(frames / seconds)} frames/s`,
    `connections: ${ends.done} carried to their end, ${ends.cut} cut by the hub, ${ends.refused} refused, ${ends.silent} without an answer; ${ends.unconnected} not taken`,
    ...Object.entries(silent).map(([script, times]) => `without an answer: ${script}, ${times} times`),
    `healthy orders: ${account.orders}; order to handler, quiet: p50 ${inMs(quiet.handler.p50Ms)}, p99 ${inMs(quiet.handler.p99Ms)}; under attack: p50 ${inMs(busy.handler.p50Ms)}, p99 ${inMs(busy.handler.p99Ms)}, greatest ${inMs(busy.handler.greatestMs)}`,
    `healthy watchers: ${account.watchers.summaries} summaries, ${account.watchers.looks} looks answered`,
    `memory of the hub in the quiet: ${memoryInWords(before)}`,
    ...(warm === null ? [] : [`after the first round: ${memoryInWords(warm)}`]),
    `in the end: ${memoryInWords(after)}`,
  ]
}

/** @param isQuick how long the healthy ones wait is told, and not judged */
export const verdictOf = (seen: Seen, isQuick: boolean): Report =>
  reportOf(measuredOf(seen, isQuick), { ...seen }, linesOf(seen))
