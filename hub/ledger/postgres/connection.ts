/**
 * A hub's connections to its database, which come and go together: one that writes groups and holds the lock by which a second hub is refused, one that loads rows for work, one that reads queues for delivery, one for all lists, which may take their time, and one by which hubs hear of each other. When one of them is lost, all are.
 */
import { Client, type ClientConfig, types } from 'pg'
import type { Clock } from '../../../shared/clock.ts'
import { Fault } from '../../../shared/fault.ts'
import { openFault, placeOf } from './faults.ts'

export interface Statement {
  /** Of statements with the same text: it is prepared once. */
  readonly name: string
  readonly text: string
  readonly values: unknown[]
}

/** What a confirmed event has survived: a crash of the server, or the loss of its machine as well. */
export type Durability = 'local' | 'replicated'

export interface DatabaseOptions {
  /** With all that is needed to log in. */
  readonly url: string
  readonly durability: Durability
}

type Role = 'writer' | 'loader' | 'queues' | 'lists' | 'bell'

const ROLES: readonly Role[] = ['writer', 'loader', 'queues', 'lists', 'bell']
const OLDEST_VERSION = 150_000
const CONNECT_MS = 10_000
/** A server, or what lies before it, that says nothing any more is given up then. */
const OPEN_MS = 20_000
const INT8 = 20

/** Numbers of all kinds that we keep fit into JavaScript's. */
const TYPES: NonNullable<ClientConfig['types']> = {
  getTypeParser: (type: number, format?: unknown) =>
    type === INT8 && format !== 'binary' ? Number : types.getTypeParser(type, format as 'text'),
}

/**
 * A hub that is cut from its server must not hold the lock for hours: the server looks after ten seconds whether it is still there. Everything is looked up by a key, a range of keys at most: a plan that was made for tables of a few rows must not read through
 * them when they have millions. What cannot do without such a plan (tables of one row) is then thought to cost so much that the server would compile it each time, 80 ms for a tenth of one: it must not.
 */
const SETUP = `
SET search_path = caps;
SET client_min_messages = warning;
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
SET lock_timeout = '10s';
SET idle_in_transaction_session_timeout = '3s';
SET jit = off;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET default_transaction_isolation = 'read committed';`

/** `on` waits for the standbys, if the server names any; `local` does not. */
const SYNCHRONOUS: Readonly<Record<Durability, string>> = {
  local: "SET synchronous_commit = 'local'",
  replicated: "SET synchronous_commit = 'on'",
}

/** What is written there (reserved positions, signs of life) may be lost in a crash, in which all hubs lose their connections and what rests on it. */
const BELL = "SET synchronous_commit = 'off'; LISTEN caps"

interface ServerState {
  readonly version: number
  readonly release: string
  readonly is_standby: boolean
  readonly is_read_only: boolean
  readonly fsync: string
  readonly standbys: string
}

const STATE = `
SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS release, pg_is_in_recovery() AS is_standby,
  current_setting('transaction_read_only') = 'on' AS is_read_only, current_setting('fsync') AS fsync, current_setting('synchronous_standby_names') AS standbys`

const refuse = (text: string): Fault => new Fault('configuration', text)

/** @throws Fault `configuration` if a hub cannot keep its promises there */
const checkServer = (state: ServerState, { url, durability }: DatabaseOptions): void => {
  const place = placeOf(url)
  if (state.version < OLDEST_VERSION)
    throw refuse(
      `The server at ${place} is PostgreSQL ${state.release}; a hub needs 15 or later. Upgrade it, or name another one in CAPS_DATABASE_URL.`,
    )
  if (state.is_standby || state.is_read_only)
    throw refuse(
      `The server at ${place} is a read-only standby, or has become one; a hub needs the primary. Name that one in CAPS_DATABASE_URL.`,
    )
  if (state.fsync !== 'on')
    throw refuse(
      `The server at ${place} runs with fsync = off: what it confirms is not on disk. Set fsync = on.`,
    )
  if (durability === 'replicated' && state.standbys.trim() === '')
    throw refuse(
      `CAPS_DURABILITY is replicated, but the server at ${place} names no synchronous standby. Set synchronous_standby_names there, or CAPS_DURABILITY=local.`,
    )
}

