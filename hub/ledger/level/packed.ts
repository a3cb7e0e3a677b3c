/**
 * Whole numbers and texts in a row, without a space, a name or a quote between them. They are written into one buffer that is used again and again, so that a group of many changes leaves no strings behind but its value. That is a text, of
 * characters below 256, one a byte: LevelDB's binding takes and gives nothing faster. In front stands the checksum of `codec.ts`, over bytes.
 */
import { CHECKSUM_DIGITS, checksumOf } from '../../../shared/checksum.ts'
import { damaged } from './codec.ts'

/** Of a number's digits: the last one is below it, the others have it added. So numbers are ASCII, which takes one byte on disk. */
const MORE = 64
/** Of Number.MAX_SAFE_INTEGER. */
const MOST_DIGITS = 9
/** Longer texts are written faster by the library. */
const SHORT = 24
/** Of a character, in bytes. */
const MOST_BYTES = 3
const FIRST_BYTES = 256 * 1024

export class PackedWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #length = CHECKSUM_DIGITS

  /** In bytes. */
  get length(): number {
    return this.#length - CHECKSUM_DIGITS
  }

  /** @param value whole, and not below 0 */
  number(value: number): void {
    this.#reserve(MOST_DIGITS)
    let rest = value
    while (rest >= MORE) {
      this.#bytes[this.#length++] = MORE + (rest % MORE)
      rest = Math.floor(rest / MORE)
    }
    this.#bytes[this.#length++] = rest
  }

  flag(value: boolean): void {
    this.number(value ? 1 : 0)
  }

  text(value: string): void {
    const { length } = value
    this.#reserve(MOST_DIGITS + MOST_BYTES * length)
    const start = this.#length
    this.number(2 * length)
    if (length <= SHORT ? this.#wasShortAscii(value) : this.#wasAscii(value)) return
    this.#length = start
    this.#anyText(value)
  }

  /** As UTF-8 every other character takes more bytes than it has code units. */
  #wasAscii(value: string): boolean {
    const { length } = value
    if (this.#bytes.write(value, this.#length, MOST_BYTES * length, 'utf8') !== length) return false
    this.#length += length
    return true
  }

  #wasShortAscii(value: string): boolean {
    const bytes = this.#bytes
    const from = this.#length
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index)
      if (code > 127) return false
      bytes[from + index] = code
    }
    this.#length = from + value.length
    return true
  }

  /** What is no Unicode, such as half of a surrogate pair, must come back as it was, too. */
  #anyText(value: string): void {
    const isUnicode = value.isWellFormed()
    const encoding = isUnicode ? 'utf8' : 'utf16le'
    const size = Buffer.byteLength(value, encoding)
    this.#reserve(MOST_DIGITS + size)
    this.number(2 * size + (isUnicode ? 0 : 1))
    this.#length += this.#bytes.write(value, this.#length, encoding)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#length + more))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }

  /** What has been written, as the value of a key; begins anew. */
  take(key: string): string {
    const packed = this.#bytes.subarray(CHECKSUM_DIGITS, this.#length)
    this.#bytes.write(checksumOf(key, packed), 0, 'latin1')
    const text = this.#bytes.toString('latin1', 0, this.#length)
    this.#length = CHECKSUM_DIGITS
    if (this.#bytes.length > 2 * FIRST_BYTES) this.#bytes = Buffer.allocUnsafe(FIRST_BYTES)
    return text
  }
}

export class PackedReader {
  readonly #key: string
  readonly #bytes: Buffer
  #at = CHECKSUM_DIGITS

  /** @throws Fault `corrupt` if the checksum does not match */
  constructor(key: string, value: string) {
    this.#key = key
    this.#bytes = Buffer.from(value, 'latin1')
    const packed = this.#bytes.subarray(CHECKSUM_DIGITS)
    if (checksumOf(key, packed) !== value.slice(0, CHECKSUM_DIGITS)) throw damaged(key)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** @throws Fault `corrupt` behind the end */
  number(): number {
    let value = 0
    for (let unit = 1; ; unit *= MORE) {
      const digit = this.#bytes[this.#at++]
      if (digit === undefined) throw damaged(this.#key)
      if (digit < MORE) return value + digit * unit
      value += (digit - MORE) * unit
    }
  }

  flag(): boolean {
    return this.number() === 1
  }

  text(): string {
    const sizeAndForm = this.number()
    const size = sizeAndForm >> 1
    this.#at += size
    return this.#bytes.toString(sizeAndForm & 1 ? 'utf16le' : 'utf8', this.#at - size, this.#at)
  }
}
