/**
 * A PostgreSQL of the tests' own. One serves all tests of a file, with a database a test; a test that stops or kills its server has one of its own.
 */
import { Client } from 'pg'
import { postgresPrograms } from '../../bin/postgres/programs.ts'
import { PostgresServer as OwnServer, type Settings } from '../../bin/postgres/server.ts'
import { atEndOfTest } from './cleanup.ts'

const SETTINGS = { shared_buffers: '32MB', max_connections: '60', max_wal_size: '64MB' } as const

export class PostgresServer {
  readonly #own: OwnServer
  #databases = 0
  /** Left empty by tests that have ended: it takes longer to make one. */
  readonly #free: string[] = []

  private constructor(own: OwnServer) {
    this.#own = own
    running.add(this)
  }

  /** Makes an empty one and starts it. */
  static async start(settings: Settings = {}): Promise<PostgresServer> {
    const options = { programs: requirePrograms(), settings: { ...SETTINGS, ...settings } }
    return new PostgresServer(await OwnServer.start(options))
  }

  /** Starts it on its data. @param settings besides those that it was made with */
  run(settings: Settings = {}): Promise<void> {
    return this.#own.run(settings)
  }

  get port(): number {
    return this.#own.port
  }

  get isRunning(): boolean {
    return this.#own.isRunning
  }

  /** In good order, with all connections cut. */
  stop(): Promise<void> {
    return this.#own.stop()
  }

  /** As a crash ends it: without a last checkpoint, with recovery at the next start. */
  crash(): Promise<void> {
    return this.#own.crash()
  }

  remove(): Promise<void> {
    running.delete(this)
    return this.#own.remove()
  }

  /** A standby that follows this one from now on. The test removes it. */
  async standby(): Promise<PostgresServer> {
    return new PostgresServer(await this.#own.standby({ synchronous_standby_names: '' }))
  }

  url(database: string, user?: string): string {
    return this.#own.url(database, user)
  }

  /** An empty database for the test that runs; its URL. */
  async database(): Promise<string> {
    const name = this.#free.pop() ?? (await this.#newDatabase())
    atEndOfTest(async () => {
      await this.query(name, 'DROP SCHEMA IF EXISTS caps CASCADE')
      this.#free.push(name)
    })
    return this.url(name)
  }

  async #newDatabase(): Promise<string> {
    this.#databases += 1
    const name = `test_${this.#databases}`
    await this.query('postgres', `CREATE DATABASE ${name}`)
    return name
  }

  /** As the server's owner, who may do everything. */
  query(database: string, text: string): Promise<Record<string, unknown>[]> {
    return queryAt(this.url(database), text)
  }
}

/** One statement on a connection of its own. */
export const queryAt = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

const running = new Set<PostgresServer>()

let shared: Promise<PostgresServer> | null = null

/** The one that serves the file. */
export const sharedPostgres = (): Promise<PostgresServer> => {
  shared ??= PostgresServer.start()
  return shared
}

const requirePrograms = (): string => {
  const programs = postgresPrograms()
  if (programs === null) throw new Error('There are no PostgreSQL server programs on this machine.')
  return programs
}

/** A server of the test's own. The test removes it. */
export const ownPostgres = (settings: Settings = {}): Promise<PostgresServer> =>
  PostgresServer.start(settings)

/** For the root hooks. */
export const endPostgres = async (): Promise<void> => {
  for (const server of [...running]) await server.remove()
  shared = null
}

/** Tests that need a server: left out, with the reason in their title, where there are no programs for one; but not in `.ci/run`, which installs them. */
export const describePostgres = (title: string, tests: (this: Mocha.Suite) => void): void => {
  if (postgresPrograms() !== null || process.env.CI !== undefined) describe(title, tests)
  else describe.skip(`${title} (left out: no PostgreSQL server programs on this machine)`, tests)
}
