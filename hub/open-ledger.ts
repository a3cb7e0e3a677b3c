/** Opens what keeps the hub's data: a folder of this machine, or a database. */
import type { Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { HubConfig } from './config.ts'
import { type DiskWatch, freeBytesOf, watchDisk } from './disk.ts'
import type { Hubs } from './ledger/hubs.ts'
import type { Ledger } from './ledger/ledger.ts'
import { openLevelLedger } from './ledger/level/open.ts'
import type { DatabaseOptions } from './ledger/postgres/connection.ts'
import { placeOf } from './ledger/postgres/faults.ts'
import { openPostgresLedger } from './ledger/postgres/open.ts'
import type { PostgresReports } from './ledger/postgres/postgres-ledger.ts'

export interface Opened {
  readonly ledger: Ledger
  /** Others that may be on it; null if there can be none. */
  readonly hubs: Hubs | null
  /** Time as all that the ledger keeps goes by it. */
  readonly clock: Clock
  readonly disk: DiskWatch
  /** Where the data is, for people; without a password. */
  readonly place: string
}

/** The disk of a database is its server's: when that is full, the hub is told by what it cannot write. */
const NO_DISK: DiskWatch = { isDiskLow: () => false, freeBytes: () => null, stop: () => {} }

const reportsTo = (log: Pick<Log, 'warn' | 'info'>): PostgresReports => ({
  away: (place, reason) =>
    log.warn(
      { database: place, reason },
      'the database is away: nothing is confirmed, and what is new is refused as busy, until it is back',
    ),
  back: (place) => log.info({ database: place }, 'the database is back'),
  redecided: (works) => log.info({ works }, 'what was not written is decided again'),
})

const openDatabase = async (options: DatabaseOptions, clock: Clock, log: Log): Promise<Opened> => {
  const opened = await openPostgresLedger(options, clock, { reports: reportsTo(log) })
  const place = `the database at ${placeOf(options.url)}, durability ${options.durability}`
  return { ...opened, disk: NO_DISK, place }
}

const openFolder = async (config: HubConfig, clock: Clock, log: Log): Promise<Opened> => {
  const { folder, watermarkBytes, diskPeriodMs: periodMs } = config
  const ledger = await openLevelLedger(folder, clock)
  const disk = await watchDisk({ freeBytes: () => freeBytesOf(folder), watermarkBytes, periodMs, clock, log })
  return { ledger, hubs: null, clock, disk, place: folder }
}

/** @throws Fault that says what stands in the way */
export const openLedger = (config: HubConfig, clock: Clock, log: Log): Promise<Opened> =>
  config.database === null ? openFolder(config, clock, log) : openDatabase(config.database, clock, log)
