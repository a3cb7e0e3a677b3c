/**
 * Just enough of WebSocket (RFC 6455) on the client's side for connections that must cost their own process next to nothing, or that behave as no WebSocket library would. The server of these tests neither
 * compresses nor fragments.
 */

/** Asks a Socket.IO server for a WebSocket. Any 16 bytes do as a key; the answer to them is not looked at. */
export const UPGRADE = [
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '',
  '',
].join('\r\n')

const FINAL_TEXT = 0x81
const MASKED = 0x80
const LENGTH_IN_16_BITS = 126
const LENGTH_IN_64_BITS = 127
const HEAD_BYTES: Readonly<Record<number, number>> = { [LENGTH_IN_16_BITS]: 4, [LENGTH_IN_64_BITS]: 10 }

const headOf = (opcode: number, length: number): Buffer => {
  if (length < LENGTH_IN_16_BITS) return Buffer.from([opcode, MASKED | length])
  const isMedium = length < 2 ** 16
  const head = Buffer.alloc(isMedium ? 4 : 10)
  head[0] = opcode
  head[1] = MASKED | (isMedium ? LENGTH_IN_16_BITS : LENGTH_IN_64_BITS)
  if (isMedium) head.writeUInt16BE(length, 2)
  else head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

const ZEROS = Buffer.alloc(4)

/** Any frame, masked with zeros, as clients must mask. @param opcode with the bit of the last fragment */
export const rawFrame = (opcode: number, payload: string | Buffer): Buffer => {
  const bytes = Buffer.from(payload)
  return Buffer.concat([headOf(opcode, bytes.length), ZEROS, bytes])
}

/** The beginning of a frame of which not all comes. */
export const frameHead = (opcode: number, length: number): Buffer =>
  Buffer.concat([headOf(opcode, length), ZEROS])

export const textFrame = (text: string): Buffer => rawFrame(FINAL_TEXT, text)

const lengthIn = (bytes: Buffer, short: number): number => {
  if (short === LENGTH_IN_16_BITS) return bytes.readUInt16BE(2)
  return short === LENGTH_IN_64_BITS ? Number(bytes.readBigUInt64BE(2)) : short
}

/** The first frame's payload and what comes behind it; null while the frame is not complete. */
const firstFrame = (bytes: Buffer): { text: string; rest: Buffer } | null => {
  if (bytes.length < 2) return null
  const short = bytes[1]! & ~MASKED
  const start = HEAD_BYTES[short] ?? 2
  if (bytes.length < start) return null
  const end = start + lengthIn(bytes, short)
  return bytes.length < end ? null : { text: bytes.toString('utf8', start, end), rest: bytes.subarray(end) }
}

const END_OF_HEAD = '\r\n\r\n'

/** What a server says, put together from the chunks in which it comes: the head of its HTTP answer first, then the payload of each frame. */
export class ServerWords {
  #unread: Buffer = Buffer.alloc(0)
  #isHeadRead = false

  take(chunk: Buffer): string[] {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk])
    return [...this.#head(), ...(this.#isHeadRead ? this.#frames() : [])]
  }

  #head(): string[] {
    const end = this.#isHeadRead ? -1 : this.#unread.indexOf(END_OF_HEAD)
    if (end === -1) return []
    this.#isHeadRead = true
    const head = this.#unread.toString('latin1', 0, end)
    this.#unread = this.#unread.subarray(end + END_OF_HEAD.length)
    return [head]
  }

  #frames(): string[] {
    const texts: string[] = []
    for (let frame = firstFrame(this.#unread); frame !== null; frame = firstFrame(this.#unread)) {
      texts.push(frame.text)
      this.#unread = frame.rest
    }
    // A view would keep the whole chunk in memory.
    this.#unread = Buffer.from(this.#unread)
    return texts
  }
}
