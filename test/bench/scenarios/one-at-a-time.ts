/**
 * S4: what one event alone waits for its confirmation, with plain clients and nothing else under way. It cannot be less than a synced write and a callback's round trip, so it is held against both, bare, measured in the
 * same rounds on the same disk.
 */

import { Fault } from '../../../shared/fault.ts'
import { median, percentile } from '../../load/figures.ts'
import type { MeasuredHub } from '../../load/measured-hub.ts'
import { within } from '../../load/within.ts'
import { startWorker, type Worker } from '../../load/worker.ts'
import type { OneAtATimeFunctions } from '../client/one-at-a-time.ts'
import { EVENTS_AN_ORDER } from '../client/workload.ts'
import type { BareFunctions } from '../control/bare.ts'
import { startCapsHub } from '../hubs.ts'
import { endWithUs } from '../leftovers.ts'
import { interleaved, medianFigures } from '../pairs.ts'
import type { Context, Figures, Scenario } from '../scenario.ts'
import { bookFaults } from '../side.ts'

interface Stage {
  readonly hub: MeasuredHub
  readonly bare: Worker<BareFunctions>
  readonly client: Worker<OneAtATimeFunctions>
}

interface Size {
  readonly warmUp: number
  /** Orders of a round; writes and round trips are as many as their events. */
  readonly orders: number
}

const LIMIT_MS = 120_000
const MIB = 1024 * 1024

const sizeOf = ({ isQuick }: Context): Size =>
  isQuick ? { warmUp: 300, orders: 100 } : { warmUp: 2_000, orders: 400 }

const started = <F extends Record<string, (argument: never) => unknown>>(file: string): Worker<F> => {
  const worker = startWorker<F>(new URL(file, import.meta.url))
  endWithUs(worker.pid)
  return worker
}

const openStage = async (context: Context): Promise<Stage> => {
  const hub = await startCapsHub(context.newFolder())
  const stage = {
    hub,
    bare: started<BareFunctions>('../control/bare.ts'),
    client: started<OneAtATimeFunctions>('../client/one-at-a-time.ts'),
  }
  try {
    const bareUrl = await within(
      stage.bare.call('open', { folder: context.newFolder() }),
      LIMIT_MS,
      'the bare server',
    )
    await within(stage.client.call('open', { hubUrl: hub.url, bareUrl }), LIMIT_MS, 'the clients to connect')
    return stage
  } catch (error) {
    await kill(stage)
    throw error
  }
}

const kill = async ({ hub, bare, client }: Stage): Promise<void> => {
  await Promise.all([hub.kill(), bare.stop(), client.stop()])
}

const confirmations = async ({ hub, client }: Stage, orders: number): Promise<Figures> => {
  const events = orders * EVENTS_AN_ORDER
  const before = await hub.processorMicros()
  const { tookMs, elapsedMs } = await within(
    client.call('run', { orders }),
    LIMIT_MS,
    `${orders} orders one after another`,
  )
  const hubMicros = (await hub.processorMicros()) - before
  return {
    eventsPerSecond: (events * 1000) / elapsedMs,
    hubMicrosPerEvent: hubMicros / events,
    p50Ms: percentile(tookMs, 0.5),
    p99Ms: percentile(tookMs, 0.99),
    hubMiB: (await hub.memory()).rssBytes / MIB,
    clientMicrosPerEvent: Number.NaN,
  }
}

/** Medians of the bare parts, a round each. */
interface Bare {
  readonly writeMs: number
  readonly roundTripMs: number
  readonly p99Ms: number
}

const bareParts = async ({ bare, client }: Stage, count: number): Promise<Bare> => {
  const writes = await within(bare.call('write', { count }), LIMIT_MS, `${count} bare synced writes`)
  const trips = await within(client.call('roundTrips', { count }), LIMIT_MS, `${count} bare round trips`)
  return {
    writeMs: percentile(writes, 0.5),
    roundTripMs: percentile(trips, 0.5),
    p99Ms: percentile(writes, 0.99) + 2 * percentile(trips, 0.99),
  }
}

const mustMs = ({ writeMs, roundTripMs }: Bare): number => writeMs + 2 * roundTripMs
const goalMs = ({ writeMs, roundTripMs }: Bare): number => writeMs + roundTripMs

const measure = (stage: Stage, { orders }: Size, rounds: number) =>
  interleaved<'caps' | 'bare', Figures | Bare>(
    {
      caps: () => confirmations(stage, orders),
      bare: () => bareParts(stage, orders * EVENTS_AN_ORDER),
    },
    rounds,
  ) as Promise<{ caps: Figures[]; bare: Bare[] }>

const checkBooks = async (
  { hub }: Stage,
  before: Awaited<ReturnType<MeasuredHub['report']>>,
  orders: number,
) => {
  const faults = bookFaults(await hub.stop(), before, orders)
  if (faults.length > 0) throw new Fault('lost', `The hub's books are wrong: ${faults.join(', ')}.`)
}

const controlFigures = (bare: readonly Bare[]): Figures => ({
  eventsPerSecond: Number.NaN,
  hubMicrosPerEvent: Number.NaN,
  p50Ms: median(bare.map(mustMs)),
  p99Ms: median(bare.map(({ p99Ms }) => p99Ms)),
  hubMiB: Number.NaN,
  clientMicrosPerEvent: Number.NaN,
})

const inMicros = (ms: number): number => Math.round(ms * 1000)

export const oneAtATime: Scenario = {
  id: 'S4',
  name: 'one-at-a-time',
  title: 'one event at a time: from publishing to its confirmation, plain clients',
  async run(context) {
    const size = sizeOf(context)
    const stage = await openStage(context)
    try {
      const before = await stage.hub.report()
      await confirmations(stage, size.warmUp)
      await bareParts(stage, size.warmUp * EVENTS_AN_ORDER)
      const { caps, bare } = await measure(stage, size, context.pairs)
      await stage.client.call('close', {})
      await checkBooks(stage, before, size.warmUp + context.pairs * size.orders)
      const ratio = (bound: (of: Bare) => number) =>
        median(caps.map(({ p50Ms }, round) => p50Ms / bound(bare[round]!)))
      return {
        caps: medianFigures(caps),
        control: controlFigures(bare),
        controlName: 'bare synced write + 2 × bare round trip',
        checks: [
          {
            what: 'p50 of a confirmation, of a bare synced write + 2 × a bare round trip',
            kind: 'ratio',
            value: ratio(mustMs),
            is: 'most',
            unit: '×',
            must: 1,
            goal: median(bare.map((of) => goalMs(of) / mustMs(of))),
          },
        ],
        limits: {},
        notes: [
          `bare synced LevelDB write ${inMicros(median(bare.map(({ writeMs }) => writeMs)))} µs, bare Socket.IO callback ${inMicros(median(bare.map(({ roundTripMs }) => roundTripMs)))} µs, confirmation ${inMicros(median(caps.map(({ p50Ms }) => p50Ms)))} µs (medians)`,
        ],
      }
    } finally {
      await kill(stage)
    }
  },
}