export class Connection {
  readonly place: string
  readonly #clients: Readonly<Record<Role, Client>>
  readonly #lostListeners = new Set<(error: Error) => void>()
  readonly #turns: Record<Role, Promise<unknown>> = {
    writer: Promise.resolve(),
    loader: Promise.resolve(),
    queues: Promise.resolve(),
    lists: Promise.resolve(),
    bell: Promise.resolve(),
  }
  readonly #underWay = new Set<(error: Error) => void>()
  #hasWarned = false
  #isOver = false

  private constructor(place: string, clients: Record<Role, Client>) {
    this.place = place
    this.#clients = clients
    for (const role of ROLES) {
      clients[role].on('error', (error) => this.#lost(error))
      clients[role].on('end', () => this.#lost(new Error('the server has closed the connection')))
    }
    clients.writer.on('notice', ({ code }) => {
      this.#hasWarned ||= code?.startsWith('01') ?? false
    })
  }

  /** @throws Fault that says what stands in the way */
  static async open(options: DatabaseOptions, clock: Pick<Clock, 'after'>): Promise<Connection> {
    const place = placeOf(options.url)
    const clients = Object.fromEntries(
      ROLES.map((role) => [role, newClient(options.url, role)]),
    ) as unknown as Record<Role, Client>
    const connection = new Connection(place, clients)
    const cancel = clock.after(OPEN_MS, () => connection.cut())
    try {
      for (const role of ROLES) await connection.#begin(role, options)
      return connection
    } catch (error) {
      connection.cut()
      throw openFault(place, error)
    } finally {
      cancel()
    }
  }

  async #begin(role: Role, options: DatabaseOptions): Promise<void> {
    await this.#inTurn(role, (client) => client.connect())
    if (role === 'writer') {
      const { rows } = await this.#inTurn(role, (client) => client.query<ServerState>(STATE))
      checkServer(rows[0]!, options)
    }
    const setup = `${SETUP} ${role === 'bell' ? BELL : SYNCHRONOUS[options.durability]}`
    await this.#inTurn(role, (client) => client.query(setup))
  }

  #lost(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const listener of this.#lostListeners) listener(error)
    for (const reject of this.#underWay) reject(error)
    this.#end()
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Called once when it is lost or cut; not when it is closed. */
  onLost(listener: (error: Error) => void): void {
    this.#lostListeners.add(listener)
  }

  /** Another hub rings. @param listener gets what it says */
  onBell(listener: (said: string) => void): void {
    this.#clients.bell.on('notification', ({ payload = '' }) => listener(payload))
  }

  /** Has the server warned the connection that writes, of what it wrote since the last call? A commit that it reports as not replicated is one [PQ9]. */
  takeWarning(): boolean {
    const hasWarned = this.#hasWarned
    this.#hasWarned = false
    return hasWarned
  }

  /** Rows as lists of columns. Rejects with what the server says, or when the connection is lost. */
  async run<Row extends unknown[]>(role: Role, statement: Statement): Promise<Row[]> {
    const { rows } = await this.#inTurn(role, (client) =>
      client.query<Row>({ ...statement, rowMode: 'array' }),
    )
    return rows
  }

  /** `pg` tells nobody who waits for a connection to begin that it has been ended meanwhile. */
  #orLost<T>(asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#underWay.add(reject)
      asked.finally(() => this.#underWay.delete(reject)).then(resolve, reject)
    })
  }

  /** Several statements, without parameters, on the connection that writes. */
  async script(text: string): Promise<void> {
    await this.#inTurn('writer', (client) => client.query(text))
  }

  /** A client takes one statement at a time. */
  #inTurn<T>(role: Role, ask: (client: Client) => Promise<T>): Promise<T> {
    const run = () => this.#orLost(ask(this.#clients[role]))
    const asked = this.#turns[role].then(run, run)
    this.#turns[role] = asked
    return asked
  }

  /** Gives it up, whatever is under way. */
  cut(): void {
    this.#lost(new Error('the connection was given up'))
  }

  #end(): void {
    for (const role of ROLES) {
      const client = this.#clients[role]
      client.end().catch(() => {})
      // `end` waits for what is under way, on a connection that may never answer.
      socketOf(client)?.destroy()
    }
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    await Promise.all(ROLES.map((role) => this.#inTurn(role, (client) => client.end()).catch(() => {})))
  }
}

const newClient = (url: string, role: Role): Client =>
  new Client({
    connectionString: url,
    application_name: `caps hub ${role}`,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    types: TYPES,
  })

/** `pg` has no public way to end a connection at once. */
const socketOf = (client: Client): { destroy(): void } | undefined =>
  (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream
