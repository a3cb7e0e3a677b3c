/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes a step, and LevelDB's masked form of it (doc/log_format.md). Node's zlib has CRC-32 with another polynomial. */

const POLYNOMIAL = 0x82f63b78
const MASK_DELTA = 0xa282ead8

const firstTable = (): Int32Array =>
  Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    return crc
  })

/** The n-th one is of a byte that n others follow. */
const TABLES: readonly Int32Array[] = (() => {
  const tables = [firstTable()]
  for (let behind = 1; behind < 8; behind += 1)
    tables.push(tables[behind - 1]!.map((crc) => (crc >>> 8) ^ tables[0]![crc & 255]!))
  return tables
})()

/** Of the bytes from `start` up to `end`. */
export const crc32c = (bytes: Uint8Array, start: number, end: number): number => {
  const [a, b, c, d, e, f, g, h] = TABLES as [Int32Array, ...Int32Array[]]
  let crc = -1
  let at = start
  for (; at + 8 <= end; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      h![crc & 255]! ^
      g![(crc >>> 8) & 255]! ^
      f![(crc >>> 16) & 255]! ^
      e![crc >>> 24]! ^
      d![bytes[at + 4]!]! ^
      c![bytes[at + 5]!]! ^
      b![bytes[at + 6]!]! ^
      a[bytes[at + 7]!]!
  }
  for (; at < end; at += 1) crc = a[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8)
  return (crc ^ -1) >>> 0
}

/** As LevelDB stores it. */
export const maskedCrc32c = (bytes: Uint8Array, start: number, end: number): number => {
  const crc = crc32c(bytes, start, end)
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0
}
