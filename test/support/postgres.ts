/**
 * A PostgreSQL of the tests' own, from the server programs of this machine: on loopback, in a temporary folder, as another user where the tests run as root, since the programs refuse that. One serves all tests of a file, with a database a test; a test that
 * stops or kills its server has one of its own.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { atEndOfTest } from './cleanup.ts'
import { createInbox } from './waiting.ts'

const NOBODY = 65_534
const LOOPBACK = '127.0.0.1'
const USER = 'caps'

const isWithPrograms = (folder: string): boolean =>
  ['initdb', 'postgres', 'pg_basebackup'].every((program) => existsSync(join(folder, program)))

const foldersOfPrograms = (): string[] => {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((one, other) => Number(other) - Number(one))
    : []
  return [...(process.env.PATH ?? '').split(':'), ...versions.map((version) => join(debian, version, 'bin'))]
}

/** Where the server's programs are; null if they are not on this machine. */
const postgresPrograms = (): string | null => foldersOfPrograms().find(isWithPrograms) ?? null

/** The programs refuse to run as root. */
const asUser = (): { uid?: number; gid?: number } =>
  process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, LOOPBACK)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const SETTINGS = {
  listen_addresses: LOOPBACK,
  shared_buffers: '32MB',
  max_connections: '60',
  max_wal_size: '64MB',
  unix_socket_directories: '',
  log_min_messages: 'log',
  lc_messages: 'C',
} as const

/**
 * Runs a server that ends, with its folder, when the tests' process is gone, however that ended: then the standard input closes.
 */
const WATCHED = `folder=$1; shift; exec 3<&0
"$@" < /dev/null 3<&- & server=$!
{ cat <&3; trap "" TERM; kill -QUIT $server; sleep 1; rm -rf "$folder"; } > /dev/null 2>&1 & watcher=$!
exec 3<&-; wait $server; code=$?; kill $watcher 2> /dev/null; exit $code`

type Settings = Readonly<Record<string, string>>

const flagsOf = (settings: Settings): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])

/** May everybody go through all folders on the way to one? */
const isOpenToAll = (folder: string): boolean =>
  (statSync(folder).mode & 1) !== 0 && (folder === dirname(folder) || isOpenToAll(dirname(folder)))

/** Whoever runs the tests may have a folder for temporary ones that the server's user cannot get at. */
const base = (): string => (asUser().uid === undefined || isOpenToAll(tmpdir()) ? tmpdir() : '/tmp')

const ownFolder = (): string => {
  const folder = mkdtempSync(join(base(), 'caps-test-postgres-'))
  const { uid, gid } = asUser()
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
  return folder
}

export class PostgresServer {
  readonly #programs: string
  readonly #folder: string
  readonly port: number
  #settings: Settings
  #child: ChildProcess | null = null
  #databases = 0
  /** Left empty by tests that have ended: it takes longer to make one. */
  readonly #free: string[] = []

  private constructor(
    programs: string,
    folder: string,
    { port, settings }: { port: number; settings: Settings },
  ) {
    this.#programs = programs
    this.#folder = folder
    this.port = port
    this.#settings = settings
  }

  /** Makes an empty one and starts it. */
  static async start(programs: string, settings: Settings = {}): Promise<PostgresServer> {
    const folder = ownFolder()
    const args = [
      '-D',
      join(folder, 'data'),
      '-U',
      USER,
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ]
    execFileSync(join(programs, 'initdb'), args, { ...asUser(), cwd: '/', stdio: 'ignore' })
    const server = new PostgresServer(programs, folder, { port: await freePort(), settings })
    running.add(server)
    await server.run()
    return server
  }

  /** Starts it on its data. @param settings besides those that it was made with */
  async run(settings: Settings = {}): Promise<void> {
    this.#settings = { ...this.#settings, ...settings }
    const flags = flagsOf({ ...SETTINGS, ...this.#settings, port: String(this.port) })
    const command = [join(this.#programs, 'postgres'), '-D', join(this.#folder, 'data'), ...flags]
    const child = spawn('sh', ['-c', WATCHED, 'sh', this.#folder, ...command], {
      ...asUser(),
      cwd: '/',
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    this.#child = child
    const lines = createInbox<string>('a line of the database server')
    createInterface(child.stderr!).on('line', lines.put)
    child.once('exit', (code) => lines.end(`It ended (${code})`))
    await lines.next((line) => /is ready to accept (?:read-only )?connections/.test(line))
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    this.#signal(signal)
    await ended
    child.stdin?.end()
  }

  #signal(signal: NodeJS.Signals): void {
    const [process_] = readFileSync(join(this.#folder, 'data', 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(process_), signal)
  }

  get isRunning(): boolean {
    return this.#child !== null
  }

  /** In good order, with all connections cut. */
  stop(): Promise<void> {
    return this.#end('SIGINT')
  }

  /** As a crash ends it: without a last checkpoint, with recovery at the next start. */
  crash(): Promise<void> {
    return this.#end('SIGQUIT')
  }

  /** For the end of the process. */
  abandon(): void {
    if (this.#child !== null && existsSync(join(this.#folder, 'data', 'postmaster.pid')))
      this.#signal('SIGQUIT')
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  async remove(): Promise<void> {
    running.delete(this)
    await this.crash()
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  /** A standby that follows this one from now on. The test removes it. */
  async standby(): Promise<PostgresServer> {
    const folder = ownFolder()
    const args = ['-D', join(folder, 'data'), '-d', this.url('postgres'), '-R', '--no-sync', '-c', 'fast']
    execFileSync(join(this.#programs, 'pg_basebackup'), args, { ...asUser(), cwd: '/', stdio: 'ignore' })
    const settings = { ...this.#settings, synchronous_standby_names: '' }
    const server = new PostgresServer(this.#programs, folder, { port: await freePort(), settings })
    running.add(server)
    await server.run()
    return server
  }

  url(database: string, user: string = USER): string {
    return `postgres://${user}@${LOOPBACK}:${this.port}/${database}`
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
process.once('exit', () => {
  for (const server of running) server.abandon()
})

let shared: Promise<PostgresServer> | null = null

/** The one that serves the file. */
export const sharedPostgres = (): Promise<PostgresServer> => {
  shared ??= PostgresServer.start(requirePrograms())
  return shared
}

const requirePrograms = (): string => {
  const programs = postgresPrograms()
  if (programs === null) throw new Error('There are no PostgreSQL server programs on this machine.')
  return programs
}

/** A server of the test's own. The test removes it. */
export const ownPostgres = (settings: Settings = {}): Promise<PostgresServer> =>
  PostgresServer.start(requirePrograms(), settings)

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
