/** What `frozen` has seen, as figures, as a table, and against its goals. Pure. */
import { inMb, median, percentile, rounded } from './figures.ts'
import type { FrozenOptions } from './frozen-stage.ts'
import { tableOf } from './output.ts'
import type { Latencies } from './participants.ts'
import type { Measured } from './report.ts'

/** One window of the load. */
export interface Seen {
  readonly latencies: Latencies
  readonly peakRss: number
}

export interface Cut {
  /** From its admission until the hub has ended its connection; infinite if it has not, in time. */
  readonly afterMs: number
  /** It went on asking, and claimed to be alive: only the byte cap can have cut it. */
  readonly isAsker: boolean
}

export interface Pair {
  readonly without: Seen
  readonly with: Seen
  readonly cuts: readonly Cut[]
  /** Of the hub, when all are cut and garbage is collected. */
  readonly leftHeap: number
  readonly leftFiles: number
}

/** hub/config.ts: `pingIntervalMs` and `pingTimeoutMs`. */
export const TIME_CAP_MS = 20_000
const KIB = 1024
/** hub/config.ts: `windowBytes` and `outgoingBytes`. */
const WINDOW_BYTES = 256 * KIB
const OUTGOING_BYTES = 1024 * KIB
const ISSUE = 'issue 3, section 4'

const P99_RISE = 1.2
/** A ping that is late under load, and that we look only every quarter of a second. */
const LATE_MS = 2000
const LEFT_MB = 30

const p99 = (values: readonly number[]): number => percentile(values, 0.99)

const latest = (cuts: readonly Cut[]): number =>
  percentile(
    cuts.map(({ afterMs }) => afterMs),
    1,
  )

const isCut = ({ afterMs }: Cut): boolean => Number.isFinite(afterMs)

const riseOf = (pair: Pair, of: keyof Latencies): number =>
  p99(pair.with.latencies[of]) / p99(pair.without.latencies[of])

/**
 * What the hub may hold for the frozen ones, in MB. Each: its window's entries, the same once more as frames that nobody takes, and as much read ahead. One that goes on asking: its
 * outgoing bytes too, in buffers that may have grown to twice that.
 */
const boundMb = (cuts: readonly Cut[]): number => {
  const askers = cuts.filter(({ isAsker }) => isAsker).length
  return inMb(cuts.length * 3 * WINDOW_BYTES + askers * 2 * OUTGOING_BYTES)
}

export const measuredOf = ({ frozen }: FrozenOptions, pairs: readonly Pair[]): Measured[] => {
  const cuts = pairs.flatMap((pair) => pair.cuts)
  const rise = (of: keyof Latencies, what: string): Measured => ({
    goal: {
      what: `healthy p99 from publish to ${what}, with frozen ones to without, median of pairs`,
      is: 'most',
      bound: P99_RISE,
      unit: 'times',
      source: ISSUE,
    },
    value: median(pairs.map((pair) => riseOf(pair, of))),
  })
  return [
    rise('handler', 'handler'),
    rise('receipt', 'receipt'),
    {
      goal: {
        what: 'frozen ones that the hub has cut',
        is: 'exactly',
        bound: frozen * pairs.length,
        unit: 'cuts',
        source: ISSUE,
      },
      value: cuts.filter(isCut).length,
    },
    {
      goal: {
        what: 'the last silent one, cut by the ping',
        is: 'most',
        bound: (TIME_CAP_MS + LATE_MS) / 1000,
        unit: 's',
        source: 'hub/config.ts',
      },
      value: latest(cuts.filter(({ isAsker }) => !isAsker)) / 1000,
    },
    {
      goal: {
        what: 'peak memory above that without frozen ones',
        is: 'most',
        bound: boundMb(pairs[0]?.cuts ?? []),
        unit: 'MB',
        source: 'three windows each',
      },
      value: inMb(
        percentile(
          pairs.map((pair) => pair.with.peakRss - pair.without.peakRss),
          1,
        ),
      ),
    },
    {
      goal: {
        what: 'heap left after the last pair above that after the first',
        is: 'most',
        bound: LEFT_MB,
        unit: 'MB',
        source: 'nothing stays',
      },
      value: inMb((pairs.at(-1)?.leftHeap ?? Number.NaN) - (pairs[0]?.leftHeap ?? Number.NaN)),
    },
  ]
}

const HEAD = [
  'pair',
  'handler p99 ms',
  'with frozen',
  'ratio',
  'receipt p99 ms',
  'with frozen',
  'ratio',
  'handled',
  'cut',
  'last asker s',
  'last silent s',
  'peak RSS MB',
  'with frozen',
  'heap left MB',
]

const rowOf = (pair: Pair, index: number): string[] => {
  const latency = (of: keyof Latencies) => [
    rounded(p99(pair.without.latencies[of])),
    rounded(p99(pair.with.latencies[of])),
    riseOf(pair, of).toFixed(2),
  ]
  return [
    index + 1,
    ...latency('handler'),
    ...latency('receipt'),
    pair.with.latencies.handler.length,
    pair.cuts.filter(isCut).length,
    rounded(latest(pair.cuts.filter((cut) => cut.isAsker)) / 1000),
    rounded(latest(pair.cuts.filter((cut) => !cut.isAsker)) / 1000),
    inMb(pair.without.peakRss),
    inMb(pair.with.peakRss),
    inMb(pair.leftHeap),
  ].map(String)
}

export const pairTable = (pairs: readonly Pair[]): string[] => tableOf([HEAD, ...pairs.map(rowOf)])

const seenFigures = ({ latencies, peakRss }: Seen) => ({
  handlerP50Ms: percentile(latencies.handler, 0.5),
  handlerP99Ms: p99(latencies.handler),
  receiptP50Ms: percentile(latencies.receipt, 0.5),
  receiptP99Ms: p99(latencies.receipt),
  handled: latencies.handler.length,
  peakRssBytes: peakRss,
})

export const figuresOf = (pair: Pair) => ({
  without: seenFigures(pair.without),
  with: seenFigures(pair.with),
  cut: pair.cuts.filter(isCut).length,
  lastSilentMs: latest(pair.cuts.filter((cut) => !cut.isAsker)),
  lastAskerMs: latest(pair.cuts.filter((cut) => cut.isAsker)),
  leftHeapBytes: pair.leftHeap,
  leftFiles: pair.leftFiles,
})
