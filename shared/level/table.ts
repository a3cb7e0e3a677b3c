/** A table of LevelDB (doc/table_format.md): blocks that each end with a type and a checksum, an index of them, and a footer that finds the index. */
import { maskedCrc32c } from './crc32c.ts'
import { unsnapped } from './snappy.ts'
import { ByteReader, Undecodable } from './varint.ts'

const FOOTER = 48
const MAGIC = 0xdb4775248b80fb57n
const SNAPPY = 1

/** Where a block lies; its trailer follows. */
export interface BlockHandle {
  readonly at: number
  readonly size: number
}

const handleOf = (reader: ByteReader): BlockHandle => ({ at: reader.number(), size: reader.number() })

const isIntact = (file: Buffer, { at, size }: BlockHandle): boolean => {
  const end = at + size + 1
  return end + 4 <= file.length && maskedCrc32c(file, at, end) === file.readUInt32LE(end)
}

/** @throws Undecodable unless the block is as it was written */
const contentOf = (file: Buffer, handle: BlockHandle): Buffer => {
  if (!isIntact(file, handle)) throw new Undecodable()
  const content = file.subarray(handle.at, handle.at + handle.size)
  return file[handle.at + handle.size] === SNAPPY ? unsnapped(content) : content
}

/** The blocks that an index names: its entries are pairs of a key, which may share its beginning with the one before, and a handle. */
const handlesIn = (index: Buffer): BlockHandle[] => {
  const restarts = index.length < 4 ? 0 : index.readUInt32LE(index.length - 4)
  const entries = index.length - 4 * (restarts + 1)
  if (entries < 0) throw new Undecodable()
  const reader = new ByteReader(index.subarray(0, entries))
  const handles: BlockHandle[] = []
  while (!reader.isAtEnd) {
    reader.number()
    const [keyLength, valueLength] = [reader.number(), reader.number()]
    reader.take(keyLength)
    handles.push(handleOf(new ByteReader(reader.take(valueLength))))
  }
  return handles
}

/** All blocks of a table, its indexes first. @throws Undecodable if one of those is damaged */
const blocksOf = (file: Buffer): BlockHandle[] => {
  if (file.length < FOOTER || file.readBigUInt64LE(file.length - 8) !== MAGIC) throw new Undecodable()
  const footer = new ByteReader(file.subarray(file.length - FOOTER))
  const roots = [handleOf(footer), handleOf(footer)]
  return [...roots, ...roots.flatMap((root) => handlesIn(contentOf(file, root)))]
}

/** What a table says, decompressed, block by block. @throws Undecodable if a block is damaged */
export function* contentsOf(file: Buffer): Generator<Buffer> {
  for (const block of blocksOf(file)) yield contentOf(file, block)
}

/** The first block that is not as it was written, or the whole file if its index is damaged; null if all is well. Stops for others after each block. */
export function* damageIn(file: Buffer): Generator<undefined, BlockHandle | null> {
  try {
    for (const block of blocksOf(file)) {
      if (!isIntact(file, block)) return block
      yield
    }
    return null
  } catch (error) {
    if (error instanceof Undecodable) return { at: 0, size: file.length }
    throw error
  }
}
