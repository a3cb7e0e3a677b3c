/** The Engine.IO packets in what a client has sent on a connection: bodies of its HTTP requests, then WebSocket frames. */

const END_OF_HEAD = '\r\n\r\n'
const SEPARATOR = '\x1e'
const LENGTH_MASK = 0x7f
const LENGTH_IN_16_BITS = 126
const LENGTH_IN_64_BITS = 127
const TEXT = 0x81

interface Frame {
  readonly isText: boolean
  readonly payload: string
  readonly end: number
}

const frameAt = (bytes: Buffer, from: number): Frame | null => {
  if (bytes.length < from + 6) return null
  const short = bytes[from + 1]! & LENGTH_MASK
  const wide = short === LENGTH_IN_16_BITS ? 2 : short === LENGTH_IN_64_BITS ? 8 : 0
  const length = wide === 0 ? short : bytes.readUIntBE(from + 2 + Math.max(0, wide - 6), Math.min(wide, 6))
  const start = from + 2 + wide + 4
  if (bytes.length < start + length) return null
  const mask = bytes.subarray(start - 4, start)
  const payload = Buffer.from(bytes.subarray(start, start + length)).map(
    (byte, index) => byte ^ mask[index % 4]!,
  )
  return { isText: bytes[from] === TEXT, payload: Buffer.from(payload).toString(), end: start + length }
}

const packetsInFrames = (bytes: Buffer): string[] => {
  const packets: string[] = []
  for (let frame = frameAt(bytes, 0); frame !== null; frame = frameAt(bytes, frame.end))
    if (frame.isText) packets.push(frame.payload)
  return packets
}

export const packetsIn = (sent: Buffer): string[] => {
  const endOfHead = sent.indexOf(END_OF_HEAD)
  if (endOfHead === -1) return []
  const head = sent.toString('latin1', 0, endOfHead)
  const rest = sent.subarray(endOfHead + END_OF_HEAD.length)
  if (/^upgrade: websocket$/im.test(head)) return packetsInFrames(rest)
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
  const body = rest.toString('utf8', 0, length)
  const packets = body === '' ? [] : body.split(SEPARATOR)
  return [...packets, ...packetsIn(rest.subarray(length))]
}
