/** Reads LevelDB's encodings from the beginning of some bytes to their end. */

/** The bytes are not what they should be. */
export class Undecodable extends Error {}

export class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** A varint; exact up to Number.MAX_SAFE_INTEGER, and no file or sequence number comes near. */
  number(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined || factor > Number.MAX_SAFE_INTEGER) throw new Undecodable()
      this.#at += 1
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }

  take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new Undecodable()
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  /** Bytes behind their length. */
  text(): Buffer {
    return this.take(this.number())
  }
}
