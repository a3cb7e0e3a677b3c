/** What a LevelDB's manifest says: which log recovery begins with, which sequence number was the last when it was written, which tables live. Tags as in LevelDB's db/version_edit.cc. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { recordsIn } from './log-file.ts'
import { ByteReader, Undecodable } from './varint.ts'

export interface Manifest {
  /** Logs with this number and above are not in tables yet; 0 in a database that was just made. */
  logNumber: number
  lastSequence: number
  readonly tables: Set<number>
}

const COMPARATOR = 1
const LOG_NUMBER = 2
const NEXT_FILE = 3
const LAST_SEQUENCE = 4
const COMPACT_POINTER = 5
const DELETED_FILE = 6
const NEW_FILE = 7
const PREVIOUS_LOG = 9

const applyField = (manifest: Manifest, reader: ByteReader, tag: number): void => {
  if (tag === COMPARATOR) reader.text()
  else if (tag === LOG_NUMBER) manifest.logNumber = reader.number()
  else if (tag === LAST_SEQUENCE) manifest.lastSequence = reader.number()
  else if (tag === NEXT_FILE || tag === PREVIOUS_LOG) reader.number()
  else if (tag === COMPACT_POINTER) {
    reader.number()
    reader.text()
  } else if (tag === DELETED_FILE) {
    reader.number()
    manifest.tables.delete(reader.number())
  } else if (tag === NEW_FILE) {
    reader.number()
    manifest.tables.add(reader.number())
    reader.number()
    reader.text()
    reader.text()
  }
}

/** @param edits its records, in order @throws Undecodable */
const manifestOf = (edits: readonly Buffer[]): Manifest => {
  const manifest: Manifest = { logNumber: 0, lastSequence: 0, tables: new Set() }
  for (const edit of edits) {
    const reader = new ByteReader(edit)
    while (!reader.isAtEnd) applyField(manifest, reader, reader.number())
  }
  return manifest
}

/** The manifest of a folder; null if it cannot be read, which LevelDB will say itself: it checks what it reads of one, but not whether that is all of it. */
export const readManifest = async (folder: string): Promise<Manifest | null> => {
  try {
    const name = (await readFile(join(folder, 'CURRENT'), 'utf8')).trim()
    const records = recordsIn(await readFile(join(folder, name)))
    return manifestOf(records.filter(({ isRead }) => isRead).map(({ bytes }) => bytes))
  } catch (error) {
    if (error instanceof Undecodable || (error as NodeJS.ErrnoException).code !== undefined) return null
    throw error
  }
}
