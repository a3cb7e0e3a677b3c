/**
 * Reads what nearly all clients send, whole messages of text in one frame (RFC 6455, 5.2), straight from the chunks that the system gives: `ws` makes eight buffers of each frame on its way to a text. Whatever else
 * comes, or is wrong, is given to `ws` as it came: parts of messages, long ones, control frames, texts that are none. A frame at the end of a chunk is kept until the next one; if that does not complete it either, it is for
 * `ws` too, with its limits.
 */
import { isUtf8 } from 'node:buffer'
import { partsOf } from './inside.ts'

type Done = (error?: Error | null) => void

/** Inside of `ws`: what takes the chunks. */
export interface Receiver {
  _write(chunk: Buffer, encoding: string, done: Done): void
  /** What it waits for: 0 is the head of a frame. */
  readonly _state: number
  readonly _bufferedBytes: number
  /** Not 0 between the parts of a message. */
  readonly _fragmented: number
  /** Of the last frame: behind 8, the end, nothing is taken. */
  readonly _opcode: number
  readonly _maxPayload: number
}

/** What {@link readTexts} uses of it; where one is missing, all is to be left to `ws`. */
export const INSIDE_OF_RECEIVERS = partsOf({
  _write: 'function',
  _state: 'number',
  _bufferedBytes: 'number',
  _fragmented: 'number',
  _opcode: 'number',
  _maxPayload: 'number',
})

export interface TextTaker {
  /** @param bytes of the text */
  takeText(text: string, bytes: number): void
}

const WHOLE_TEXT = 0x81
const MASKED = 0x80
const [TWO_BYTES_FOLLOW, EIGHT_BYTES_FOLLOW] = [126, 127]
const MASK_BYTES = 4
const [AT_HEAD, END] = [0, 8]
const ASCII = 0x7f

interface Frame {
  /** Where its text begins, behind its mask, and ends. */
  readonly begin: number
  readonly end: number
}

/** The frame that begins here; null if it is for `ws`, `incomplete` if its head is not all there. */
const frameAt = (chunk: Buffer, at: number): Frame | 'incomplete' | null => {
  if (chunk[at] !== WHOLE_TEXT) return null
  const second = chunk[at + 1]
  if (second === undefined) return 'incomplete'
  const short = second - MASKED
  if (short < 0 || short === EIGHT_BYTES_FOLLOW) return null
  const begin = at + (short === TWO_BYTES_FOLLOW ? 4 : 2) + MASK_BYTES
  if (begin > chunk.length) return 'incomplete'
  return { begin, end: begin + (short === TWO_BYTES_FOLLOW ? chunk.readUInt16BE(at + 2) : short) }
}

/** Masking twice is as good as not at all. @returns all bits that any of its bytes has then */
const mask = (chunk: Buffer, { begin, end }: Frame): number => {
  const key = begin - MASK_BYTES
  let bits = 0
  for (let at = begin; at < end; at += 1) {
    const byte = chunk[at]! ^ chunk[key + ((at - begin) & 3)]!
    chunk[at] = byte
    bits |= byte
  }
  return bits
}

/** null: this is no text. */
const textOf = (chunk: Buffer, frame: Frame): string | null => {
  const { begin, end } = frame
  if (mask(chunk, frame) <= ASCII) return chunk.toString('latin1', begin, end)
  if (isUtf8(chunk.subarray(begin, end))) return chunk.toString('utf8', begin, end)
  mask(chunk, frame)
  return null
}

const isAtHead = ({ _state, _bufferedBytes, _fragmented, _opcode }: Receiver): boolean =>
  _state === AT_HEAD && _bufferedBytes === 0 && _fragmented === 0 && _opcode !== END

/** From now on texts are given to the taker, in the order in which they and everything else come. */
export const readTexts = (receiver: Receiver, taker: TextTaker): void => {
  const write = receiver._write
  let kept: Buffer | null = null

  /** @returns where what is left begins, and whether it may be completed by the next chunk */
  const takeAll = (chunk: Buffer): { at: number; mayBeCompleted: boolean } => {
    let at = 0
    while (at < chunk.length) {
      const frame = frameAt(chunk, at)
      if (frame === 'incomplete') return { at, mayBeCompleted: true }
      if (frame === null || frame.end - frame.begin > receiver._maxPayload) break
      if (frame.end > chunk.length) return { at, mayBeCompleted: true }
      const text = textOf(chunk, frame)
      if (text === null) break
      taker.takeText(text, frame.end - frame.begin)
      at = frame.end
    }
    return { at, mayBeCompleted: false }
  }

  receiver._write = (chunk, encoding, done) => {
    if (!isAtHead(receiver)) return write.call(receiver, chunk, encoding, done)
    const before = kept
    kept = null
    const whole = before === null ? chunk : Buffer.concat([before, chunk])
    const { at, mayBeCompleted } = takeAll(whole)
    if (at === whole.length) return done()
    if (mayBeCompleted && (before === null || at > 0)) {
      kept = Buffer.from(whole.subarray(at))
      return done()
    }
    if (before === null || at > 0) return write.call(receiver, whole.subarray(at), encoding, done)
    write.call(receiver, before, encoding, (error) => {
      if (error) done(error)
      else write.call(receiver, chunk, encoding, done)
    })
  }
}
