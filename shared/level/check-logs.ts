/**
 * Finds out whether the logs of a LevelDB still hold all that was written to them. LevelDB itself drops what it cannot read and goes on, because the end of a log may have been torn by a power cut.
 * What tells the two apart are the sequence numbers: a write begins only when the synced one before it is on disk, so a hole with a later write behind it is damage.
 *
 * Found: a damaged write that others follow, here or in a later log; a log that the manifest names and that is gone, which is also what a lost end of the manifest looks like; logs that end
 * before what the manifest knows of. Not found: damage of the very last write, which nothing tells from a torn one. Where some writes are not synced, a hole counts only if a
 * synced write behind it was followed by another one, since a power cut may leave holes among unsynced ones.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LoggedWrite, loggedWrite } from './batch.ts'
import { type LogRecord, recordsIn } from './log-file.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** Was a write of the folder's owner synced before the next one began? Given its record. */
export type SyncRule = (record: Buffer) => boolean

interface Found extends LoggedWrite {
  readonly log: string
  readonly record: LogRecord
}

const numberIn = (name: string): number => Number.parseInt(name, 10)

const writesIn = async (folder: string, logs: readonly string[]): Promise<Found[]> => {
  const found: Found[] = []
  for (const log of logs)
    for (const record of recordsIn(await readFile(join(folder, log)))) {
      const write = loggedWrite(record.bytes)
      if (write !== null) found.push({ ...write, log, record })
    }
  return found
}

/** The manifest knows of writes up to some time after the first log was begun: what that log lost at its beginning shows only in the bytes that were dropped there. */
const isBehindHole = ({ firstSequence, record }: Found, last: number, isFirst: boolean): boolean =>
  isFirst ? firstSequence > last + 1 || record.isBehindDropped : firstSequence !== last + 1

/** The first write that has a hole before it. */
const holeIn = (writes: readonly Found[], manifest: Manifest): number => {
  let last = manifest.lastSequence
  for (const [index, write] of writes.entries()) {
    if (!write.record.isRead || isBehindHole(write, last, index === 0)) return index
    last = write.lastSequence
  }
  return -1
}

/** Had a synced write ended by the time of the last one, and begun after the hole? */
const isProven = (writes: readonly Found[], hole: number, isSynced: SyncRule): boolean =>
  writes.slice(hole, -1).some(({ record }) => isSynced(record.bytes))

/**
 * The log that the manifest names is there, but after a cut that came while the manifest was being written: then nothing that was synced was in it yet, and the one before it is still there,
 * because it is removed when the manifest is durable.
 */
const isLogMissing = (logs: readonly number[], named: number): boolean => {
  if (named === 0 || logs.includes(named)) return false
  return logs.length === 0 || logs.some((number) => number > named)
}

const damageNow = async (folder: string, isSynced: SyncRule | null): Promise<string | null> => {
  const names = await readdir(folder)
  const logs = names.filter((name) => /^\d+\.log$/.test(name)).sort((a, b) => numberIn(a) - numberIn(b))
  if (!names.includes('CURRENT'))
    return names.some((name) => /^\d+\.ldb$/.test(name)) ? 'CURRENT is missing, and there are tables' : null
  const manifest = await readManifest(folder)
  if (manifest === null) return null
  const { logNumber } = manifest
  if (isLogMissing(logs.map(numberIn), logNumber))
    return `log ${logNumber} is missing, or the end of the manifest`
  const writes = await writesIn(
    folder,
    logs.filter((name) => numberIn(name) >= logNumber),
  )
  const hole = holeIn(writes, manifest)
  if (hole !== -1 && (isSynced === null || isProven(writes, hole, isSynced)))
    return `${writes[hole]!.log} lacks writes before byte ${writes[hole]!.record.at}`
  const last = writes.at(-1)
  return isSynced === null && last !== undefined && last.lastSequence < manifest.lastSequence
    ? `${last.log} lacks its last writes`
    : null
}

/**
 * What is damaged, in words; null if nothing is. To be called before LevelDB opens the folder: it removes the logs.
 * @param isSynced null if every write is
 */
export const logDamage = async (folder: string, isSynced: SyncRule | null): Promise<string | null> => {
  const damage = await damageNow(folder, isSynced)
  // Another process may have the folder open, and have begun a new log while we read: then it looks otherwise now, and LevelDB will say that it is in use.
  return damage !== null && damage === (await damageNow(folder, isSynced)) ? damage : null
}
