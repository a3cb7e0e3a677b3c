/**
 * What LevelDB (1.20, in classic-level) leaves undone around the opening of a folder, so that a power cut at any moment leaves one that opens, and what was found in it stays found.
 *
 * - It makes a new database in two steps, and does not sync the first one's MANIFEST-000001 before CURRENT names it: a cut may leave a folder that is refused as corrupt though nothing was
 *   ever written to it. Such a folder is made anew.
 * - An open that recovers a log ends with CURRENT renamed and the log removed, and syncs neither: a cut may bring the log back without what was never synced. So an answer that rests on what
 *   was found would not be durable; the folder is synced before anything is read.
 */
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Fault } from '../fault.ts'
import { logDamage, type SyncRule } from './check-logs.ts'
import { tableBytes, tableDamage } from './check-tables.ts'

const FIRST_MANIFEST = 'MANIFEST-000001\n'

const currentOf = (folder: string): Promise<string | null> =>
  readFile(join(folder, 'CURRENT'), 'utf8').catch(() => null)

/** An open that came to its end has replaced the first manifest, before anything could be written. */
const isUnfinished = async (folder: string, names: readonly string[]): Promise<boolean> => {
  if ((await currentOf(folder)) !== FIRST_MANIFEST || names.some((name) => name.endsWith('.ldb')))
    return false
  const logs = names.filter((name) => name.endsWith('.log'))
  const sizes = await Promise.all(logs.map(async (name) => (await stat(join(folder, name))).size))
  return sizes.every((size) => size === 0)
}

/** @returns whether there was something to remove */
const removeUnfinished = async (folder: string): Promise<boolean> => {
  const names = await readdir(folder)
  if (!(await isUnfinished(folder, names))) return false
  // CURRENT first: without it the rest is nothing to LevelDB, wherever this is interrupted.
  await rm(join(folder, 'CURRENT'))
  for (const name of names) if (/^MANIFEST-|\.dbtmp$/.test(name)) await rm(join(folder, name))
  return true
}

const mkdirUnlessThere = (folder: string): Promise<void> =>
  mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })

/** With those above it. Node's own `recursive` says ENOENT of a disk that is read-only or full. */
const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdirUnlessThere(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await makeFolder(dirname(folder))
    await mkdirUnlessThere(folder)
  }
}

const syncFolder = async (folder: string): Promise<void> => {
  // Windows has no sync of a folder.
  if (process.platform === 'win32') return
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export interface LevelFolderParts<T> {
  /** Makes the database, too: classic-level begins to open one as soon as it is made. */
  open(): Promise<T>
  /** Which writes of its owner are synced; null if all are. */
  readonly isSynced: SyncRule | null
  /** Tables are checked before LevelDB gets to see them, unless they have more bytes than this in all. It dies of some damage, when it compacts. */
  readonly checkedTableBytes: number
  /** @param what is damaged, in words */
  damageFault(what: string): Fault
}

/**
 * Opens the LevelDB in a folder, which need not be there.
 * @throws `damageFault` if a table is damaged, or a log has lost what was written to it; whatever `open` throws, or the file system
 */
export const openLevelFolder = async <T>(folder: string, parts: LevelFolderParts<T>): Promise<T> => {
  await makeFolder(folder)
  const damage =
    (await logDamage(folder, parts.isSynced)) ??
    ((await tableBytes(folder)) <= parts.checkedTableBytes ? await tableDamage(folder, () => false) : null)
  if (damage !== null) throw parts.damageFault(damage)
  // Not before an open has failed: until then another process may be about to make the database.
  const opened = await parts.open().catch(async (error: unknown) => {
    if (await removeUnfinished(folder)) return parts.open()
    throw error
  })
  await syncFolder(folder)
  return opened
}
