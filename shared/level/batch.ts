/** A record of a log: the changes of one write (LevelDB's db/write_batch.cc). They are numbered one by one, without a gap, for as long as the database lives. */
import { ByteReader, Undecodable } from './varint.ts'

const HEADER = 12
const PUT = 1

export interface LoggedWrite {
  readonly firstSequence: number
  readonly lastSequence: number
}

/** null if it is too short to be one. */
export const loggedWrite = (record: Buffer): LoggedWrite | null => {
  if (record.length < HEADER) return null
  const firstSequence = Number(record.readBigUInt64LE(0))
  return { firstSequence, lastSequence: firstSequence + record.readUInt32LE(8) - 1 }
}

/** Keys of what was put, not of what was removed, as far as the record is there. */
export const keysPut = (record: Buffer): string[] => {
  const reader = new ByteReader(record.subarray(HEADER))
  const keys: string[] = []
  try {
    while (!reader.isAtEnd) {
      const [tag = 0] = reader.take(1)
      const key = reader.text().toString()
      if (tag !== PUT) continue
      keys.push(key)
      reader.text()
    }
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error
  }
  return keys
}
