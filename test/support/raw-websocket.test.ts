import { expect } from 'chai'
import { ServerWords, textFrame } from './raw-websocket.ts'

const HEAD = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket'

/** As a server sends it: not masked. */
const serverFrame = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  if (bytes.length < 126) return Buffer.concat([Buffer.from([0x81, bytes.length]), bytes])
  const head = Buffer.alloc(bytes.length < 65_536 ? 4 : 10)
  head[0] = 0x81
  if (head.length === 4) {
    head[1] = 126
    head.writeUInt16BE(bytes.length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(bytes.length), 2)
  }
  return Buffer.concat([head, bytes])
}

describe('a raw WebSocket', () => {
  const texts = ['0{}', '', 'é'.repeat(100), 'x'.repeat(70_000), '2']
  const stream = Buffer.concat([Buffer.from(`${HEAD}\r\n\r\n`), ...texts.map(serverFrame)])

  const heardOf = (chunks: readonly Buffer[]): string[] => {
    const words = new ServerWords()
    return chunks.flatMap((chunk) => words.take(chunk))
  }
  const bytewise = (bytes: Buffer): Buffer[] => [...bytes].map((byte) => Buffer.from([byte]))

  it('puts together what a server says, frame by frame and all at once', () => {
    expect(heardOf([stream])).to.deep.equal([HEAD, ...texts])
    const chunks = [Buffer.from(`${HEAD}\r\n\r\n`), ...texts.map(serverFrame)]
    expect(heardOf(chunks)).to.deep.equal([HEAD, ...texts])
  })

  it('puts it together byte by byte', () => {
    const short = texts.map((text) => text.slice(0, 200))
    const bytes = Buffer.concat([Buffer.from(`${HEAD}\r\n\r\n`), ...short.map(serverFrame)])
    expect(heardOf(bytewise(bytes))).to.deep.equal([HEAD, ...short])
  })

  it('masks what it sends, and tells its length in bytes', () => {
    expect([...textFrame('é')]).to.deep.equal([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0xa9])
    const long = textFrame('x'.repeat(200))
    expect([...long.subarray(0, 4)]).to.deep.equal([0x81, 0xfe, 0, 200])
    expect(long.length).to.equal(208)
  })
})
