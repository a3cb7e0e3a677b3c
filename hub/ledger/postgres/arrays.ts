/**
 * Parameters of a statement as PostgreSQL's binary arrays, of one dimension. `pg` sends a Buffer as it is; lists it would write as one text in which every quotation mark of every JSON is escaped, which took three times as long
 * (https://www.postgresql.org/docs/15/protocol-overview.html#PROTOCOL-FORMAT-CODES; the layout is that of `array_send` in src/backend/utils/adt/arrayfuncs.c).
 */

/** The types' own numbers, fixed in every PostgreSQL. */
const TEXT_OID = 25
const INT8_OID = 20
const BOOL_OID = 16

const HEADER_BYTES = 20
const NULL_LENGTH = -1

const writeHeader = (buffer: Buffer, type: number, { length }: { readonly length: number }): void => {
  buffer.writeInt32BE(1, 0)
  // Its value is looked at by nobody: an element says itself whether it is null.
  buffer.writeInt32BE(1, 4)
  buffer.writeInt32BE(type, 8)
  buffer.writeInt32BE(length, 12)
  buffer.writeInt32BE(1, 16)
}

/** At most: a UTF-16 unit takes three bytes. */
const mostBytes = (values: readonly (string | null)[]): number =>
  values.reduce((bytes, value) => bytes + 4 + (value === null ? 0 : value.length * 3), HEADER_BYTES)

/** As `text[]`. Texts MUST NOT hold U+0000, which JSON writes as an escape. */
export const textArray = (values: readonly (string | null)[]): Buffer => {
  const buffer = Buffer.allocUnsafe(mostBytes(values))
  writeHeader(buffer, TEXT_OID, values)
  let at = HEADER_BYTES
  for (const value of values) {
    const bytes = value === null ? NULL_LENGTH : buffer.write(value, at + 4)
    buffer.writeInt32BE(bytes, at)
    at += 4 + Math.max(bytes, 0)
  }
  return buffer.subarray(0, at)
}

const HIGH = 2 ** 32

/** As `int8[]`, of whole numbers that JavaScript holds exactly. */
export const int8Array = (values: readonly (number | null)[]): Buffer => {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * 12)
  writeHeader(buffer, INT8_OID, values)
  let at = HEADER_BYTES
  for (const value of values) {
    buffer.writeInt32BE(value === null ? NULL_LENGTH : 8, at)
    at += 4
    if (value === null) continue
    buffer.writeInt32BE(Math.floor(value / HIGH), at)
    buffer.writeUInt32BE(value - Math.floor(value / HIGH) * HIGH, at + 4)
    at += 8
  }
  return buffer.subarray(0, at)
}

/** As `bool[]`. */
export const boolArray = (values: readonly boolean[]): Buffer => {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * 5)
  writeHeader(buffer, BOOL_OID, values)
  for (const [index, value] of values.entries()) {
    buffer.writeInt32BE(1, HEADER_BYTES + index * 5)
    buffer.writeUInt8(value ? 1 : 0, HEADER_BYTES + index * 5 + 4)
  }
  return buffer
}
