/**
 * Opens a data folder: takes LevelDB's lock on it, checks its format, and finds out where positions go on.
 */
import { mkdir } from 'node:fs/promises'
import { ClassicLevel } from 'classic-level'
import type { Clock } from '../../../shared/clock.ts'
import { Fault, messageOf } from '../../../shared/fault.ts'
import { decode, encode } from './codec.ts'
import type { Database } from './database.ts'
import { ALIVE_KEY, FORMAT_KEY, POSITION_KEY } from './keys.ts'
import { LevelLedger } from './level-ledger.ts'
import { Positions } from './positions.ts'

/** Of the keys and values in the folder. A hub reads only its own format. */
const FORMAT = 1

const WRITE_BUFFER_BYTES = 16 * 1024 * 1024
const CACHE_BYTES = 32 * 1024 * 1024
const CACHED_ROWS = 20_000

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
        'in-use',
        `The data folder ${folder} cannot be opened: ${messageOf((error as Error).cause ?? error)}. Give another folder with --data-dir, or mend this one.`,
        { cause: error },
      )

const formatFault = (folder: string, found: string): Fault =>
  new Fault(
    'in-use',
    `The data folder ${folder} is of ${found}; this hub reads format ${FORMAT}. Start the version of CAPS that wrote it, or give another folder with --data-dir.`,
  )

const isEmpty = async (db: Database): Promise<boolean> => (await db.keys({ limit: 1 }).all()).length === 0

/** Writes the format into a new folder, refuses every other than ours. */
const checkFormat = async (db: Database, folder: string): Promise<void> => {
  const text = await db.get(FORMAT_KEY)
  if (text !== undefined) {
    const format = decode<unknown>(FORMAT_KEY, text)
    if (format !== FORMAT) throw formatFault(folder, `format ${String(format)}`)
    return
  }
  if (!(await isEmpty(db))) throw formatFault(folder, 'an unknown format')
  await db.put(FORMAT_KEY, encode(FORMAT))
}

const readNumber = async (db: Database, key: string): Promise<number | null> => {
  const text = await db.get(key)
  return text === undefined ? null : decode<number>(key, text)
}

interface LedgerOptions {
  /** Names the data in faults. */
  readonly folder?: string
  readonly cachedRows?: number
}

/** A ledger on a database that is open; tests give it one in memory. */
export const ledgerOn = async (
  db: Database,
  clock: Clock,
  { folder = 'in memory', cachedRows = CACHED_ROWS }: LedgerOptions = {},
): Promise<LevelLedger> => {
  await checkFormat(db, folder)
  const positions = new Positions((await readNumber(db, POSITION_KEY)) ?? 0)
  const lastAliveMs = await readNumber(db, ALIVE_KEY)
  return new LevelLedger({ db, clock, positions, lastAliveMs, cachedRows })
}

/** @throws Fault `in-use` if the folder belongs to another process, or is not ours to read */
export const openLevelLedger = async (folder: string, clock: Clock): Promise<LevelLedger> => {
  const db = new ClassicLevel<string, string>(folder, {
    writeBufferSize: WRITE_BUFFER_BYTES,
    cacheSize: CACHE_BYTES,
  })
  try {
    await mkdir(folder, { recursive: true })
    await db.open()
  } catch (error) {
    throw openFault(folder, error)
  }
  return ledgerOn(db, clock, { folder }).catch(async (error) => {
    await db.close()
    throw error
  })
}
