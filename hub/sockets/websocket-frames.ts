/** Frames of WebSocket, RFC 6455 (5.2), as a server sends them: whole messages of text, without a mask. */

const WHOLE_TEXT = 0x81
/** Lengths that fit where the head says the length itself, and what it says instead. */
const [SHORT, LONG] = [125, 0xffff]
const [TWO_BYTES_FOLLOW, EIGHT_BYTES_FOLLOW] = [126, 127]

const headBytes = (length: number): number => (length <= SHORT ? 2 : length <= LONG ? 4 : 10)

/** @returns where the head ends */
const writeHead = (frames: Buffer, at: number, length: number): number => {
  frames[at] = WHOLE_TEXT
  if (length <= SHORT) {
    frames[at + 1] = length
    return at + 2
  }
  if (length <= LONG) {
    frames[at + 1] = TWO_BYTES_FOLLOW
    return frames.writeUInt16BE(length, at + 2)
  }
  frames[at + 1] = EIGHT_BYTES_FOLLOW
  return frames.writeBigUInt64BE(BigInt(length), at + 2)
}

/** A frame each, in one piece. */
export const framesOf = (texts: readonly string[]): Buffer => {
  const lengths = texts.map((text) => Buffer.byteLength(text))
  const frames = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + headBytes(length) + length, 0))
  let at = 0
  for (const [index, text] of texts.entries()) {
    const length = lengths[index]!
    at = writeHead(frames, at, length)
    // A character a byte is ASCII, which is written faster as what it is.
    at += frames.write(text, at, length === text.length ? 'latin1' : 'utf8')
  }
  return frames
}
