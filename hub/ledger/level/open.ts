/**
 * Opens a data folder: takes LevelDB's lock on it, checks its format, and finds out where positions go on.
 */
import { ClassicLevel } from 'classic-level'
import type { Clock } from '../../../shared/clock.ts'
import { Fault, messageOf } from '../../../shared/fault.ts'
import { tableDamage } from '../../../shared/level/check-tables.ts'
import { openLevelFolder } from '../../../shared/level/folder.ts'
import { decode, encode } from './codec.ts'
import type { Database } from './database.ts'
import { Journal } from './journal.ts'
import { ALIVE_KEY, FORMAT_KEY, POSITION_KEY } from './keys.ts'
import { LevelLedger } from './level-ledger.ts'
import { migrate, OLD_FORMATS } from './migration.ts'
import { Positions } from './positions.ts'
import { recover } from './recovery.ts'
import { type MayReadOn, whileItIsQuick } from './row-loader.ts'
import { type Scrub, scrubOf } from './scrub.ts'

/** Of the keys and values in the folder. A hub reads its own format, and brings folders of the ones before into it (`migration.ts`). */
const FORMAT = 6

const WRITE_BUFFER_BYTES = 16 * 1024 * 1024
const CACHE_BYTES = 32 * 1024 * 1024
const CACHED_ROWS = 20_000
/** In bytes. Of some seven thousand events; a start reads that in a tenth of a second. */
const LONGEST_JOURNAL = 2 * 1024 * 1024
/** What a start may read of tables before it serves: some 0.1 s. Bigger ones are checked while it serves. */
const CHECKED_TABLE_BYTES = 32 * 1024 * 1024
/** Characters of the rows of each kind that are cached: of small orders 20,000, of orders with all the details that they may have 2,000. */
const CACHED_SIZE = 32 * 1024 * 1024

const isLocked = (error: unknown): boolean =>
  ((error as Error).cause as { code?: string } | undefined)?.code === 'LEVEL_LOCKED'

const openFault = (folder: string, error: unknown): Fault =>
  isLocked(error)
    ? new Fault(
        'in-use',
        `The data folder ${folder} belongs to another hub that is running. Stop that one, or give this one another folder with --data-dir.`,
        { cause: error },
      )
    : new Fault(
        'ledger',
        `The data folder ${folder} cannot be opened: ${messageOf((error as Error).cause ?? error)}. Make room on its disk, or mend it, or give another folder with --data-dir.`,
        { cause: error },
      )

const damageFault = (folder: string, what: string): Fault =>
  new Fault(
    'corrupt',
    `The data folder ${folder} is damaged: ${what}. Restore the folder from a backup, or check the disk.`,
  )

const formatFault = (folder: string, found: string): Fault =>
  new Fault(
    'in-use',
    `The data folder ${folder} is of ${found}; this hub reads format ${FORMAT}. Start the version of CAPS that wrote it, or give another folder with --data-dir.`,
  )

const journalFault = (folder: string, format: unknown): Fault =>
  new Fault(
    'in-use',
    `The data folder ${folder} is of format ${String(format)}, and its hub was not stopped in good order. Start the version of CAPS that wrote it once more and stop it with Ctrl-C; then this one, of format ${FORMAT}, takes the folder over.`,
  )

const isEmpty = async (db: Database): Promise<boolean> => (await db.keys({ limit: 1 }).all()).length === 0

const writeFormat = async (db: Database): Promise<void> => {
  const batch = db.batch()
  batch.put(FORMAT_KEY, encode(FORMAT_KEY, FORMAT))
  await batch.write({ sync: true })
}

/** Writes the format into a new folder, brings an old one into ours, refuses every other. */
const checkFormat = async (db: Database, folder: string): Promise<void> => {
  const text = await db.get(FORMAT_KEY)
  if (text !== undefined) {
    const format = decode<unknown>(FORMAT_KEY, text)
    return format === FORMAT ? undefined : bringIntoOurs(db, folder, format)
  }
  if (!(await isEmpty(db))) throw formatFault(folder, 'an unknown format')
  await writeFormat(db).catch((error: unknown) => {
    throw openFault(folder, error)
  })
}

const bringIntoOurs = async (db: Database, folder: string, format: unknown): Promise<void> => {
  if (!OLD_FORMATS.includes(format)) throw formatFault(folder, `format ${String(format)}`)
  if (!(await migrate(db, format))) throw journalFault(folder, format)
  await writeFormat(db)
}

const readNumber = async (db: Database, key: string): Promise<number | null> => {
  const text = await db.get(key)
  return text === undefined ? null : decode<number>(key, text)
}

interface LedgerOptions {
  /** Names the data in faults. */
  readonly folder?: string
  readonly cachedRows?: number
  /** In bytes. */
  readonly longestJournal?: number
  /** Rows that are read without leaving the turn. Default: as many as take no time. */
  readonly readOnTheSpot?: number
  /** Default: there are no files. */
  readonly scrub?: Scrub
}

const onTheSpotOf = (rows: number | undefined): (() => MayReadOn) =>
  rows === undefined ? whileItIsQuick : () => (read) => read < rows

/** A ledger on a database that is open; tests give it one in memory. */
export const ledgerOn = async (
  db: Database,
  clock: Clock,
  options: LedgerOptions = {},
): Promise<LevelLedger> => {
  const {
    folder = 'in memory',
    cachedRows = CACHED_ROWS,
    longestJournal = LONGEST_JOURNAL,
    readOnTheSpot,
    scrub = async () => true,
  } = options
  await checkFormat(db, folder)
  const journal = new Journal(await recover(db), longestJournal)
  const positions = new Positions((await readNumber(db, POSITION_KEY)) ?? 0)
  const lastAliveMs = await readNumber(db, ALIVE_KEY)
  const cache = { rows: cachedRows, size: CACHED_SIZE }
  const onTheSpot = onTheSpotOf(readOnTheSpot)
  return new LevelLedger({ db, clock, positions, journal, lastAliveMs, cache, onTheSpot, scrub })
}

/**
 * Opens LevelDB in a folder, which is made if need be.
 * @param writeBufferBytes what LevelDB gathers in memory, and in a log, before it writes a table
 * @throws Fault `in-use` if the folder belongs to another process, `ledger` if it cannot be opened
 */
export const openDatabase = async (
  folder: string,
  writeBufferBytes = WRITE_BUFFER_BYTES,
): Promise<ClassicLevel<string, string>> => {
  const open = async () => {
    const db = new ClassicLevel<string, string>(folder, {
      writeBufferSize: writeBufferBytes,
      cacheSize: CACHE_BYTES,
    })
    await db.open()
    return db
  }
  try {
    return await openLevelFolder(folder, {
      open,
      isSynced: null,
      checkedTableBytes: CHECKED_TABLE_BYTES,
      damageFault: (what) => damageFault(folder, what),
    })
  } catch (error) {
    throw error instanceof Fault ? error : openFault(folder, error)
  }
}

/** @throws Fault `in-use` if the folder belongs to another process, or is not ours to read, `ledger` if it cannot be opened */
export const openLevelLedger = async (folder: string, clock: Clock): Promise<LevelLedger> => {
  const db = await openDatabase(folder)
  const ledger = await ledgerOn(db, clock, { folder, scrub: scrubOf(db) }).catch(async (error: unknown) => {
    await db.close()
    throw error instanceof Fault ? error : damageFault(folder, messageOf(error))
  })
  void checkTables(ledger, folder)
  return ledger
}

/**
 * Reads all tables of an open ledger once, while it serves, and ends it if one is damaged. LevelDB is not asked to check what it reads: a damaged key, or a removal that no longer is one, would
 * hide an entry without a word.
 */
export const checkTables = async (ledger: LevelLedger, folder: string): Promise<void> => {
  try {
    const damage = await tableDamage(folder, () => ledger.isOver)
    if (damage !== null) ledger.damaged(damageFault(folder, damage))
  } catch (error) {
    ledger.damaged(openFault(folder, error))
  }
}
