/**
 * `npm run load -- postgres-queued`: a hundred thousand known participants and millions of queued events in a PostgreSQL. Does a hub start as soon as on an empty database, and what do hub and server cost when nobody comes?
 */
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { BenchDatabase } from '../bench/database.ts'
import { inMb, inMs, rounded } from './figures.ts'
import { processorMs } from './machine.ts'
import { OrderFlow } from './order-flow.ts'
import { say } from './output.ts'
import { fill, storeName, TEMPLATE } from './postgres-fill.ts'
import { type Goal, type Measured, type Report, reportOf } from './report.ts'
import type { Start } from './starts.ts'
import { connectTill, registerTills, tillsOf } from './tills.ts'
import { within } from './within.ts'

export interface PostgresQueuedOptions {
  readonly participants: number
  readonly events: number
  readonly starts: number
  /** That the hub is looked at while nobody comes. */
  readonly seconds: number
}

const DEFAULTS: PostgresQueuedOptions = { participants: 100_000, events: 5_000_000, starts: 5, seconds: 60 }

const SOURCE = 'issue 7, "Show it"'
const GOALS = {
  start: {
    what: 'slowest start with all that queued, spawn to ready line',
    is: 'most',
    bound: 2000,
    unit: 'ms',
    source: SOURCE,
  },
  queued: {
    what: 'entries that a till which comes back is told that it is owed, of those that it is',
    is: 'exactly',
    bound: 1,
    unit: '',
    source: 'P2',
  },
  first: {
    what: 'number of the order that it hears of first',
    is: 'exactly',
    bound: 1,
    unit: '',
    source: 'P3',
  },
} as const satisfies Record<string, Goal>

const QUEUED_STORES = 10
const ANSWER_LIMIT_MS = 60_000
const SETTLE_MS = 5_000

interface Idle {
  readonly hubShare: number
  readonly databaseShare: number
  readonly transactionsPerSecond: number
  readonly hubMb: number
}

const measureStart = async (database: BenchDatabase, name: string): Promise<Start> => {
  const hub = await database.startHubs(name)
  const start = {
    wholeMs: inMs(hub.readyMs - hub.spawnedMs),
    ownMs: inMs(hub.ownStartMs),
    processorMs: processorMs(hub.pid),
  }
  await hub.stop()
  return start
}

const measureIdle = async (database: BenchDatabase, name: string, seconds: number): Promise<Idle> => {
  const hub = await database.startHubs(name)
  try {
    await pause(SETTLE_MS)
    const [before, hubBefore, fromMs] = [
      await database.cost(),
      await hub.processorMicros(),
      performance.now(),
    ]
    await pause(seconds * 1000)
    const [after, hubAfter] = [await database.cost(), await hub.processorMicros()]
    const passedMs = performance.now() - fromMs
    return {
      hubShare: (hubAfter - hubBefore) / 1000 / passedMs,
      databaseShare: (after.processorMs - before.processorMs) / passedMs,
      transactionsPerSecond: ((after.transactions - before.transactions) * 1000) / passedMs,
      hubMb: inMb((await hub.memory({ collect: true })).rssBytes),
    }
  } finally {
    await hub.stop()
  }
}

/** A store with all its tills away, and one order that is owed to each of them. */
const makeTemplate = async (database: BenchDatabase, name: string): Promise<void> => {
  const hub = await database.startHubs(name)
  await registerTills(hub.url, tillsOf([TEMPLATE.store], TEMPLATE.tills))
  const flow = await OrderFlow.open({ url: hub.url, stores: [TEMPLATE.store], underWay: 1, name: 'flow' })
  await flow.run(1)
  await flow.close()
  await hub.stop()
}

const comeBack = async (database: BenchDatabase, name: string) => {
  const hub = await database.startHubs(name)
  try {
    let heard: (orderId: string) => void = () => {}
    const first = new Promise<string>((resolve) => {
      heard = resolve
    })
    const { link, welcome } = await connectTill(
      hub.url,
      { store: storeName(1), id: 'till-1' },
      { window: 1, handle: ({ payload }) => heard(payload.orderId) },
    )
    const orderId = await within(first, ANSWER_LIMIT_MS, 'the first event')
    await link.close()
    return { queued: welcome.queued, orderId }
  } finally {
    await hub.stop()
  }
}

const percent = (share: number): string => `${rounded(share * 100)} %`

const idleLine = (name: string, idle: Idle): string =>
  `nobody comes, ${name}: hub ${percent(idle.hubShare)} of a processor and ${idle.hubMb} MB, PostgreSQL ${percent(idle.databaseShare)}, ${rounded(idle.transactionsPerSecond)} transactions a second`

const startsLine = (name: string, starts: readonly Start[]): string =>
  `starts on ${name}, spawn to ready (the hub's own code; processor time): ${starts
    .map(({ wholeMs, ownMs, processorMs: own }) => `${wholeMs} (${ownMs}; ${own}) ms`)
    .join(', ')}`

const measureOn = async (database: BenchDatabase, options: PostgresQueuedOptions): Promise<Report> => {
  const [full, empty] = [await database.create(), await database.create()]
  await makeTemplate(database, full)
  const orders = Math.ceil(options.events / (QUEUED_STORES * TEMPLATE.tills * 2))
  const stores = Math.ceil(options.participants / TEMPLATE.tills)
  const fromMs = performance.now()
  const entries = await fill(database.urlOf(full), { stores, queuedStores: QUEUED_STORES, orders })
  const bytes = await database.bytesOf(full)
  const filled = `${(stores * TEMPLATE.tills).toLocaleString('en')} participants and ${entries.toLocaleString('en')} entries, ${inMb(bytes)} MB on disk`
  say(`${filled}, made by SQL in ${Math.round((performance.now() - fromMs) / 1000)} s`)
  const starts: { full: Start[]; empty: Start[] } = { full: [], empty: [] }
  for (let done = 0; done < options.starts; done += 1) {
    starts.full.push(await measureStart(database, full))
    starts.empty.push(await measureStart(database, empty))
  }
  const idle = {
    full: await measureIdle(database, full, options.seconds),
    empty: await measureIdle(database, empty, options.seconds),
  }
  const back = await comeBack(database, full)
  const measured: Measured[] = [
    { goal: GOALS.start, value: Math.max(...starts.full.map(({ wholeMs }) => wholeMs)) },
    { goal: GOALS.queued, value: back.queued / (orders * 2) },
    { goal: GOALS.first, value: Number(back.orderId.replace('flow-', '')) },
  ]
  return reportOf(measured, { entries, participants: stores * TEMPLATE.tills, bytes, starts, idle }, [
    filled,
    startsLine('the full database', starts.full),
    startsLine('an empty one', starts.empty),
    idleLine('full', idle.full),
    idleLine('empty', idle.empty),
  ])
}

export const runPostgresQueued = async (given: Partial<PostgresQueuedOptions> = {}): Promise<Report> => {
  const database = await BenchDatabase.open({ place: tmpdir(), hubs: 1 })
  try {
    return await measureOn(database, { ...DEFAULTS, ...given })
  } finally {
    await database.close()
  }
}
