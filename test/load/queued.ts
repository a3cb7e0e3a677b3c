/**
 * `npm run load -- queued`: millions of events queued for tills that are away, by a real hub over real sockets. Does its memory grow with what is queued, does its start take
 * longer, and is everything handed over at a steady speed when the tills are back? An entry is an event in one queue: an order's `in-transit` and `delivered` for a store's 16 tills make 32.
 */
import { inMb, median, rounded } from './figures.ts'
import { type MeasuredHub, type Memory, startMeasuredHub } from './measured-hub.ts'
import { highest, watchMemory } from './memory-watch.ts'
import { OrderFlow } from './order-flow.ts'
import { say } from './output.ts'
import { type Drained, drain } from './queued-drain.ts'
import { type Goal, type Measured, type Report, reportOf } from './report.ts'
import { measureStarts, START_COST, type Starts, startCostOf, startLines } from './starts.ts'
import { bytesIn, withTemporaryData } from './temporary-data.ts'
import { registerTills, tillsOf } from './tills.ts'

export interface QueuedOptions {
  /** Entries that are queued while memory is watched; rounded up to whole orders. */
  readonly events: number
  /** Entries that are queued before: caches fill, V8 finds the size of heap that this load needs. */
  readonly warmUp: number
}

const DEFAULTS: QueuedOptions = { events: 5_000_000, warmUp: 1_600_000 }

const SOURCE = 'issue 3, section 4'
const MEMORY_BOUND_MB = 100
const GOALS = {
  rss: {
    what: 'growth of the resident memory while queueing, peak against peak of the warm-up',
    is: 'most',
    bound: MEMORY_BOUND_MB,
    unit: 'MB',
    source: SOURCE,
  },
  heap: {
    what: 'growth of the live heap while queueing, after collection',
    is: 'most',
    bound: MEMORY_BOUND_MB,
    unit: 'MB',
    source: SOURCE,
  },
  start: {
    what: 'slowest start with all that queued, spawn to ready line',
    is: 'most',
    bound: 1000,
    unit: 'ms',
    source: SOURCE,
  },
  steady: {
    what: 'speed of the last tenth of the drain, of the median of all tenths',
    is: 'least',
    bound: 0.7,
    unit: '',
    source: `${SOURCE}, "drain steady"`,
  },
  drainHeap: {
    what: 'growth of the live heap while draining, after collection, against queueing',
    is: 'most',
    bound: MEMORY_BOUND_MB,
    unit: 'MB',
    source: 'ours: draining is no reason to keep more',
  },
  missing: { what: 'entries that no till has heard', is: 'exactly', bound: 0, unit: '', source: 'P2' },
  faults: {
    what: 'entries heard twice, out of order or unasked',
    is: 'exactly',
    bound: 0,
    unit: '',
    source: 'P2, P3, P5',
  },
  owed: { what: 'entries that the hub still owes', is: 'exactly', bound: 0, unit: '', source: 'DL4' },
} as const satisfies Record<string, Goal>

const STORES = Array.from({ length: 10 }, (_, index) => `store-${index}`)
/** The most that a store may have. */
const TILLS_A_STORE = 16
const ENTRIES_AN_ORDER = 2 * TILLS_A_STORE
const ORDERS_UNDER_WAY = 500

export const ordersFor = (entries: number): number => Math.ceil(entries / ENTRIES_AN_ORDER)

interface Queueing {
  readonly tookMs: number
  readonly peak: Memory
  /** In each tenth of the way: what grows with the queue grows from each to the next. */
  readonly peaks: readonly Memory[]
  /** When it was over, after a collection. */
  readonly after: Memory
}

const PARTS = 10

const queue = async (hub: MeasuredHub, flow: OrderFlow, orders: number): Promise<Queueing> => {
  const startMs = performance.now()
  const peaks: Memory[] = []
  const before = flow.made
  for (let part = 1; part <= PARTS; part += 1) {
    const missing = before + Math.ceil((orders * part) / PARTS) - flow.made
    peaks.push((await watchMemory(hub, () => flow.run(missing))).peak)
  }
  const tookMs = performance.now() - startMs
  return { tookMs, peaks, peak: peaks.reduce(highest), after: await hub.memory({ collect: true }) }
}

interface Queued {
  readonly warmUp: Queueing
  readonly queueing: Queueing
  readonly diskBytes: number
}

