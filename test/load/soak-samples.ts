/** Samples of a soak: what is looked at, how flat each series has to be, and how they are told. */
import { inMb, rounded } from './figures.ts'
import { afterWarmUp, type Flatness, flatnessOf } from './flatness.ts'
import { tableOf } from './output.ts'
import type { Measured } from './report.ts'

/** Bytes, if nothing else is said. */
export interface Sample {
  readonly hours: number
  /** After garbage was collected. */
  readonly hubHeap: number
  /** Resident, without mapped files, which the kernel takes back when it needs the room. */
  readonly hubRss: number
  readonly clientHeap: number
  readonly clientRss: number
  readonly disk: number
  readonly hubOpenFiles: number
  readonly hubHandles: number
  readonly orders: number
  readonly delivered: number
  readonly owed: number
  readonly deadLetters: number
}

/**
 * Growth that is tolerated over the part that counts, in MB. Heap after a collection lies within a megabyte or two of its level; resident memory also holds what the allocator keeps, and LevelDB's caches; the disk goes up and down by LevelDB's logs and compactions.
 */
const SERIES = [
  ['hub heap', 'hubHeap', 3],
  ['hub RSS', 'hubRss', 32],
  ['client heap', 'clientHeap', 3],
  ['client RSS', 'clientRss', 48],
  ['disk', 'disk', 64],
] as const satisfies readonly (readonly [string, keyof Sample, number])[]

export interface SeriesVerdict extends Flatness {
  readonly series: string
  readonly toleratedMb: number
}

export const verdictsOf = (samples: readonly Sample[], warmUpHours: number): SeriesVerdict[] =>
  SERIES.map(([series, field, toleratedMb]) => {
    const points = samples.map((sample) => ({ x: sample.hours, y: inMb(sample[field]) }))
    return { series, toleratedMb, ...flatnessOf(afterWarmUp(points, warmUpHours), toleratedMb) }
  })

export const verdictTable = (verdicts: readonly SeriesVerdict[]): string[] =>
  tableOf([
    ['series', 'verdict', 'MB/hour', 'from', 'to', 'a leak is seen from MB/hour'],
    ...verdicts.map((one) =>
      [
        one.series,
        one.verdict,
        one.mbPerHour,
        one.lowMbPerHour,
        one.highMbPerHour,
        one.seenFromMbPerHour,
      ].map(String),
    ),
  ])

const HEAD = [
  'minute',
  'hub heap MB',
  'RSS',
  'client heap MB',
  'RSS',
  'disk MB',
  'hub files',
  'handles',
  'orders',
  'delivered',
  'owed',
  'dead',
]

const rowOf = (sample: Sample): string[] =>
  [
    rounded(sample.hours * 60),
    inMb(sample.hubHeap),
    inMb(sample.hubRss),
    inMb(sample.clientHeap),
    inMb(sample.clientRss),
    inMb(sample.disk),
    sample.hubOpenFiles,
    sample.hubHandles,
    sample.orders,
    sample.delivered,
    sample.owed,
    sample.deadLetters,
  ].map(String)

export const sampleTable = (samples: readonly Sample[]): string[] => tableOf([HEAD, ...samples.map(rowOf)])

const ISSUE = 'issue 3, section 4'

export const measuredOf = (
  samples: readonly Sample[],
  { verdicts, ordersPerSecond }: { verdicts: readonly SeriesVerdict[]; ordersPerSecond: number },
): Measured[] => {
  const last = samples.at(-1)
  return [
    ...verdicts.map(
      ({ series, verdict, toleratedMb }): Measured => ({
        goal: {
          what: `${series} is flat (grows by less than ${toleratedMb} MB)`,
          is: 'exactly',
          bound: 1,
          unit: '',
          source: ISSUE,
        },
        value: verdict === 'flat' ? 1 : 0,
      }),
    ),
    {
      goal: {
        what: 'orders that are not delivered, in the end',
        is: 'most',
        bound: 20 * ordersPerSecond,
        unit: '',
        source: 'the load was carried',
      },
      value: last === undefined ? Number.NaN : last.orders - last.delivered,
    },
  ]
}
