/** What `page` has seen, as figures, as a table, and against its goals. Pure. */
import { percentile } from './figures.ts'
import { tableOf } from './output.ts'
import type { Measured } from './report.ts'

/** Processor time of the page's thread since it began, seconds, and when that was. */
export interface Strain {
  readonly atS: number
  readonly taskS: number
  readonly scriptS: number
  readonly layoutS: number
  readonly styleS: number
}

export interface Seen {
  readonly view: string
  /** When each frame was drawn. */
  readonly frameMs: readonly number[]
  readonly before: Strain
  readonly after: Strain
}

const LEAST_FRAMES = 55
/** Of what was asked for: less would be another load. */
const LEAST_RATE = 0.9
const ISSUE = 'issue 6'

const framesPerSecond = ({ frameMs }: Seen): number =>
  ((frameMs.length - 1) * 1000) / (frameMs.at(-1)! - frameMs[0]!)

const gapsOf = ({ frameMs }: Seen): number[] => frameMs.slice(1).map((atMs, index) => atMs - frameMs[index]!)

/** Percent of the time. */
const busy = ({ before, after }: Seen, what: Exclude<keyof Strain, 'atS'>): number =>
  (100 * (after[what] - before[what])) / (after.atS - before.atS)

export const figuresOf = (seen: Seen) => ({
  view: seen.view,
  framesPerSecond: framesPerSecond(seen),
  gapP99Ms: percentile(gapsOf(seen), 0.99),
  longestGapMs: percentile(gapsOf(seen), 1),
  busyPercent: busy(seen, 'taskS'),
  scriptPercent: busy(seen, 'scriptS'),
  stylePercent: busy(seen, 'styleS') + busy(seen, 'layoutS'),
})

export const measuredOf = (
  seen: readonly Seen[],
  { drivers, eventsPerSecond, rate }: { drivers: number; eventsPerSecond: number; rate: number },
): Measured[] => [
  {
    goal: {
      what: `frames a second on the map with ${drivers} drivers`,
      is: 'least',
      bound: LEAST_FRAMES,
      unit: 'frames',
      source: ISSUE,
    },
    value: framesPerSecond(seen.find(({ view }) => view === 'map')!),
  },
  {
    goal: {
      what: 'events a second that the hub accepted meanwhile',
      is: 'least',
      bound: eventsPerSecond * LEAST_RATE,
      unit: 'events',
      source: ISSUE,
    },
    value: rate,
  },
]

const HEAD = ['view', 'frames/s', 'gap p99 ms', 'longest ms', 'thread %', 'script %', 'style, layout %']

const rowOf = (seen: Seen): string[] => {
  const { view, ...figures } = figuresOf(seen)
  return [view, ...Object.values(figures).map((value) => value.toFixed(1))]
}

export const viewTable = (seen: readonly Seen[]): string[] => tableOf([HEAD, ...seen.map(rowOf)])
