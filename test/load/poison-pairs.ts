/**
 * Two stores on one hub: in the queue of the one a single poisoned order waits for its retry, in that of the other many do. The same is done with both in turn, in pairs: healthy orders
 * are queued while the till is away, the till comes and reads them, and then some are made while it is there.
 */
import type { HandedEvent } from '../../shared/link/index.ts'
import { median, percentile, rounded } from './figures.ts'
import { processorMs } from './machine.ts'
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts'
import { OrderFlow } from './order-flow.ts'
import { connectTill } from './tills.ts'
import { within } from './within.ts'

export interface PairsOptions {
  readonly waiting: number
  readonly pairs: number
  readonly healthy: number
}

/** One half of a pair. */
interface Half {
  /** From the first to the last that was queued. */
  readonly eventsPerSecond: number
  /** Processor time of the hub for a thousand of them, the connection and its retries included: other programs do not disturb it. */
  readonly processorMs: number
  /** From the call that connects. Retries are read before the queue. */
  readonly firstEventMs: number
  /** From order to delivery, while the till is there. */
  readonly latencyMs: number
  readonly missing: number
}

interface Pair {
  readonly one: Half
  readonly many: Half
}

interface Compared {
  /** Medians of the halves. */
  readonly one: number
  readonly many: number
  /** The median of many against one, pair by pair. */
  readonly ratio: number
}

export interface Comparison {
  readonly pairs: readonly Pair[]
  readonly speed: Compared
  readonly cost: Compared
  readonly latency: Compared
  readonly firstEvent: Compared
  /** Of the store with many, before the first pair and after the last one: the smaller of both. */
  readonly retriesAtEnd: number
  readonly healthyMissing: number
}

const STORES = { one: 'one-poisoned', many: 'many-poisoned' } as const
const TILL = 'till'
const ORDERS_UNDER_WAY = 500
const LIVE_ORDERS = 100
const LIMIT_MS = 120_000
const AN_HOUR_MS = '3600000'
/** Retries that are not due before it is over, and room for them. */
const flagsFor = (waiting: number): string[] => [
  '--retry-delay-ms',
  AN_HOUR_MS,
  '--longest-retry-delay-ms',
  AN_HOUR_MS,
  '--retry-bound',
  String(waiting * 2),
]

const queuedFor = async (hub: MeasuredHub, store: string): Promise<number> => {
  const { link, welcome } = await connectTill(hub.url, { store, id: TILL })
  await link.close({ drain: true })
  return welcome.queued
}

/** Orders that the till rejects once: they wait for an hour. */
const poison = async (hub: MeasuredHub, store: string, orders: number): Promise<void> => {
  let rejected = 0
  let complete = () => {}
  const completed = new Promise<void>((resolve) => {
    complete = resolve
  })
  const handle = () => {
    rejected += 1
    if (rejected === orders) complete()
    throw new Error('poison')
  }
  const { link } = await connectTill(hub.url, { store, id: TILL }, { handle })
  const settings = { url: hub.url, stores: [store], underWay: ORDERS_UNDER_WAY, name: `poison-${store}` }
  const flow = await OrderFlow.open({ ...settings, upTo: 'in-transit' })
  await flow.run(orders)
  await within(completed, LIMIT_MS, `${orders} rejections`)
  await Promise.all([flow.close(), link.close({ drain: true })])
}

/** Counts events and resolves at a number of them. */
const counter = () => {
  const arrivals: number[] = []
  let goal = { count: Number.POSITIVE_INFINITY, reached: () => {} }
  return {
    arrivals,
    hear: () => {
      arrivals.push(performance.now())
      if (arrivals.length >= goal.count) goal.reached()
    },
    until: (count: number): Promise<void> =>
      new Promise((reached) => {
        goal = { count, reached }
        if (arrivals.length >= count) reached()
      }),
  }
}

