/**
 * Frozen readers among healthy ones. A frozen one is connected and admitted, is owed more than its window, and reads nothing more; most are silent, some go on asking and claim to be
 * alive. Windows of the same load with and without them alternate in one run, so that whatever else the machine does hits both; the pairs' ratios are what counts. The load is far below
 * what the hub can do: clients and hub share the machine, and at saturation latency would tell about the queue at the processor.
 */
import { setTimeout as pause } from 'node:timers/promises'
import {
  type Cut,
  figuresOf,
  measuredOf,
  type Pair,
  pairTable,
  type Seen,
  TIME_CAP_MS,
} from './frozen-figures.ts'
import {
  BACKLOG,
  type FrozenOptions,
  fillQueues,
  letHealthyIn,
  onAll,
  type Stage,
  withStage,
} from './frozen-stage.ts'
import { monotonicMs, openFiles, peersOf, residentBytes } from './machine.ts'
import { say } from './output.ts'
import { type Report, reportOf } from './report.ts'

/** Long enough for the time cap of the last one that came in. */
const WINDOW_MS = TIME_CAP_MS + 3000
/** One in so many frozen ones goes on asking. */
const ASKER_IN = 100
const QUESTIONS_PER_SECOND = 40
const LOOK_EVERY_MS = 250

const isAsker = (index: number): boolean => index % ASKER_IN === ASKER_IN - 1

const measure = async (stage: Stage, perSecond: number): Promise<Seen> => {
  let peakRss = 0
  const timer = setInterval(() => {
    peakRss = Math.max(peakRss, residentBytes(stage.hub.pid))
  }, LOOK_EVERY_MS)
  const load = { perSecond: perSecond / stage.clients.length, durationMs: WINDOW_MS }
  const parts = await onAll(stage, (client) => client.call('measure', load)).finally(() =>
    clearInterval(timer),
  )
  const latencies = {
    receipt: parts.flatMap(({ receipt }) => receipt),
    handler: parts.flatMap(({ handler }) => handler),
  }
  return { latencies, peakRss }
}

interface Reader {
  readonly port: number
  readonly sinceMs: number
}

/** Looks at the system's table of connections, not at what the hub says, until all are gone or the window is over. */
const watchCuts = async (hubPort: number, readers: readonly Reader[]): Promise<Cut[]> => {
  const endMs = monotonicMs() + WINDOW_MS
  const afterMs = new Map<number, number>()
  while (afterMs.size < readers.length && monotonicMs() < endMs) {
    await pause(LOOK_EVERY_MS)
    const there = peersOf(hubPort)
    const nowMs = monotonicMs()
    for (const { port, sinceMs } of readers)
      if (!there.has(port) && !afterMs.has(port)) afterMs.set(port, nowMs - sinceMs)
  }
  return readers.map(({ port }, index) => ({
    afterMs: afterMs.get(port) ?? Number.POSITIVE_INFINITY,
    isAsker: isAsker(index),
  }))
}

/** A window that begins when all frozen ones are in. */
const measureFrozen = async (stage: Stage, perSecond: number, orderOfStore: ReadonlyMap<string, string>) => {
  const { hub, readers, cast } = stage
  const frozen = await readers.call('freeze', { port: hub.port, names: cast.frozen })
  const orders = cast.frozen.map(([store], index) => (isAsker(index) ? orderOfStore.get(store)! : null))
  await readers.call('keepAsking', { orders, perSecond: QUESTIONS_PER_SECOND })
  const [seen, cuts] = await Promise.all([measure(stage, perSecond), watchCuts(hub.port, frozen)])
  await readers.call('endAll', {})
  return { seen, cuts }
}

/** Every other pair begins with the frozen ones, so that no drift favours one kind. */
const measurePair = async (
  stage: Stage,
  { perSecond, isFrozenFirst }: { perSecond: number; isFrozenFirst: boolean },
  orderOfStore: ReadonlyMap<string, string>,
): Promise<Pair> => {
  const first = isFrozenFirst ? null : await measure(stage, perSecond)
  const { seen, cuts } = await measureFrozen(stage, perSecond, orderOfStore)
  await pause(LOOK_EVERY_MS)
  const { heapUsedBytes } = await stage.hub.memory({ collect: true })
  const leftFiles = openFiles(stage.hub.pid)
  const without = first ?? (await measure(stage, perSecond))
  return { without, with: seen, cuts, leftHeap: heapUsedBytes, leftFiles }
}

const play = async (stage: Stage, options: FrozenOptions): Promise<Report> => {
  const perSecond = options.ordersPerSecond
  say(
    `Filling ${options.frozen} queues with ${2 * BACKLOG.orders} events of ${BACKLOG.eventBytes} bytes each.`,
  )
  const orderOfStore = await fillQueues(stage)
  await letHealthyIn(stage)
  // The first window after the crowd came in pays for what that left behind.
  await measure(stage, perSecond)
  const pairs: Pair[] = []
  while (pairs.length < options.pairs) {
    const isFrozenFirst = pairs.length % 2 === 1
    pairs.push(await measurePair(stage, { perSecond, isFrozenFirst }, orderOfStore))
    say(pairTable(pairs).join('\n'))
  }
  return reportOf(
    measuredOf(options, pairs),
    { scenario: 'frozen', ...options, windowMs: WINDOW_MS, pairs: pairs.map(figuresOf) },
    [...pairTable(pairs), ''],
  )
}

const DEFAULTS: FrozenOptions = { connections: 5000, frozen: 1000, pairs: 5, ordersPerSecond: 20 }

export const runFrozen = (given: Partial<FrozenOptions> = {}): Promise<Report> => {
  const options = { ...DEFAULTS, ...given }
  return withStage(options, (stage) => play(stage, options))
}
