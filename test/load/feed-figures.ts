/** What `feed` has seen, as figures, as a table, and against its goal. Windows without watchers lie around each one with them: what the load alone would have cost is their mean, so that a drift of the machine hits both alike. Pure. */
import type { Heard } from './feed-watchers.ts'
import { median, percentile, rounded } from './figures.ts'
import type { Profile } from './measured-hub.ts'
import { tableOf } from './output.ts'
import type { Measured } from './report.ts'

/** A window: processor time of the hub, the time that it took, and the events that the hub accepted. */
export interface Window {
  readonly processorMs: number
  readonly wallMs: number
  readonly events: number
}

export interface Round {
  readonly before: Window
  readonly with: Window
  readonly after: Window
  readonly heard: Heard
}

/** Percent of a core, of the feed's files. */
export interface Shares {
  readonly total: number
  /** Greatest first. */
  readonly byFile: readonly (readonly [file: string, share: number])[]
}

const MOST_SHARE = 3
const MOST_FILES = 8
const MICROSECONDS = 1000
const PERCENT = 100

const perEvent = ({ processorMs, events }: Window): number => (processorMs * MICROSECONDS) / events

/** Of one event without watchers, microseconds. */
const plainOf = ({ before, after }: Round): number => (perEvent(before) + perEvent(after)) / 2

const rateOf = ({ events, wallMs }: Window): number => (events * 1000) / wallMs

export const sharesOf = ({ wallMicros, microsOf }: Profile): Shares => {
  const byFile = Object.entries(microsOf)
    .map(([file, micros]) => [file, (PERCENT * micros) / wallMicros] as const)
    .sort(([, one], [, other]) => other - one)
  return { total: byFile.reduce((sum, [, share]) => sum + share, 0), byFile: byFile.slice(0, MOST_FILES) }
}

export const shareTable = (shares: Shares): string[] =>
  tableOf([['% of a core', 'in'], ...shares.byFile.map(([file, share]) => [share.toFixed(2), file])])

const medianRateOf = (rounds: readonly Round[]): number =>
  Math.round(median(rounds.map((round) => rateOf(round.with))))

/** What those who watched have cost, of one core, in percent: processor time beyond that of as many events without them. */
export const shareOf = (round: Round): number => {
  const { processorMs, wallMs, events } = round.with
  return (PERCENT * (processorMs - (events * plainOf(round)) / MICROSECONDS)) / wallMs
}

/**
 * The profile judges: it tells the feed's code, and all that this calls, from the rest of the same moments. The windows tell what a profile cannot see, threads and the collection of garbage, but the machine's noise as well: on one that others use
 * it is ten times what is measured.
 */
export const measuredOf = (rounds: readonly Round[], shares: Shares, watchers: number): Measured[] => [
  {
    goal: {
      what: `of one core in the hub's feed and in all that it calls, with ${watchers} pages that look again, at ${medianRateOf(rounds)} events a second`,
      is: 'most',
      bound: MOST_SHARE,
      unit: '%',
      source: 'issue 6',
    },
    value: shares.total,
  },
  {
    goal: {
      what: 'looks that the hub refused',
      is: 'exactly',
      bound: 0,
      unit: 'looks',
      source: 'all of them are allowed',
    },
    value: rounds.reduce((sum, { heard }) => sum + heard.refusals, 0),
  },
]

const HEAD = ['round', 'events/s', 'µs an event', 'with pages', '% of a core', 'looks', 'changes', 'moves']

const rowOf = (round: Round, index: number): string[] =>
  [
    index + 1,
    Math.round(rateOf(round.with)),
    rounded(plainOf(round)),
    rounded(perEvent(round.with)),
    rounded(shareOf(round)),
    round.heard.looks,
    round.heard.changes,
    round.heard.moves,
  ].map(String)

export const roundTable = (rounds: readonly Round[]): string[] => tableOf([HEAD, ...rounds.map(rowOf)])

/** The noise of the machine is larger than what is measured: how large belongs beside the median. */
export const spreadOf = (rounds: readonly Round[]): string => {
  const shares = rounds.map(shareOf)
  const [low, high] = [0.25, 0.75].map((share) => rounded(percentile(shares, share)))
  return `With pages ${rounded(median(shares))} % of a core more, median of windows (quartiles ${low} to ${high} %)`
}

export const figuresOf = (round: Round) => ({
  ...round,
  sharePercent: shareOf(round),
  eventsPerSecond: rateOf(round.with),
})
