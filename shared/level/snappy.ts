/** Snappy's block format (format_description.txt of google/snappy), decompressing only. */
import { ByteReader, Undecodable } from './varint.ts'

const LITERAL = 0
const SHORT_COPY = 1
const LONG_COPY = 2

const littleEndian = (bytes: Buffer): number => bytes.readUIntLE(0, bytes.length)

const literalLength = (reader: ByteReader, tag: number): number => {
  const length = tag >> 2
  return length < 60 ? length + 1 : littleEndian(reader.take(length - 59)) + 1
}

/** How far back a copy begins, and its length. */
const copyOf = (reader: ByteReader, tag: number): [offset: number, length: number] => {
  if ((tag & 3) === SHORT_COPY) return [((tag >> 5) << 8) | reader.take(1)[0]!, ((tag >> 2) & 7) + 4]
  return [littleEndian(reader.take((tag & 3) === LONG_COPY ? 2 : 4)), (tag >> 2) + 1]
}

/** @throws Undecodable */
export const unsnapped = (compressed: Buffer): Buffer => {
  const reader = new ByteReader(compressed)
  const length = reader.number()
  // No more than 64 bytes come of a tag, so that a damaged length cannot ask for all memory.
  if (length > compressed.length * 64) throw new Undecodable()
  const whole = Buffer.alloc(length)
  let at = 0
  while (!reader.isAtEnd) {
    const tag = reader.take(1)[0]!
    if ((tag & 3) === LITERAL) {
      at += reader.take(literalLength(reader, tag)).copy(whole, at)
      continue
    }
    const [offset, count] = copyOf(reader, tag)
    if (offset === 0 || offset > at || at + count > length) throw new Undecodable()
    // Byte by byte: a copy may begin in what it writes.
    for (let done = 0; done < count; done += 1, at += 1) whole[at] = whole[at - offset]!
  }
  if (at !== length) throw new Undecodable()
  return whole
}
