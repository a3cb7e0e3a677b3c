/**
 * That one hub at a time writes. A lock that belongs to a connection says that its hub is alive: a second one is refused as long as it is held, and gets it when the first one's connection has ended, and with that whatever it was writing. A fence, a number in the
 * database that grows with each hub that takes over, is checked by every group in its own transaction: a hub that was paused or cut off meanwhile can write nothing any more, whatever it believes [PQ4].
 */
import { Fault } from '../../../shared/fault.ts'
import type { Connection } from './connection.ts'
import { takenFault } from './faults.ts'
import type { Block } from './positions.ts'

/** `caps` in ASCII; locks of this kind belong to a database. */
const LOCK = 0x63617073

/** What a hub holds once it has taken the database over. */
export interface Ownership {
  readonly fence: number
  readonly positions: Block
  /** When a hub was last alive on it; null if none ever was. Milliseconds since 1970. */
  readonly lastAliveMs: number | null
}

const statement = (name: string, text: string, ...values: number[]) => ({ name, text, values })

const tryLock = async (connection: Connection): Promise<boolean> => {
  const [row] = await connection.run<[boolean]>(
    'writer',
    statement('lock', 'SELECT pg_try_advisory_lock($1::int8)', LOCK),
  )
  return row![0]
}

/** Ends the connection of this hub that was lost here and is not yet lost there: what it was writing is then written or not. */
const endGhost = async (connection: Connection, process: number): Promise<void> => {
  const text = `SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND classid = 0 AND objid = $1::int8::oid AND pid = $2::int8 AND granted
      AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`
  await connection.run('writer', statement('ghost', text, LOCK, process))
}

/** The server's number for the connection that holds the lock. */
export const processOf = async (connection: Connection): Promise<number> => {
  const [row] = await connection.run<[number]>('writer', statement('process', 'SELECT pg_backend_pid()'))
  return row![0]
}

export interface Patience {
  readonly tries: number
  pause(): Promise<void>
}

/**
 * A hub that has just died still holds the lock until the server has noticed.
 * @param ghost the server's number for the connection that this hub had before
 * @returns false if another hub holds it
 */
export const lock = async (
  connection: Connection,
  { tries, pause }: Patience,
  ghost: number | null = null,
): Promise<boolean> => {
  for (let tried = 0; tried < tries; tried += 1) {
    if (tried > 0) await pause()
    if (await tryLock(connection)) return true
    if (ghost !== null) await endGhost(connection, ghost)
  }
  return false
}

export const inUseFault = (place: string): Fault =>
  new Fault(
    'in-use',
    `The database at ${place} belongs to another hub that is running. Only one hub may run on a database. Stop that one, or name another database in CAPS_DATABASE_URL.`,
  )

/** The next hub need not wait until the server has noticed that this one is gone. */
export const unlock = async (connection: Connection): Promise<void> => {
  if (connection.isOver) return
  await connection
    .run('writer', statement('unlock', 'SELECT pg_advisory_unlock($1::int8)', LOCK))
    .catch(() => {})
}

/** Takes the database over from whoever had it, and reserves the first positions. The lock is held. @param block how many */
export const takeOver = async (connection: Connection, block: number): Promise<Ownership> => {
  const text = `WITH reserved AS (UPDATE caps.positions SET last = last + $1::int8 RETURNING last)
    UPDATE caps.hubs SET fence = fence + 1, last_group = 0, open_from = reserved.last - $1::int8 + 1 FROM reserved WHERE hub = 1
    RETURNING fence, reserved.last, alive_ms`
  const rows = await connection.run<[fence: number, last: number, aliveMs: number | null]>(
    'writer',
    statement('take-over', text, block),
  )
  const [fence, last, lastAliveMs] = rows[0]!
  return { fence, positions: { first: last - block + 1, last }, lastAliveMs }
}

/**
 * Goes on with a fence on a new connection. The lock is held, so whatever was being written by the one before is written or not. It writes itself: when it is done, all that was written before has come as far as `Durability` says.
 * @returns the number of the last group that was written
 * @throws Fault `in-use` if another hub has taken over
 */
export const resume = async (connection: Connection, fence: number): Promise<number> => {
  const text = 'UPDATE caps.hubs SET fence = fence WHERE hub = 1 AND fence = $1::int8 RETURNING last_group'
  connection.takeWarning()
  const rows = await connection.run<[number]>('writer', statement('resume', text, fence))
  if (rows[0] === undefined) throw takenFault(connection.place)
  if (connection.takeWarning()) throw new Error('the server could not reach its standby')
  return rows[0][0]
}

/** @returns does the fence still hold? */
export const isOurs = async (connection: Connection, fence: number): Promise<boolean> => {
  const text = 'SELECT fence = $1::int8 FROM caps.hubs WHERE hub = 1'
  const rows = await connection.run<[boolean]>('writer', statement('is-ours', text, fence))
  return rows[0]?.[0] ?? false
}

export const reservePositions = async (connection: Connection, count: number): Promise<Block> => {
  const text = 'UPDATE caps.positions SET last = last + $1::int8 RETURNING last'
  const rows = await connection.run<[number]>('loader', statement('reserve', text, count))
  const last = rows[0]![0]
  return { first: last - count + 1, last }
}

/** The database's clock, in milliseconds since 1970. */
export const databaseNowMs = async (connection: Connection): Promise<number> => {
  const text = 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::int8'
  const rows = await connection.run<[number]>('writer', statement('now', text))
  return rows[0]![0]
}
