/**
 * A hub's row in the database, `caps.hubs`. A lock that belongs to a connection says that the hub of that number is there. A fence, a number that grows with each hub that takes the row, and `told`, a number that others count up when they change what this hub takes for
 * granted, are checked by every group in its own transaction: a hub that was paused or cut off can write nothing any more once another one has taken its row [PQ4], and nothing that rests on what others have changed meanwhile [PQ14].
 */
import type { Connection } from './connection.ts'
import { takenFault } from './faults.ts'
import type { Block } from './positions.ts'

/** `caps` in ASCII; locks of this kind belong to a database. Whoever changes the schema holds it alone, hubs share it. */
const LOCK = 0x63617073

/** What a hub holds once it has a row. */
export interface HubRow {
  readonly hub: number
  readonly fence: number
  readonly told: number
  readonly positions: Block
  /** Below it nothing is added to a queue any more. */
  readonly readFrom: number
  /** When a hub was last alive under that number, or any if that is new; null if none ever was. Milliseconds since 1970. */
  readonly lastAliveMs: number | null
  /** Are there others? */
  readonly hasPeers: boolean
}

const statement = (name: string, text: string, ...values: unknown[]) => ({ name, text, values })

const isTrue = async (connection: Connection, name: string, text: string, ...values: number[]) => {
  const [row] = await connection.run<[boolean]>('writer', statement(name, text, ...values))
  return row![0]
}

/** Ends the connection of this hub that was lost here and is not yet lost there: what it was writing is then written or not. */
const endGhost = async (connection: Connection, hub: number, process: number): Promise<void> => {
  const text = `SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND classid = $1::int8::oid AND objid = $2::int8::oid AND objsubid = 2 AND pid = $3::int8 AND granted
      AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`
  await connection.run('writer', statement('ghost', text, LOCK, hub, process))
}

/** The server's number for the connection that holds the lock. */
export const processOf = async (connection: Connection): Promise<number> => {
  const [row] = await connection.run<[number]>('writer', statement('process', 'SELECT pg_backend_pid()'))
  return row![0]
}

/** Of this hub's own connections, which waits for what may never come. Never rejects. */
export const endProcess = async (connection: Connection, process: number): Promise<void> => {
  const text = 'SELECT pg_terminate_backend($1::int8::int4)'
  await connection.run('lists', statement('end-process', text, process)).catch(() => {})
}

export interface Patience {
  readonly tries: number
  pause(): Promise<void>
}

const tried = async ({ tries, pause }: Patience, attempt: () => Promise<boolean>): Promise<boolean> => {
  for (let done = 0; done < tries; done += 1) {
    if (done > 0) await pause()
    if (await attempt()) return true
  }
  return false
}

/** Hubs share the schema. @returns false if somebody changes it, or a hub of an earlier version runs */
export const shareSchema = (connection: Connection, patience: Patience): Promise<boolean> =>
  tried(patience, () =>
    isTrue(connection, 'share-schema', 'SELECT pg_try_advisory_lock_shared($1::int8)', LOCK),
  )

/** @returns false if a hub runs, or somebody else changes the schema */
export const lockSchema = (connection: Connection, patience: Patience): Promise<boolean> =>
  tried(patience, () => isTrue(connection, 'lock-schema', 'SELECT pg_try_advisory_lock($1::int8)', LOCK))

const tryNumber = (connection: Connection, hub: number): Promise<boolean> =>
  isTrue(connection, 'lock-number', 'SELECT pg_try_advisory_lock($1::int8::int4, $2::int8::int4)', LOCK, hub)

/** A hub that has lost its connection may still hold its lock until the server has noticed. @param ghost the server's number for the connection that it had before @returns false if another one holds it */
export const lockNumber = (
  connection: Connection,
  { hub, patience, ghost }: { hub: number; patience: Patience; ghost: number },
): Promise<boolean> =>
  tried(patience, async () => {
    if (await tryNumber(connection, hub)) return true
    await endGhost(connection, hub, ghost)
    return false
  })

/** A number whose hub is gone, or else a new one; its lock is held then. */
const chooseNumber = async (connection: Connection): Promise<number> => {
  for (;;) {
    const rows = await connection.run<[number]>(
      'writer',
      statement('numbers', 'SELECT hub FROM caps.hubs ORDER BY is_live DESC, hub'),
    )
    const numbers = rows.map(([hub]) => hub)
    for (const hub of [...numbers, Math.max(0, ...numbers) + 1])
      if (await tryNumber(connection, hub)) return hub
  }
}

/** Whoever was connected to the hub that had the number is away since then. */
const AWAY = `UPDATE caps.participants p SET version = version + 1, away_since_ms = h.alive_ms FROM caps.owners o JOIN caps.hubs h ON h.hub = o.hub
  WHERE o.hub = $1::int8 AND p.id = o.participant AND p.is_active AND p.away_since_ms IS NULL AND h.alive_ms IS NOT NULL`

