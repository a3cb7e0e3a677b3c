/** Looks for a text in the bytes of LevelDB's files, whatever LevelDB itself would still show: logs as they are and record by record, tables decompressed. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordsIn } from '../../shared/level/log-file.ts'
import { contentsOf } from '../../shared/level/table.ts'

/** The last bytes of a table. */
const TABLE_END = Buffer.from('57fb808b247547db', 'hex')

/** One that LevelDB was writing when it was closed has none: nobody reads it any more, and it is removed when LevelDB is opened next. */
const isWhole = (table: Buffer): boolean => table.subarray(-TABLE_END.length).equals(TABLE_END)

const partsOf = (name: string, file: Buffer): Iterable<Buffer> => {
  if (name.endsWith('.ldb')) return isWhole(file) ? contentsOf(file) : []
  return name.endsWith('.log') ? recordsIn(file).map(({ bytes }) => bytes) : []
}

const holds = (folder: string, name: string, text: string): boolean => {
  const file = readFileSync(join(folder, name))
  return file.includes(text) || [...partsOf(name, file)].some((part) => part.includes(text))
}

/** Names of the files that hold it. */
export const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder).filter((name) => holds(folder, name, text))
