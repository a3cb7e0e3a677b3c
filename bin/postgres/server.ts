/**
 * A PostgreSQL of one's own, from the server programs of this machine: on loopback, with its data in a temporary folder that goes with it, as another user if we are root. It can be stopped, crashed and started again on its data, be followed by standbys, and
 * be made a primary if it is one of them.
 *
 * running -> stopped | crashed -> running; removed from any of them
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { freePort } from '../simulation/free-port.ts'
import { serverUser } from './programs.ts'

const LOOPBACK = '127.0.0.1'
const USER = 'caps'
/** The one that every new server has. */
const DATABASE = 'postgres'
const LINES_KEPT = 20

const SETTINGS = {
  listen_addresses: LOOPBACK,
  unix_socket_directories: '',
  log_min_messages: 'log',
  lc_messages: 'C',
} as const

/** Runs a server that ends, with its folder, when our process is gone, however that ended: then the standard input closes. */
const WATCHED = `folder=$1; shift; exec 3<&0
"$@" < /dev/null 3<&- & server=$!
{ cat <&3; trap "" TERM; kill -QUIT $server; sleep 1; rm -rf "$folder"; } > /dev/null 2>&1 & watcher=$!
exec 3<&-; wait $server; code=$?; kill $watcher 2> /dev/null; exit $code`

/** Of the server, by name. */
export type Settings = Readonly<Record<string, string>>

export interface ServerOptions {
  /** Folder of the server programs. */
  readonly programs: string
  readonly settings?: Settings
  /** Where its folder is made, if its user can get there; default: the system's folder for temporary ones. */
  readonly place?: string
  /** Told every line of the server's log. */
  logged?(line: string): void
}

const flagsOf = (settings: Settings): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])

const run = promisify(execFile)

/** May everybody go through all folders on the way to one? */
const isOpenToAll = (folder: string): boolean =>
  (statSync(folder).mode & 1) !== 0 && (folder === dirname(folder) || isOpenToAll(dirname(folder)))

/** Whoever runs us may have a folder for temporary ones that the server's user cannot get at. */
const baseOf = ({ place = tmpdir() }: Pick<ServerOptions, 'place'>): string =>
  serverUser() === null || isOpenToAll(place) ? place : '/tmp'

/** A new folder of that user's; whoever makes it removes it. */
export const serverFolder = (options: Pick<ServerOptions, 'place'> = {}): string => {
  const folder = mkdtempSync(join(baseOf(options), 'caps-postgres-'))
  const user = serverUser()
  if (user !== null) chownSync(folder, user.uid, user.gid)
  return folder
}

const asServer = () => ({ ...serverUser(), cwd: '/' })

/** A program that ends, as the user that runs servers. @throws Error with what it says */
export const runAsServer = (program: string, args: readonly string[]) => run(program, args, asServer())

const running = new Set<PostgresServer>()
process.once('exit', () => {
  for (const server of running) server.abandon()
})

export class PostgresServer {
  readonly #options: ServerOptions
  readonly #folder: string
  readonly port: number
  #settings: Settings
  #child: ChildProcess | null = null

  private constructor(options: ServerOptions, folder: string, port: number) {
    this.#options = options
    this.#folder = folder
    this.port = port
    this.#settings = options.settings ?? {}
    running.add(this)
  }

  /** Makes an empty one and starts it. @throws Error with what the programs say */
  static start(options: ServerOptions): Promise<PostgresServer> {
    return PostgresServer.on(options, (data) =>
      runAsServer(join(options.programs, 'initdb'), [
        ...['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      ]),
    )
  }

  /** A standby that follows this one from now on. @param settings besides those of this one */
  standby(settings: Settings = {}): Promise<PostgresServer> {
    const options = { ...this.#options, settings: { ...this.#settings, ...settings } }
    return PostgresServer.on(options, (data) =>
      runAsServer(join(options.programs, 'pg_basebackup'), [
        ...['-D', data, '-d', this.url(), '-R', '--no-sync', '-c', 'fast'],
      ]),
    )
  }

  /** Starts one on what `fill` puts into its data folder. */
  static async on(options: ServerOptions, fill: (data: string) => Promise<unknown>): Promise<PostgresServer> {
    const server = new PostgresServer(options, serverFolder(options), await freePort())
    try {
      await fill(server.#data)
      await server.run()
      return server
    } catch (error) {
      await server.remove()
      throw error
    }
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }

  get isRunning(): boolean {
    return this.#child !== null
  }

  /** For its owner, who may do everything. */
  url(database: string = DATABASE, user: string = USER): string {
    return `postgres://${user}@${LOOPBACK}:${this.port}/${database}`
  }

  /** Starts it on its data; resolves when it takes connections. @param settings besides those that it has @throws Error with its last words */
  async run(settings: Settings = {}): Promise<void> {
    this.#settings = { ...this.#settings, ...settings }
    const flags = flagsOf({ ...SETTINGS, ...this.#settings, port: String(this.port) })
    const command = [join(this.#options.programs, 'postgres'), '-D', this.#data, ...flags]
    const child = spawn('sh', ['-c', WATCHED, 'sh', this.#folder, ...command], {
      ...asServer(),
      stdio: ['pipe', 'ignore', 'pipe'],
      // The terminal's Ctrl-C is for us, who stop it when nobody needs it any more.
      detached: true,
    })
    this.#child = child
    await this.#untilReady(child)
  }

  #untilReady(child: ChildProcess): Promise<void> {
    const words: string[] = []
    return new Promise((resolve, reject) => {
      createInterface(child.stderr!).on('line', (line) => {
        this.#options.logged?.(line)
        if (words.push(line) > LINES_KEPT) words.shift()
        if (/is ready to accept (?:read-only )?connections/.test(line)) resolve()
      })
      child.once('exit', (code) =>
        reject(new Error(`The database server has ended (${code}):\n${words.join('\n')}`)),
      )
    })
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

  /** Of its first process; all others are below it. */
  get pid(): number {
    return Number(readFileSync(join(this.#data, 'postmaster.pid'), 'utf8').split('\n')[0])
  }

  #signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  /** In good order, with all connections cut. */
  stop(): Promise<void> {
    return this.#end('SIGINT')
  }

  /** As a crash ends it: without a last checkpoint, with recovery at the next start. */
  crash(): Promise<void> {
    return this.#end('SIGQUIT')
  }

  /** Makes a standby a primary; resolves when it is one. */
  async promote(): Promise<void> {
    await runAsServer(join(this.#options.programs, 'pg_ctl'), ['promote', '-w', '-D', this.#data])
  }

  /** For the end of our process. */
  abandon(): void {
    if (this.#child !== null && existsSync(join(this.#data, 'postmaster.pid'))) this.#signal('SIGQUIT')
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  async remove(): Promise<void> {
    running.delete(this)
    await this.crash()
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
