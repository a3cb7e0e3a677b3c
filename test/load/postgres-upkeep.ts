/**
 * `npm run load -- postgres-upkeep`: what removing old orders from a PostgreSQL costs. A company makes orders that are kept; then the same company goes on while a hub removes all of them in one go, and while each is removed soon after its end. What do others wait for their
 * confirmations meanwhile, how long is the longest transaction, and do tables and indexes stay as large as they are?
 */
import { tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { BenchDatabase } from '../bench/database.ts'
import { inMs, percentile, rounded } from './figures.ts'
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts'
import { OrderFlow } from './order-flow.ts'
import { say } from './output.ts'
import { type Goal, type Report, reportOf } from './report.ts'
import { type TableSizes, TableWatch } from './table-watch.ts'
import { connectTill } from './tills.ts'

export interface PostgresUpkeepOptions {
  /** That are kept first, then removed in one go. */
  readonly orders: number
  /** Of each window. */
  readonly seconds: number
  /** Windows in which each order is removed soon after its end. */
  readonly windows: number
}

const DEFAULTS: PostgresUpkeepOptions = { orders: 100_000, seconds: 15, windows: 10 }
const STORES = ['store-1', 'store-2', 'store-3', 'store-4']
const UNDER_WAY = { filling: 500, measured: 40 } as const
const LOOK_MS = 250
const SOON_MS = 1000
const SOON = ['--order-retention-ms', String(SOON_MS), '--upkeep-period-ms', '1000']

const SOURCE = 'issue 7, point 6'
const GOALS = {
  transaction: {
    what: 'longest transaction of a hub while it removes all in one go',
    is: 'most',
    bound: 1000,
    unit: 'ms',
    source: SOURCE,
  },
  confirmation: {
    what: 'p99 of a confirmation while all are removed in one go, times that without',
    is: 'most',
    bound: 3,
    unit: '',
    source: 'ours',
  },
  size: {
    what: 'tables and indexes at their largest in the second half of the windows in which each order is removed soon, times the first half',
    is: 'most',
    bound: 1.25,
    unit: '',
    source: SOURCE,
  },
} as const satisfies Record<string, Goal>

interface Window {
  readonly name: string
  readonly ordersPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly sizes: TableSizes
}

class Company {
  readonly #url: string
  readonly #name: string
  #made = 0

  /** @param name of its orders: those of two companies differ */
  constructor(url: string, name: string) {
    this.#url = url
    this.#name = name
  }

  /** Makes orders until `until` resolves. @returns how long each pickup took to be confirmed */
  async work(underWay: number, until: (flow: OrderFlow) => Promise<unknown>): Promise<number[]> {
    this.#made += 1
    const tooks: number[] = []
    const tills = await Promise.all(
      STORES.map((store) => connectTill(this.#url, { store, id: 'till' }, { handle: () => {} })),
    )
    const flow = await OrderFlow.open({
      ...{ url: this.#url, stores: STORES, underWay, name: `${this.#name}-${this.#made}` },
      confirmed: (tookMs) => void tooks.push(tookMs),
    })
    const running = flow.run(Number.MAX_SAFE_INTEGER)
    await Promise.race([until(flow), running])
    flow.stop()
    await running
    await flow.close()
    for (const { link } of tills) await link.close({ drain: true })
    return tooks
  }
}

const sizeOf = ({ tables }: TableSizes): number =>
  tables.reduce((sum, { tableMb, indexMb }) => sum + tableMb + indexMb, 0)

/** The server vacuums once a minute: until it first has, they grow. */
const growthOf = (windows: readonly Window[]): number => {
  const sizes = windows.map(({ sizes: told }) => sizeOf(told))
  const half = Math.ceil(sizes.length / 2)
  return Math.max(...sizes.slice(half)) / Math.max(...sizes.slice(0, half))
}

const lineOf = ({ name, ordersPerSecond, p50Ms, p99Ms, sizes }: Window): string => {
  const tables = sizes.tables.map(
    ({ name: table, live, dead, tableMb, indexMb, vacuums }) =>
      `${table} ${tableMb} + ${indexMb} MB, ${live} rows, ${dead} dead, vacuumed ${vacuums} times`,
  )
  return `${name}: ${inMs(ordersPerSecond)} orders a second, confirmed after ${rounded(p50Ms)} ms (p50) and ${rounded(p99Ms)} ms (p99), longest transaction ${inMs(sizes.longestTransactionMs)} ms; ${tables.join('; ')}`
}

/** What a hub goes through while it has these flags. */
const withHub = async <T>(
  url: string,
  flags: readonly string[],
  run: (hub: MeasuredHub) => Promise<T>,
): Promise<T> => {
  const hub = await startMeasuredHub({ folder: '/nowhere', flags, variables: { CAPS_DATABASE_URL: url } })
  try {
    return await run(hub)
  } finally {
    await hub.stop()
  }
}

class Measuring {
  readonly #watch: TableWatch
  readonly windows: Window[] = []

  constructor(watch: TableWatch) {
    this.#watch = watch
  }

  async window(name: string, company: Company, until: () => Promise<unknown>): Promise<Window> {
    await this.#watch.sizes()
    const fromMs = performance.now()
    const tooks = await company.work(UNDER_WAY.measured, until)
    const window = {
      name,
      ordersPerSecond: (tooks.length * 1000) / (performance.now() - fromMs),
      p50Ms: percentile(tooks, 0.5),
      p99Ms: percentile(tooks, 0.99),
      sizes: await this.#watch.sizes(),
    }
    say(lineOf(window))
    this.windows.push(window)
    return window
  }

  async untilRemoved(): Promise<void> {
    while ((await this.#watch.endedLongerAgo(SOON_MS * 5)) > 0) await pause(LOOK_MS)
  }
}

const measureOn = async (url: string, options: PostgresUpkeepOptions): Promise<Report> => {
  const [orders, ms] = [options.orders, options.seconds * 1000]
  const { watch, measuring, kept } = await withHub(url, [], async (hub) => {
    const company = new Company(hub.url, 'kept')
    const filling = async (flow: OrderFlow) => {
      while (flow.made < orders) await pause(LOOK_MS)
    }
    await company.work(UNDER_WAY.filling, filling)
    const opened = await TableWatch.open(url)
    const measured = new Measuring(opened)
    const window = await measured.window('nothing is removed', company, () => pause(ms))
    return { watch: opened, measuring: measured, kept: window }
  })
  try {
    return await withHub(url, SOON, async (hub) => {
      const company = new Company(hub.url, 'soon')
      const fromMs = performance.now()
      const removing = await measuring.window('all are removed', company, () => measuring.untilRemoved())
      const removedMs = performance.now() - fromMs
      for (let count = 1; count <= options.windows; count += 1)
        await measuring.window(`each is removed soon, ${count}`, company, () => pause(ms))
      const soon = measuring.windows.slice(2)
      const removed = `${orders.toLocaleString('en')} orders and those made meanwhile were removed within ${rounded(removedMs / 1000)} s`
      return reportOf(
        [
          { goal: GOALS.transaction, value: removing.sizes.longestTransactionMs },
          { goal: GOALS.confirmation, value: removing.p99Ms / kept.p99Ms },
          { goal: GOALS.size, value: growthOf(soon) },
        ],
        { removedMs, windows: measuring.windows },
        [removed, ...measuring.windows.map(lineOf)],
      )
    })
  } finally {
    await watch.close()
  }
}

export const runPostgresUpkeep = async (given: Partial<PostgresUpkeepOptions> = {}): Promise<Report> => {
  const database = await BenchDatabase.open({ place: tmpdir(), hubs: 1 })
  try {
    return await measureOn(database.urlOf(await database.create()), { ...DEFAULTS, ...given })
  } finally {
    await database.close()
  }
}
