/**
 * The PostgreSQL of a benchmark, on the disk that it is about, synced as it should be; databases in it, and hubs on them. It counts what the server costs: processor time of all its processes, and transactions.
 */
import { Client } from 'pg'
import { Balancer } from '../../bin/balancer/balancer.ts'
import { isHubReady } from '../../bin/balancer/ready.ts'
import { postgresPrograms } from '../../bin/postgres/programs.ts'
import { PostgresServer } from '../../bin/postgres/server.ts'
import { togetherOf } from '../../bin/simulation/books.ts'
import { systemClock } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import { type MeasuredHub, startMeasuredHub } from '../load/measured-hub.ts'
import { endWithUs } from './leftovers.ts'
import { flagsOf, type Limits } from './limits.ts'
import { treeProcessorMs } from './peers/process-tree.ts'
import type { Books } from './side.ts'

/** What a small server would be given; nothing that is promised is less so. */
const SETTINGS = {
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '5min',
} as const

export interface DatabaseCost {
  readonly processorMs: number
  /** Of all databases. */
  readonly transactions: number
}

export class BenchDatabase {
  readonly #server: PostgresServer
  readonly #admin: Client
  readonly #hubs: number
  #databases = 0

  private constructor(server: PostgresServer, admin: Client, hubs: number) {
    this.#server = server
    this.#admin = admin
    this.#hubs = hubs
  }

  /** @param hubs that share each database */
  static async open({ place, hubs }: { place: string; hubs: number }): Promise<BenchDatabase> {
    const programs = postgresPrograms()
    if (programs === null)
      throw new Fault('configuration', 'There are no PostgreSQL server programs on this machine.')
    const server = await PostgresServer.start({ programs, place, settings: SETTINGS })
    const admin = new Client({ connectionString: server.url() })
    await admin.connect()
    return new BenchDatabase(server, admin, hubs)
  }

  get settingsNote(): string {
    const words = Object.entries(SETTINGS).map(([name, value]) => `${name} ${value}`)
    return `PostgreSQL with fsync and synchronous_commit on, ${words.join(', ')}, all else by default; ${this.#hubs === 1 ? 'one hub' : `${this.#hubs} hubs behind the balancer, whose processor time is not counted`}`
  }

  urlOf(name: string): string {
    return this.#server.url(name)
  }

  /** @param template another database that nobody uses @returns its name */
  async create(template: string | null = null): Promise<string> {
    this.#databases += 1
    const name = `bench_${this.#databases}`
    await this.#admin.query(`CREATE DATABASE ${name}${template === null ? '' : ` TEMPLATE ${template}`}`)
    return name
  }

  async drop(name: string): Promise<void> {
    await this.#admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
  }

  async bytesOf(name: string): Promise<number> {
    const { rows } = await this.#admin.query<{ bytes: string }>('SELECT pg_database_size($1) AS bytes', [
      name,
    ])
    return Number(rows[0]!.bytes)
  }

  /** A backend tells its transactions at most once a second: ask when there is a pause. */
  async cost(): Promise<DatabaseCost> {
    const { rows } = await this.#admin.query<{ commits: string }>(
      "SELECT sum(xact_commit) AS commits FROM pg_stat_database WHERE datname LIKE 'bench%'",
    )
    return { processorMs: treeProcessorMs(this.#server.pid), transactions: Number(rows[0]!.commits) }
  }

  /** The hubs on a database, as one. */
  async startHubs(name: string, limits: Limits = {}): Promise<MeasuredHub> {
    const variables = { CAPS_DATABASE_URL: this.urlOf(name) }
    const start = () => startMeasuredHub({ folder: '/nowhere', flags: flagsOf(limits), variables })
    const hubs: MeasuredHub[] = []
    for (let count = 0; count < this.#hubs; count += 1) hubs.push(await start())
    for (const { pid } of hubs) endWithUs(pid)
    return hubs.length === 1 ? hubs[0]! : together(hubs)
  }

  async close(): Promise<void> {
    await this.#admin.end()
    await this.#server.remove()
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** Each hub counts what it ignores, too. */
const booksOf = (reports: readonly Books[]): Books => ({
  ...togetherOf(reports)!,
  ignored: sum(reports.map(({ ignored = 0 }) => ignored)),
})

const together = async (hubs: readonly MeasuredHub[]): Promise<MeasuredHub> => {
  const [first] = hubs
  const balancer = await Balancer.open({
    port: 0,
    hubs: hubs.map(({ port }) => port),
    clock: systemClock,
    isReady: (port) => isHubReady('http', port),
  })
  const all = <T>(ask: (hub: MeasuredHub) => Promise<T>): Promise<T[]> => Promise.all(hubs.map(ask))
  const add = (memories: Awaited<ReturnType<MeasuredHub['memory']>>[]) =>
    Object.fromEntries(
      Object.keys(memories[0]!).map((name) => [
        name,
        sum(memories.map((memory) => memory[name as keyof typeof memory])),
      ]),
    ) as unknown as (typeof memories)[number]
  return {
    ...first!,
    url: `http://127.0.0.1:${balancer.port}`,
    port: balancer.port,
    memory: async (options) => add(await all((hub) => hub.memory(options))),
    processorMicros: async () => sum(await all((hub) => hub.processorMicros())),
    report: async () => booksOf(await all((hub) => hub.report())),
    async kill() {
      await balancer.close()
      return Math.max(...(await all((hub) => hub.kill())))
    },
    async stop() {
      const reports = await all((hub) => hub.stop())
      await balancer.close()
      return booksOf(reports)
    },
  }
}