const ENTER = `WITH reserved AS (UPDATE caps.positions SET last = last + $2::int8 RETURNING last),
  block AS (INSERT INTO caps.blocks (first, last, hub) SELECT last - $2::int8 + 1, last, $1::int8 FROM reserved),
  beat AS (INSERT INTO caps.beats (hub, beat, free, waiting) VALUES ($1::int8, 0, 0, 0) ON CONFLICT (hub) DO UPDATE SET beat = beats.beat + 1, free = 0, waiting = 0, capacity = 0),
  others AS (UPDATE caps.hubs SET told = told + 1 WHERE hub <> $1::int8 RETURNING is_live)
  INSERT INTO caps.hubs AS h (hub, fence, last_group, told, is_live, alive_ms)
    SELECT $1::int8, 1, 0, 1, true, (SELECT max(alive_ms) FROM caps.hubs)
  ON CONFLICT (hub) DO UPDATE SET fence = h.fence + 1, last_group = 0, told = h.told + 1, is_live = true
  RETURNING fence, told, (SELECT last FROM reserved), alive_ms, (SELECT coalesce(bool_or(is_live), false) FROM others),
    (SELECT least((SELECT min(first) FROM caps.blocks), last - $2::int8 + 1) FROM reserved)`

/** Takes a row for a hub that starts, tells all others, and reserves its first positions. @param block how many */
export const enter = async (connection: Connection, block: number): Promise<HubRow> => {
  const hub = await chooseNumber(connection)
  await connection.script('BEGIN; SELECT hub FROM caps.hubs ORDER BY hub FOR UPDATE')
  await connection.run('writer', statement('away', AWAY, hub))
  await connection.run('writer', statement('old-blocks', 'DELETE FROM caps.blocks WHERE hub = $1::int8', hub))
  const rows = await connection.run<
    [fence: number, told: number, last: number, aliveMs: number | null, hasPeers: boolean, readFrom: number]
  >('writer', statement('enter', ENTER, hub, block))
  await connection.script('COMMIT')
  const [fence, told, last, lastAliveMs, hasPeers, readFrom] = rows[0]!
  const positions = { first: last - block + 1, last }
  return { hub, fence, told, positions, readFrom, lastAliveMs, hasPeers }
}

/** The hub has ended: the others need not wait until they notice. */
export const leave = async (connection: Connection, { hub, fence }: Identity): Promise<void> => {
  if (connection.isOver) return
  const text = `WITH gone AS (UPDATE caps.hubs SET is_live = false WHERE hub = $1::int8 AND fence = $2::int8 RETURNING hub),
    shares AS (DELETE FROM caps.shares USING gone WHERE shares.hub = gone.hub)
    DELETE FROM caps.blocks USING gone WHERE blocks.hub = gone.hub`
  await connection.run('writer', statement('leave', text, hub, fence)).catch(() => {})
  await connection.run('writer', statement('unlock', 'SELECT pg_advisory_unlock_all()')).catch(() => {})
}

export interface Identity {
  readonly hub: number
  readonly fence: number
}

/**
 * Goes on with a fence on a new connection. The lock is held, so whatever was being written by the one before is written or not. It writes itself: when it is done, all that was written before has come as far as `Durability` says.
 * @returns the number of the last group that was written
 * @throws Fault `in-use` if another hub has taken over
 */
export const resume = async (connection: Connection, { hub, fence }: Identity): Promise<number> => {
  const text =
    'UPDATE caps.hubs SET fence = fence WHERE hub = $1::int8 AND fence = $2::int8 RETURNING last_group'
  connection.takeWarning()
  const rows = await connection.run<[number]>('writer', statement('resume', text, hub, fence))
  if (rows[0] === undefined) throw takenFault(connection.place)
  if (connection.takeWarning()) throw new Error('the server could not reach its standby')
  return rows[0][0]
}

/** @returns does the fence still hold? */
export const isOurs = async (connection: Connection, { hub, fence }: Identity): Promise<boolean> => {
  const text = 'SELECT fence = $2::int8 FROM caps.hubs WHERE hub = $1::int8'
  const rows = await connection.run<[boolean]>('writer', statement('is-ours', text, hub, fence))
  return rows[0]?.[0] ?? false
}

/** The positions are this hub's from the moment on at which others can see that they are given away: no reader passes them meanwhile [PQ5]. */
export const reservePositions = async (
  connection: Connection,
  { hub, fence }: Identity,
  count: number,
): Promise<Block> => {
  const text = `WITH ours AS (SELECT hub FROM caps.hubs WHERE hub = $1::int8 AND fence = $2::int8),
    reserved AS (UPDATE caps.positions SET last = last + $3::int8 FROM ours RETURNING last)
    INSERT INTO caps.blocks (first, last, hub) SELECT last - $3::int8 + 1, last, $1::int8 FROM reserved RETURNING last`
  const rows = await connection.run<[number]>('bell', statement('reserve', text, hub, fence, count))
  if (rows[0] === undefined) throw takenFault(connection.place)
  const last = rows[0][0]
  return { first: last - count + 1, last }
}

/** The database's clock, in milliseconds since 1970. */
export const databaseNowMs = async (connection: Connection): Promise<number> => {
  const text = 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::int8'
  const rows = await connection.run<[number]>('writer', statement('now', text))
  return rows[0]![0]
}
