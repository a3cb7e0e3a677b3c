/**
 * Opening the folder of an outbox: who owns it, which format it has, what to do when it cannot be used.
 */
import { ClassicLevel } from 'classic-level'
import { sealed, unsealed } from '../checksum.ts'
import { Fault, messageOf } from '../fault.ts'
import { keysPut } from '../level/batch.ts'
import { openLevelFolder } from '../level/folder.ts'
import type { OutboxDatabase } from './group-writer.ts'

/** A change of keys or values that older programs would misread needs the next number. */
const FORMAT = '2'
const WRITE_BUFFER_BYTES = 4 * 1024 * 1024
/** More than an outbox ever has; the folder may be anybody's. */
const CHECKED_TABLE_BYTES = 64 * 1024 * 1024
const FORMAT_KEY = 'format'
const OWNER_KEY = 'owner'
/** In place of the format's key, as it was in format 1, so that every version can tell what it has before it. */
const FORMAT_SEAL = ''
export const PROGRESS_KEY = 'progress'

const inUse = (message: string, cause?: unknown): Fault => new Fault('in-use', message, { cause })

const openFault = (folder: string, error: unknown): Fault => {
  const cause = (error as { cause?: { code?: unknown } }).cause
  if (cause?.code === 'LEVEL_LOCKED')
    return inUse(
      `The outbox folder ${folder} is in use by another process: end that one, or choose another folder or id.`,
      error,
    )
  return new Fault(
    'outbox',
    `The outbox folder ${folder} cannot be opened: ${messageOf(cause ?? error)}. Make room on its disk, or mend it, or choose another folder.`,
    { cause: error },
  )
}

const ownerFault = (folder: string, found: string, owner: string): Fault =>
  inUse(
    `The outbox folder ${folder} belongs to ${found}, not to ${owner}: choose another folder, or start as ${found}.`,
  )

const formatFault = (folder: string): Fault =>
  inUse(
    `The folder ${folder} is not an outbox of format ${FORMAT}: choose another folder, or start the version of CAPS that wrote it.`,
  )

const damageFault = (folder: string, what: string): Fault =>
  new Fault('outbox', `The outbox folder ${folder} is damaged: ${what}. Restore it, or remove it.`)

const sealOf = (key: string): string => (key === FORMAT_KEY ? FORMAT_SEAL : key)

const isEmpty = async (database: OutboxDatabase): Promise<boolean> => {
  for await (const _ of database.iterator({ limit: 1 })) return false
  return true
}

const claim = (database: OutboxDatabase, owner: string): Promise<void> =>
  database
    .batch()
    .put(FORMAT_KEY, sealed(FORMAT_SEAL, FORMAT))
    .put(OWNER_KEY, sealed(OWNER_KEY, owner))
    .write({ sync: true })

const textOf = async (database: OutboxDatabase, key: string): Promise<string | null> =>
  unsealed(sealOf(key), (await database.get(key)) ?? '')

/** Looks at the two keys alone, since the folder may be anybody's, and of any size. */
const checkOwner = async (database: OutboxDatabase, folder: string, owner: string): Promise<void> => {
  if (await isEmpty(database)) await claim(database, owner)
  if ((await textOf(database, FORMAT_KEY)) !== FORMAT) throw formatFault(folder)
  const found = await textOf(database, OWNER_KEY)
  if (found === null) throw damageFault(folder, `the value of ${OWNER_KEY} does not match its checksum`)
  if (found !== owner) throw ownerFault(folder, found, owner)
}

const readAll = async (database: OutboxDatabase, folder: string): Promise<Map<string, string>> => {
  const contents = new Map<string, string>()
  for await (const [key, value] of database.iterator({})) {
    const text = unsealed(sealOf(key), value)
    if (text === null) throw damageFault(folder, `the value of ${key} does not match its checksum`)
    contents.set(key, text)
  }
  return contents
}

/**
 * Opens the database, claims it for `owner` (a participant) if it is new, and reads all that it holds, checksums removed, in key order.
 * The caller closes it; when this throws it is closed already.
 * @param folder its name for the reader of a fault
 * @throws Fault `in-use` when a live process or another participant has the folder, or its format is unknown; Fault `outbox` when it cannot be read
 */
export const openOutboxDatabase = async (
  database: OutboxDatabase,
  folder: string,
  owner: string,
): Promise<ReadonlyMap<string, string>> => {
  await database.open().catch((error: unknown) => {
    throw error instanceof Fault ? error : openFault(folder, error)
  })
  try {
    await checkOwner(database, folder, owner)
    return await readAll(database, folder)
  } catch (error) {
    await database.close()
    throw error instanceof Fault ? error : openFault(folder, error)
  }
}

/** Confirmations and progress alone are not synced. */
const isSyncedWrite = (record: Buffer): boolean => keysPut(record).some((key) => key !== PROGRESS_KEY)

/** @param writeBufferBytes what LevelDB gathers in memory, and in a log, before it writes a table */
export const outboxDatabaseAt = (folder: string, writeBufferBytes = WRITE_BUFFER_BYTES): OutboxDatabase => {
  let level: ClassicLevel<string, string>
  return {
    async open() {
      const made = async () => {
        const database = new ClassicLevel<string, string>(folder, { writeBufferSize: writeBufferBytes })
        await database.open()
        return database
      }
      level = await openLevelFolder(folder, {
        open: made,
        isSynced: isSyncedWrite,
        checkedTableBytes: CHECKED_TABLE_BYTES,
        damageFault: (what) => damageFault(folder, what),
      })
    },
    close: () => level.close(),
    get: (key) => level.get(key),
    batch: () => level.batch(),
    iterator: (options) => level.iterator(options),
  }
}
