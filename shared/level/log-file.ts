/**
 * LevelDB's log format (doc/log_format.md), which its logs and manifests share, read as LevelDB reads it: a record whose checksum does not match is dropped with the rest of its block of 32 KiB, and
 * nobody is told. Here the dropped bytes are searched for records that begin later: they are what tells damage from a write that a power cut tore.
 */
import { maskedCrc32c } from './crc32c.ts'

const BLOCK = 32_768
const HEADER = 7
const [FULL, FIRST, LAST] = [1, 2, 4] as const

export interface LogRecord {
  /** Where it begins in the file. */
  readonly at: number
  readonly bytes: Buffer
  /** Would LevelDB read it? Else it lies in what LevelDB drops, and only its first part may be here. */
  readonly isRead: boolean
  /** Does LevelDB drop bytes somewhere before it? */
  readonly isBehindDropped: boolean
}

interface Fragment {
  readonly type: number
  readonly bytes: Buffer
  readonly end: number
}

const blockEnd = (at: number, size: number): number => Math.min(size, (Math.floor(at / BLOCK) + 1) * BLOCK)

const fragmentAt = (file: Buffer, at: number, end: number): Fragment | null => {
  if (at + HEADER > end) return null
  const type = file[at + 6]!
  const last = at + HEADER + file.readUInt16LE(at + 4)
  if (type < FULL || type > LAST || last > end) return null
  if (maskedCrc32c(file, at + 6, last) !== file.readUInt32LE(at)) return null
  return { type, bytes: file.subarray(at + HEADER, last), end: last }
}

/** Beginnings of records in bytes that LevelDB drops. */
const droppedIn = (file: Buffer, from: number, end: number): LogRecord[] => {
  const found: LogRecord[] = []
  for (let at = from; at + HEADER <= end; ) {
    const fragment = fragmentAt(file, at, end)
    if (fragment !== null && fragment.type <= FIRST)
      found.push({ at, bytes: fragment.bytes, isRead: false, isBehindDropped: true })
    at = fragment?.end ?? at + 1
  }
  return found
}

/** The records of a file, in its order. */
export const recordsIn = (file: Buffer): LogRecord[] => {
  const records: LogRecord[] = []
  let open: { readonly at: number; readonly parts: Buffer[] } | null = null
  let isBehindDropped = false
  for (let at = 0; at < file.length; ) {
    const end = blockEnd(at, file.length)
    const fragment = fragmentAt(file, at, end)
    if (fragment === null) {
      if (end - at >= HEADER) {
        records.push(...droppedIn(file, at + 1, end))
        open = null
        isBehindDropped = true
      }
      at = end
      continue
    }
    const { type, bytes } = fragment
    if (type === FULL) records.push({ at, bytes, isRead: true, isBehindDropped })
    if (type === FULL || type === FIRST) open = type === FIRST ? { at, parts: [bytes] } : null
    else {
      open?.parts.push(bytes)
      if (type === LAST && open !== null) {
        records.push({ at: open.at, bytes: Buffer.concat(open.parts), isRead: true, isBehindDropped })
        open = null
      }
    }
    at = fragment.end
  }
  return records
}
