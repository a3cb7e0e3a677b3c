/**
 * WebSocket frames of a client (RFC 6455), right and wrong ones, gathered in one piece of memory that leaves with one write: a frame costs well under a microsecond, so that the hub and not the attacker is what is
 * busy.
 */

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const FINAL = 0x80
const MASKED = 0x80
const LENGTH_IN_16_BITS = 126
const LENGTH_IN_64_BITS = 127
const LONGEST_HEAD = 14
const FIRST_BYTES = 16 * 1024

export interface FrameShape {
  readonly opcode?: number
  readonly isFinal?: boolean
  /** Three bits that nobody has negotiated: 1 to 7. */
  readonly reserved?: number
  /** Clients must mask; without one the server must refuse. Default: zeros, which leave the payload as it is. */
  readonly mask?: number | null
  /** What the head claims instead of the payload's true length. */
  readonly claimedBytes?: number
}

export class Frames {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES)
  #length = 0
  #count = 0

  /** Messages and control frames in it; a fragment counts as one. */
  get count(): number {
    return this.#count
  }

  get length(): number {
    return this.#length
  }

  text(text: string, mask = 0): this {
    const bytes = Buffer.byteLength(text)
    this.#head({ mask }, bytes)
    this.#length += this.#bytes.write(text, this.#length)
    return this.#finish(bytes, mask)
  }

  frame(shape: FrameShape, payload: Buffer): this {
    this.#head(shape, payload.length)
    this.#length += payload.copy(this.#bytes, this.#length)
    return this.#finish(payload.length, shape.mask ?? 0)
  }

  /** As it stands, outside of any frame. */
  raw(bytes: Buffer): this {
    this.#room(bytes.length)
    this.#length += bytes.copy(this.#bytes, this.#length)
    this.#count += 1
    return this
  }

  /** All that was gathered; it begins anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = Buffer.allocUnsafe(FIRST_BYTES)
    this.#length = 0
    this.#count = 0
    return taken
  }

  #head(shape: FrameShape, payloadBytes: number): void {
    const { opcode = OPCODES.text, isFinal = true, reserved = 0, mask = 0, claimedBytes } = shape
    this.#room(LONGEST_HEAD + payloadBytes)
    this.#bytes[this.#length] = (isFinal ? FINAL : 0) | (reserved << 4) | opcode
    this.#length += 1
    this.#writeLength(claimedBytes ?? payloadBytes, mask === null ? 0 : MASKED)
    if (mask !== null) this.#length = this.#bytes.writeUInt32BE(mask >>> 0, this.#length)
    this.#count += 1
  }

  #writeLength(length: number, masked: number): void {
    const short =
      length < LENGTH_IN_16_BITS ? length : length < 65_536 ? LENGTH_IN_16_BITS : LENGTH_IN_64_BITS
    this.#bytes[this.#length] = masked | short
    this.#length += 1
    if (short === LENGTH_IN_16_BITS) this.#length = this.#bytes.writeUInt16BE(length, this.#length)
    if (short === LENGTH_IN_64_BITS) this.#length = this.#bytes.writeBigUInt64BE(BigInt(length), this.#length)
  }

  #finish(payloadBytes: number, mask: number): this {
    if (mask === 0) return this
    const start = this.#length - payloadBytes
    for (let index = 0; index < payloadBytes; index += 1)
      this.#bytes[start + index]! ^= mask >>> (24 - 8 * (index % 4))
    return this
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const wider = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + bytes))
    this.#bytes.copy(wider, 0, 0, this.#length)
    this.#bytes = wider
  }
}

/** One frame alone. */
export const frameOf = (shape: FrameShape, payload: Buffer | string = ''): Buffer =>
  new Frames().frame(shape, Buffer.from(payload)).take()

/** A message in fragments, each of `bytes` bytes. */
export const inFragments = (frames: Frames, text: string, bytes: number): Frames => {
  const whole = Buffer.from(text)
  for (let from = 0; from < whole.length || from === 0; from += bytes) {
    const opcode = from === 0 ? OPCODES.text : OPCODES.continuation
    frames.frame({ opcode, isFinal: from + bytes >= whole.length }, whole.subarray(from, from + bytes))
  }
  return frames
}
