/** What goes wrong with a database, in words, and what it means for a hub: never with a password. */
import { DatabaseError } from 'pg'
import { Fault, messageOf } from '../../../shared/fault.ts'

/** Host, port and name of a database, as they may be shown. */
export const placeOf = (url: string): string => {
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? hostname
  return `${host || 'localhost'}:${port || 5432}${pathname}`
}

/**
 * - `conflict`: rows were not as the group found them, or others were in the way; nothing was written.
 * - `lost`: there is no telling what became of it, or the database takes nothing now.
 * - `fault`: it will never be otherwise.
 */
export type Trouble = 'conflict' | 'lost' | 'fault'

/** https://www.postgresql.org/docs/15/errcodes-appendix.html */
const CONFLICTS = new Set(['22012', '23505', '40001', '40P01', '55P03', '57014'])
/** Connections, resources (a full disk is one), an operator's intervention; and a server that has become a standby. */
const LOST = /^(?:08|53|57)|^25006$/

export const troubleOf = (error: unknown): Trouble => {
  if (!(error instanceof DatabaseError)) return 'lost'
  const { code = '' } = error
  if (CONFLICTS.has(code)) return 'conflict'
  return LOST.test(code) ? 'lost' : 'fault'
}

const configuration = (text: string, error: unknown): Fault =>
  new Fault('configuration', text, { cause: error })

/** What stops a start, or `caps migrate`. @param place of `placeOf` */
export const openFault = (place: string, error: unknown): Fault => {
  if (error instanceof Fault) return error
  const code = error instanceof DatabaseError ? error.code : undefined
  const reason = messageOf(error)
  if (code === '28P01' || code === '28000')
    return configuration(
      `The database at ${place} does not let this hub in (${reason}). Check user and password in CAPS_DATABASE_URL.`,
      error,
    )
  if (code === '3D000')
    return configuration(
      `The server has no such database: ${place}. Make it, or check the name in CAPS_DATABASE_URL.`,
      error,
    )
  if (code === '42501')
    return configuration(
      `The user of CAPS_DATABASE_URL may not do in the database at ${place} what a hub must (${reason}). It has to own the schema caps, and the right to make it: GRANT CREATE ON DATABASE.`,
      error,
    )
  return new Fault(
    'ledger',
    `The database at ${place} cannot be used: ${reason === '' ? 'no server answers there' : reason}. Start the server, or check CAPS_DATABASE_URL.`,
    { cause: error },
  )
}

export const unconfirmedFault = (place: string, afterMs: number): Fault =>
  new Fault(
    'ledger',
    `The database at ${place} has not confirmed for ${afterMs / 1000} s what this hub writes at its start: no synchronous standby answers there. Look at pg_stat_replication, start the standby, then the hub.`,
  )

export const inUseFault = (place: string): Fault =>
  new Fault(
    'in-use',
    `The schema of the database at ${place} is in use: hubs run on it while it is to be changed, or somebody changes it just now, or a hub of an earlier version runs. Stop them, or wait, or name another database in CAPS_DATABASE_URL.`,
  )

export const brokenFault = (place: string, error: unknown): Fault =>
  new Fault(
    'ledger',
    `The database at ${place} cannot be written or read: ${messageOf(error)}. Nothing is confirmed any more. Mend it, then start the hub again.`,
    { cause: error },
  )

export const takenFault = (place: string): Fault =>
  new Fault(
    'in-use',
    `Another hub has taken this one for dead, which was silent for too long, and has taken over what it had in the database at ${place}. This one writes and confirms nothing any more. Start it again.`,
  )
