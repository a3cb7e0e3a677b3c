/** What a chaos run tells people. */

import type { Verdict } from './checker/check.ts'
import { BAD_COLUMNS, type Violation } from './checker/findings.ts'
import type { Progress } from './conductor.ts'

export interface Circumstances {
  readonly seed: number
  readonly fileSystem: string
  readonly syncMs: number
  readonly seconds: number
  readonly hasDatabase: boolean
  /** To be typed for the same plan again. */
  readonly command: string
  /** Where the histories lie, if they are kept. */
  readonly histories?: string
}

export const progressLine = (progress: Progress, elapsedMs: number): string => {
  const { made, orders, kills, pauses, cuts, hubCuts, databaseHits } = progress
  const database = hubCuts + databaseHits === 0 ? '' : `, ${hubCuts} of hubs, ${databaseHits} database`
  return `chaos: ${made} of ${orders} orders, ${kills} kills, ${pauses} pauses, ${cuts} cuts${database}, ${Math.round(elapsedMs / 1000)} s`
}

const inMs = (value: number | null): string => (value === null ? 'none' : `${value} ms`)

const violationLine = ({ column, invariant, participant, order, detail }: Violation): string =>
  `  ${column}: ${[invariant, participant, order, detail].filter((part) => part !== null && part !== '').join(' | ')}`

const clusterRows = (verdict: Verdict): [string, string][] => {
  const { hubKills, hubPauses, hubCuts, databaseRestarts, failOvers, gaveUp, outageP99Ms } = verdict
  return [
    [
      'to hubs',
      `${hubKills} kills, ${hubPauses} pauses, ${hubCuts} cuts from clients or database; ${gaveUp} times one gave up and was started again`,
    ],
    [
      'to the database',
      `${databaseRestarts} restarts, ${failOvers} lost primaries; p99 ${inMs(outageP99Ms)} until something was confirmed again`,
    ],
  ]
}

const rowsOf = (
  verdict: Verdict,
  { seed, fileSystem, syncMs, seconds, hasDatabase }: Circumstances,
): [string, string][] => [
  ['run', `seed ${seed}, ${seconds} s, on ${fileSystem} (a sync takes ${syncMs} ms)`],
  ['orders', `${verdict.orders}, ${verdict.confirmed} events confirmed, ${verdict.handled} handled`],
  ['done to them', `${verdict.kills} kills, ${verdict.pauses} pauses, ${verdict.cuts} cut connections`],
  ...(hasDatabase ? clusterRows(verdict) : []),
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
