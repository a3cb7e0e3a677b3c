/** What a run has shown, held against what is asked of the hub. */
import { type Goal, type Measured, type Report, reportOf } from '../load/report.ts'
import type { Figures } from './attack/attackers.ts'
import type { Account, PhaseFigures } from './healthy.ts'

export interface MemoryFigures {
  readonly ownMb: number
  readonly heapMb: number
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
  readonly after: MemoryFigures
}

const SOURCE = 'issue 5'

const none = (what: string): Goal => ({ what, is: 'exactly', bound: 0, unit: '', source: SOURCE })

const SLOWER: Goal = {
  what: 'p99 from order to handler, of that in the quiet before',
  is: 'most',
  bound: 2,
  unit: 'times',
  source: SOURCE,
}

const driftMb = ({ before, after }: Seen): number => after.ownMb - before.ownMb

const ratio = ({ quiet, busy }: Seen): number => busy.handler.p99Ms / quiet.handler.p99Ms

const measuredOf = (seen: Seen, isQuick: boolean): Measured[] => [
  { goal: none('exits of the hub'), value: seen.exits.length },
  { goal: none('exceptions and rejections that it did not catch'), value: seen.uncaught.length },
  { goal: none('complaints of Node in it (leaks of listeners)'), value: seen.warnings.length },
  { goal: none('steps of healthy orders that are lost'), value: seen.account.lost },
  { goal: none('steps of healthy orders that came twice'), value: seen.account.repeated },
  { goal: none('connections of healthy participants that broke'), value: seen.account.disconnects },
  ...(isQuick ? [] : [{ goal: SLOWER, value: ratio(seen) }]),
  {
    goal: { what: 'growth of its own memory', is: 'most', bound: 64, unit: 'MB', source: SOURCE },
    value: driftMb(seen),
  },
]

const inMs = (ms: number): string => `${ms.toFixed(1)} ms`

const linesOf = ({ seed, mode, seconds, attack, quiet, busy, account, before, after }: Seen): string[] => {
  const { frames, connections, ends, silent } = attack
  return [
    `seed ${seed}, hub in ${mode} mode, ${seconds} s of attack`,
    `${frames} frames on ${connections} connections, ${Math.round(frames / seconds)} frames/s`,
    `connections: ${ends.done} carried to their end, ${ends.cut} cut by the hub, ${ends.refused} refused, ${ends.silent} without an answer; ${ends.unconnected} not taken`,
    ...Object.entries(silent).map(([script, times]) => `without an answer: ${script}, ${times} times`),
    `healthy orders: ${account.orders}; order to handler, quiet: p50 ${inMs(quiet.handler.p50Ms)}, p99 ${inMs(quiet.handler.p99Ms)}; under attack: p50 ${inMs(busy.handler.p50Ms)}, p99 ${inMs(busy.handler.p99Ms)}, greatest ${inMs(busy.handler.greatestMs)}`,
    `memory of the hub: ${before.ownMb} MB of its own, ${before.heapMb} MB of heap before; ${after.ownMb} MB and ${after.heapMb} MB after`,
  ]
}

/** @param isQuick a p99 of a few seconds says more of what else the machine did: it is told, and not judged */
export const verdictOf = (seen: Seen, isQuick: boolean): Report =>
  reportOf(measuredOf(seen, isQuick), { ...seen }, linesOf(seen))