const fillQueues = async (folder: string, { events, warmUp }: QueuedOptions): Promise<Queued> => {
  const hub = await startMeasuredHub({ folder })
  try {
    await registerTills(hub.url, tillsOf(STORES, TILLS_A_STORE))
    const flow = await OrderFlow.open({
      url: hub.url,
      stores: STORES,
      underWay: ORDERS_UNDER_WAY,
      name: 'flow',
    })
    const warm = await queue(hub, flow, ordersFor(warmUp))
    say(`warm-up: ${warmUp.toLocaleString('en')} entries in ${rounded(warm.tookMs / 1000)} s`)
    const queueing = await queue(hub, flow, ordersFor(events))
    say(`queued: ${events.toLocaleString('en')} more in ${rounded(queueing.tookMs / 1000)} s`)
    await flow.close()
    await hub.stop()
    return { warmUp: warm, queueing, diskBytes: await bytesIn(folder) }
  } finally {
    await hub.kill()
  }
}

const memoryFigures = (memory: Memory) =>
  Object.fromEntries(
    Object.entries(memory).map(([name, bytes]) => [name.replace('Bytes', 'Mb'), inMb(bytes)]),
  )

const measuredOf = ({ warmUp, queueing }: Queued, starts: Starts, drained: Drained): Measured[] => {
  const { perSecond, entries, heard, faults, owed, after } = drained
  const growthMb = (one: Memory, other: Memory, of: keyof Memory) => inMb(other[of] - one[of])
  return [
    { goal: GOALS.rss, value: growthMb(warmUp.peak, queueing.peak, 'rssBytes') },
    { goal: GOALS.heap, value: growthMb(warmUp.after, queueing.after, 'heapUsedBytes') },
    { goal: GOALS.start, value: Math.max(...starts.full.map(({ wholeMs }) => wholeMs)) },
    { goal: START_COST, value: startCostOf(starts) },
    { goal: GOALS.steady, value: perSecond.at(-1)! / median(perSecond) },
    { goal: GOALS.drainHeap, value: growthMb(queueing.after, after, 'heapUsedBytes') },
    { goal: GOALS.missing, value: entries - heard },
    { goal: GOALS.faults, value: faults },
    { goal: GOALS.owed, value: owed },
  ]
}

const figuresOf = (
  { warmUp, queueing, diskBytes }: Queued,
  starts: Starts,
  drained: Drained,
  orders: number,
) => ({
  entries: orders * ENTRIES_AN_ORDER,
  orders,
  entriesPerSecond: Math.round((orders * ENTRIES_AN_ORDER * 1000) / queueing.tookMs),
  diskMb: inMb(diskBytes),
  residentMbInTenths: queueing.peaks.map(({ rssBytes }) => inMb(rssBytes)),
  memory: {
    warmUpPeak: memoryFigures(warmUp.peak),
    warmUpCollected: memoryFigures(warmUp.after),
    queueingPeak: memoryFigures(queueing.peak),
    queueingCollected: memoryFigures(queueing.after),
    drainPeak: memoryFigures(drained.peak),
    drainCollected: memoryFigures(drained.after),
  },
  starts,
  drain: { entries: drained.entries, seconds: rounded(drained.tookMs / 1000), perSecond: drained.perSecond },
})

const linesOf = (figures: ReturnType<typeof figuresOf>): string[] => {
  const { memory, starts, drain: drained } = figures
  const row = (name: string, of: Record<string, number>) =>
    `${name}: ${of.rssMb} MB resident (${of.ownMb} its own, ${of.mappedMb} mapped files), heap ${of.heapUsedMb} MB`
  return [
    `${figures.entries.toLocaleString('en')} entries (${figures.orders.toLocaleString('en')} orders) queued at ${figures.entriesPerSecond.toLocaleString('en')} a second, ${figures.diskMb} MB on disk with those of the warm-up`,
    `resident memory in each tenth of the queueing, peaks: ${figures.residentMbInTenths.join(', ')} MB`,
    ...Object.entries(memory).map(([name, of]) => row(name, of)),
    ...startLines(starts),
    `drain: ${drained.entries.toLocaleString('en')} entries in ${drained.seconds} s; a second in each tenth: ${drained.perSecond.join(', ')}`,
  ]
}

export const runQueued = (given: Partial<QueuedOptions> = {}): Promise<Report> => {
  const options = { ...DEFAULTS, ...given }
  return withTemporaryData('load-queued-', async (folder) => {
    const queued = await fillQueues(folder, options)
    const starts = await measureStarts(folder)
    const orders = ordersFor(options.events)
    const tills = tillsOf(STORES, TILLS_A_STORE)
    const made = ordersFor(options.warmUp) + orders
    const drained = await drain({ folder, tills, orders: made, entriesAnOrder: ENTRIES_AN_ORDER })
    const figures = figuresOf(queued, starts, drained, orders)
    return reportOf(measuredOf(queued, starts, drained), figures, linesOf(figures))
  })
}
