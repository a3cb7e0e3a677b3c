/** What a client said over its WebSocket, from the bytes of its system calls: a client masks its frames (RFC 6455, section 5.3). */

const SIMPLE: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12 }

const byteOf = (escaped: string): number => {
  const octal = /^\\([0-7]+)$/.exec(escaped)?.[1]
  if (octal !== undefined) return Number.parseInt(octal, 8)
  const name = escaped.at(-1)!
  return SIMPLE[name] ?? name.charCodeAt(0)
}

/** The bytes of all strings among the arguments of a call, as strace writes them. */
const bytesIn = (args: string): Buffer => {
  const strings = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, string = '']) => string)
  const characters = strings.join('').match(/\\[0-7]{1,3}|\\.|[^\\]/g) ?? []
  return Buffer.from(characters.map((one) => (one.length > 1 ? byteOf(one) : one.charCodeAt(0))))
}

interface Header {
  readonly length: number
  readonly key: Buffer
  readonly start: number
}

const headerAt = (bytes: Buffer, at: number): Header | null => {
  const short = (bytes[at + 1] ?? 0) & 0x7f
  const keyAt = at + 2 + (short === 126 ? 2 : short === 127 ? 8 : 0)
  if (bytes.length < keyAt + 4 || ((bytes[at + 1] ?? 0) & 0x80) === 0) return null
  const length =
    short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short
  return { length, key: bytes.subarray(keyAt, keyAt + 4), start: keyAt + 4 }
}

/** The text of the frames that a call sent; '' if it sent none, or something else. */
export const clientText = (args: string): string => {
  const bytes = bytesIn(args)
  let text = ''
  for (let header = headerAt(bytes, 0); header !== null; ) {
    const { key, start, length } = header
    const payload = Buffer.from(bytes.subarray(start, start + length))
    for (const [index, byte] of payload.entries()) payload[index] = byte ^ key[index % 4]!
    text += payload.toString()
    header = headerAt(bytes, start + length)
  }
  return text
}
