/** Opens a database for a hub: connects, brings an empty database its schema, and takes a row among the hubs. */
import type { Clock } from '../../../shared/clock.ts'
import type { CacheLimits } from './cached-rows.ts'
import { Connection, type DatabaseOptions } from './connection.ts'
import { inUseFault, openFault, unconfirmedFault } from './faults.ts'
import {
  databaseNowMs,
  endProcess,
  enter,
  lockSchema,
  type Patience,
  processOf,
  shareSchema,
} from './hub-row.ts'
import { patience } from './keeper.ts'
import { ensureSchema, migrate } from './migrate.ts'
import { POSITIONS_BLOCK } from './positions.ts'
import { PostgresHubs } from './postgres-hubs.ts'
import { PostgresLedger, type PostgresReports } from './postgres-ledger.ts'

export interface OpenedLedger {
  readonly ledger: PostgresLedger
  readonly hubs: PostgresHubs
  /** Time as all that the ledger keeps goes by it. */
  readonly clock: Clock
}

export interface OpenOptions {
  readonly reports: PostgresReports
  readonly random?: () => number
  readonly cache?: CacheLimits
  /** Positions that are reserved at a time. */
  readonly block?: number
  /** Does the hub go by the database's clock? Default: yes. Tests move one by hand. */
  readonly isClockOfDatabase?: boolean
}

/** Of small orders 20,000, of orders with details in all their events some thousands. */
const CACHE: CacheLimits = { rows: 20_000, weight: 32 * 1024 * 1024 }
/** A hub that has died, or whose machine has, is noticed by the server within some seconds at most. */
const LOCK_TRIES = 15

/** A server that waits for a synchronous standby which is not there would do so for ever. */
const CONFIRM_MS = 20_000

/** Runs what a hub writes at its start, and ends it where the server does not confirm it: what has ended only here would keep its locks there. @param process the server's number for the connection that writes */
const whileConfirmed = async <T>(
  connection: Connection,
  { clock, process }: { clock: Clock; process: number },
  write: () => Promise<T>,
): Promise<T> => {
  let isLate = false
  const giveUp = () => {
    isLate = true
    endProcess(connection, process).finally(() => connection.cut())
  }
  const cancel = clock.after(CONFIRM_MS, giveUp)
  try {
    return await write()
  } catch (error) {
    throw isLate ? unconfirmedFault(connection.place, CONFIRM_MS) : error
  } finally {
    cancel()
  }
}

/** The steady clock of this machine, set once by another one: hubs on several machines agree on leases then, as far as their clocks run alike. */
const shifted = (clock: Clock, byMs: number): Clock => ({
  now: () => clock.now() + byMs,
  after: (delayMs, run) => clock.after(delayMs, run),
  endOfTurn: (run) => clock.endOfTurn(run),
})

type Lock = (connection: Connection, patience: Patience) => Promise<boolean>

const whileLocked = async <T>(
  options: DatabaseOptions,
  { clock, lock }: { clock: Clock; lock: Lock },
  use: (connection: Connection) => Promise<T>,
): Promise<T> => {
  const connection = await Connection.open(options, clock)
  try {
    if (!(await lock(connection, patience(clock, LOCK_TRIES)))) throw inUseFault(connection.place)
    return await use(connection)
  } catch (error) {
    connection.cut()
    throw openFault(connection.place, error)
  }
}

/** @throws Fault `configuration`, `in-use` or `ledger`, which say what to do */
export const openPostgresLedger = (
  options: DatabaseOptions,
  machineClock: Clock,
  settings: OpenOptions,
): Promise<OpenedLedger> =>
  whileLocked(options, { clock: machineClock, lock: shareSchema }, async (connection) => {
    const { reports, random = Math.random, cache = CACHE, block = POSITIONS_BLOCK } = settings
    const process = await processOf(connection)
    const row = await whileConfirmed(connection, { clock: machineClock, process }, async () => {
      await ensureSchema(connection)
      return enter(connection, block)
    })
    const aheadMs =
      (settings.isClockOfDatabase ?? true) ? (await databaseNowMs(connection)) - machineClock.now() : 0
    const clock = shifted(machineClock, aheadMs)
    const parts = { options, clock, random, reports, cache, connection, process, row }
    const ledger = new PostgresLedger(parts)
    return { ledger, clock, hubs: new PostgresHubs(ledger, machineClock, row.hasPeers) }
  })

/** What `caps migrate` does. @returns versions of the schema, before and after */
export const migrateDatabase = (
  options: DatabaseOptions,
  clock: Clock,
): Promise<{ from: number | null; to: number }> =>
  whileLocked(options, { clock, lock: lockSchema }, async (connection) => {
    const done = await migrate(connection)
    await connection.close()
    return done
  })