const liveLatencies = async (
  flow: OrderFlow,
  delivered: { until(count: number): Promise<void> },
  before: number,
): Promise<number[]> => {
  const latencies: number[] = []
  for (let live = 1; live <= LIVE_ORDERS; live += 1) {
    const startMs = performance.now()
    const heard = delivered.until(before + 2 * live).then(() => latencies.push(performance.now() - startMs))
    await Promise.all([flow.run(1), within(heard, LIMIT_MS, 'a healthy order')])
  }
  return latencies
}

const measureHalf = async (
  hub: MeasuredHub,
  store: string,
  { name, healthy }: { name: string; healthy: number },
): Promise<Half> => {
  const flow = await OrderFlow.open({ url: hub.url, stores: [store], underWay: ORDERS_UNDER_WAY, name })
  await flow.run(healthy)
  const heard = counter()
  const startMs = performance.now()
  const startProcessorMs = processorMs(hub.pid)
  const handle = ({ payload }: HandedEvent) => {
    if (!payload.orderId.startsWith(`${name}-`)) throw new Error('poison')
    heard.hear()
  }
  const { link } = await connectTill(hub.url, { store, id: TILL }, { handle })
  const events = 2 * healthy
  await within(heard.until(events), LIMIT_MS, 'the healthy events').catch(() => {})
  const usedMs = processorMs(hub.pid) - startProcessorMs
  const [firstMs = Number.NaN, lastMs = Number.NaN] = [heard.arrivals[0], heard.arrivals[events - 1]]
  const latencies = await liveLatencies(flow, heard, events)
  await Promise.all([flow.close(), link.close({ drain: true })])
  return {
    eventsPerSecond: Math.round(((events - 1) * 1000) / (lastMs - firstMs)),
    processorMs: rounded((usedMs * 1000) / events),
    firstEventMs: rounded(firstMs - startMs),
    latencyMs: rounded(percentile(latencies, 0.5)),
    missing: events + 2 * LIVE_ORDERS - heard.arrivals.length,
  }
}

const measurePair = async (hub: MeasuredHub, number: number, healthy: number): Promise<Pair> => {
  const half = (of: keyof typeof STORES) =>
    measureHalf(hub, STORES[of], { name: `pair${number}${of}`, healthy })
  // Each is first in turn: a machine that warms up or tires favours neither.
  if (number % 2 === 0) {
    const one = await half('one')
    return { one, many: await half('many') }
  }
  const many = await half('many')
  return { one: await half('one'), many }
}

export const compared = (pairs: readonly Pair[], of: (half: Half) => number): Compared => ({
  one: median(pairs.map(({ one }) => of(one))),
  many: median(pairs.map(({ many }) => of(many))),
  ratio: median(pairs.map(({ one, many }) => of(many) / of(one))),
})

export const comparePairs = async (
  folder: string,
  { waiting, pairs: count, healthy }: PairsOptions,
): Promise<Comparison> => {
  const hub = await startMeasuredHub({ folder, flags: flagsFor(waiting) })
  try {
    await poison(hub, STORES.one, 1)
    await poison(hub, STORES.many, waiting)
    const before = await queuedFor(hub, STORES.many)
    // The first pair warms everything up.
    const pairs: Pair[] = []
    for (let number = 0; number <= count; number += 1) pairs.push(await measurePair(hub, number, healthy))
    const after = await queuedFor(hub, STORES.many)
    await hub.stop()
    const counted = pairs.slice(1)
    return {
      pairs: counted,
      speed: compared(counted, ({ eventsPerSecond }) => eventsPerSecond),
      cost: compared(counted, (half) => half.processorMs),
      latency: compared(counted, ({ latencyMs }) => latencyMs),
      firstEvent: compared(counted, ({ firstEventMs }) => firstEventMs),
      retriesAtEnd: Math.min(before, after),
      healthyMissing: pairs
        .flatMap(({ one, many }) => [one, many])
        .reduce((sum, { missing }) => sum + missing, 0),
    }
  } finally {
    await hub.kill()
  }
}
