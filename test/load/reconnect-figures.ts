/** What `reconnect` has seen, as figures, as a table, and against its goals. Pure. */
import { percentile, rounded } from './figures.ts'
import { tableOf } from './output.ts'
import type { Return } from './reconnect-clients.ts'
import type { Measured } from './report.ts'

const ISSUE = 'issue 3, section 4'
const ALL_BACK_S = 15
const CATCH_UP_S = 5

/** Milliseconds; what has not happened is infinitely late. */
export interface Times {
  /** From the kill to the welcome. */
  readonly back: readonly number[]
  /** From its welcome to its first event (a driver: its parcels). */
  readonly first: readonly number[]
  /** From its welcome until all was handled that it was owed then. */
  readonly caughtUp: readonly number[]
  /** From the kill until then. */
  readonly whole: readonly number[]
}

const between = (fromMs: number | null, toMs: number | null): number =>
  fromMs === null || toMs === null ? Number.POSITIVE_INFINITY : toMs - fromMs

/** Who is owed nothing waits for no event. */
const awaitsFirst = ({ owed, role }: Return): boolean => role === 'driver' || owed > 0

export const timesOf = (returns: readonly Return[], killMs: number): Times => ({
  back: returns.map(({ welcomeMs }) => between(killMs, welcomeMs)),
  first: returns.filter(awaitsFirst).map(({ welcomeMs, firstMs }) => between(welcomeMs, firstMs)),
  caughtUp: returns.map(({ welcomeMs, caughtUpMs }) => between(welcomeMs, caughtUpMs)),
  whole: returns.map(({ caughtUpMs }) => between(killMs, caughtUpMs)),
})

const SHARES = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['slowest', 1],
] as const

const sharesOf = (values: readonly number[]) =>
  Object.fromEntries(SHARES.map(([name, share]) => [name, rounded(percentile(values, share))]))

export const timeFigures = (times: Times) =>
  Object.fromEntries(Object.entries(times).map(([name, values]) => [`${name}Ms`, sharesOf(values)]))

const LABELS = {
  back: 'kill to welcome',
  first: 'welcome to first event',
  caughtUp: 'welcome to caught up',
  whole: 'kill to caught up',
} as const satisfies Record<keyof Times, string>

export const timeTable = (times: Times): string[] =>
  tableOf([
    ['ms', ...SHARES.map(([name]) => name)],
    ...Object.entries(LABELS).map(([name, label]) => [
      label,
      ...SHARES.map(([, share]) => String(rounded(percentile(times[name as keyof Times], share)))),
    ]),
  ])

const seconds = (values: readonly number[], share: number): number => percentile(values, share) / 1000

export const measuredOf = (
  times: Times,
  { owed, expected }: { owed: number; expected: number },
): Measured[] => [
  {
    goal: {
      what: 'the last one back after the kill',
      is: 'most',
      bound: ALL_BACK_S,
      unit: 's',
      source: ISSUE,
    },
    value: seconds(times.back, 1),
  },
  {
    goal: { what: 'catch-up from the welcome, p99', is: 'most', bound: CATCH_UP_S, unit: 's', source: ISSUE },
    value: seconds(times.caughtUp, 0.99),
  },
  {
    goal: {
      what: 'first event of the slowest after its welcome: nobody is starved',
      is: 'most',
      bound: CATCH_UP_S,
      unit: 's',
      source: `${ISSUE}: the catch-up's bound, for everybody`,
    },
    value: seconds(times.first, 1),
  },
  {
    goal: {
      what: 'owed at the restart, as the welcomes told',
      is: 'exactly',
      bound: expected,
      unit: 'events',
      source: 'P1, P2',
    },
    value: owed,
  },
]
