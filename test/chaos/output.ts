/** What a chaos run tells people. */

import type { Verdict } from './checker/check.ts'
import { BAD_COLUMNS, type Violation } from './checker/findings.ts'
import type { Progress } from './conductor.ts'

export interface Circumstances {
  readonly seed: number
  readonly fileSystem: string
  readonly syncMs: number
  readonly seconds: number
  /** To be typed for the same plan again. */
  readonly command: string
  /** Where the histories lie, if they are kept. */
  readonly histories?: string
}

export const progressLine = ({ made, orders, kills, pauses, cuts }: Progress, elapsedMs: number): string =>
  `chaos: ${made} of ${orders} orders, ${kills} kills, ${pauses} pauses, ${cuts} cuts, ${Math.round(elapsedMs / 1000)} s`

const inMs = (value: number | null): string => (value === null ? 'none' : `${value} ms`)

const violationLine = ({ column, invariant, participant, order, detail }: Violation): string =>
  `  ${column}: ${[invariant, participant, order, detail].filter((part) => part !== null && part !== '').join(' | ')}`

const rowsOf = (
  verdict: Verdict,
  { seed, fileSystem, syncMs, seconds }: Circumstances,
): [string, string][] => [
  ['run', `seed ${seed}, ${seconds} s, on ${fileSystem} (a sync takes ${syncMs} ms)`],
  ['orders', `${verdict.orders}, ${verdict.confirmed} events confirmed, ${verdict.handled} handled`],
  ['done to them', `${verdict.kills} kills, ${verdict.pauses} pauses, ${verdict.cuts} cut connections`],
  ...BAD_COLUMNS.map((column): [string, string] => [column, String(verdict[column])]),
  ['dead letters', String(verdict.dead)],
  ['expired', String(verdict.expired)],
  [
    'hub back',
    `p99 ${inMs(verdict.recoveryP99Ms)} from its start, ${inMs(verdict.recoveryFromKillP99Ms)} from the kill (${verdict.recoveries} times)`,
  ],
  ['drained', `${inMs(verdict.drainedMs)} after the last fault`],
]

export const tableOf = (verdict: Verdict, circumstances: Circumstances): string => {
  const rows = rowsOf(verdict, circumstances)
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
  if (verdict.ok) return [...lines, 'Every promise was kept.'].join('\n')
  const { histories, command } = circumstances
  return [
    ...lines,
    'PROMISES WERE BROKEN:',
    ...verdict.violations.map(violationLine),
    `The histories lie in ${histories}. The same plan again: ${command}`,
  ].join('\n')
}
