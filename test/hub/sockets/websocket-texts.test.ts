import type { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Receiver, readTexts } from '../../../hub/sockets/websocket-texts.ts'

type ReceiverOfWs = Receiver & EventEmitter & { write(chunk: Buffer): boolean; destroyed: boolean }

const engine = createRequire(createRequire(import.meta.url).resolve('socket.io')).resolve('engine.io')
const library = createRequire(engine)('ws') as { Receiver: new (options: object) => ReceiverOfWs }

const LIMITS = { isServer: true, maxPayload: 400, maxFragments: 3, maxBufferedChunks: 4 }

const [TEXT, BINARY, CONTINUED, CLOSE, PING] = [1, 2, 0, 8, 9]

interface Frame {
  readonly opcode: number
  readonly isLast: boolean
  readonly isMasked: boolean
  readonly key: Uint8Array
  readonly data: Uint8Array
}

const lengthOf = (bytes: number): number[] =>
  bytes < 126
    ? [bytes]
    : bytes < 65_536
      ? [126, bytes >> 8, bytes & 255]
      : [127, 0, 0, 0, 0, 0, bytes >> 16, (bytes >> 8) & 255, bytes & 255]

const framed = ({ opcode, isLast, isMasked, key, data }: Frame): Buffer => {
  const [short, ...more] = lengthOf(data.length)
  const head = [(isLast ? 128 : 0) + opcode, short! + (isMasked ? 128 : 0), ...more]
  const body = isMasked ? data.map((byte, at) => byte ^ key[at % 4]!) : data
  return Buffer.concat([Buffer.from(head), isMasked ? key : Buffer.alloc(0), body])
}

/** Everything that a receiver says of these chunks, in its order. */
const said = async (chunks: readonly Buffer[], isOurs: boolean): Promise<unknown[]> => {
  const words: unknown[] = []
  const receiver = new library.Receiver(LIMITS)
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    words.push([isBinary ? 'binary' : 'text', String(data)]),
  )
  for (const name of ['ping', 'pong', 'conclude'])
    receiver.on(name, (...args) => words.push([name, ...args.map(String)]))
  receiver.on('error', (error: { code: string }) => words.push(['error', error.code]))
  if (isOurs) readTexts(receiver, { takeText: (text) => words.push(['text', text]) })
  for (const chunk of chunks) if (!receiver.destroyed) receiver.write(Buffer.from(chunk))
  await new Promise((resolve) => setImmediate(resolve))
  return words
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((words) => new Uint8Array(Buffer.from(words))),
  fc.integer({ min: 120, max: 410 }).map((length) => new Uint8Array(Buffer.alloc(length, 'x'))),
)
const key = fc.uint8Array({ minLength: 4, maxLength: 4 })
const plain: fc.Arbitrary<Frame> = fc.record({
  opcode: fc.constant(TEXT),
  isLast: fc.constant(true),
  isMasked: fc.constant(true),
  key,
  data: text,
})
const odd: fc.Arbitrary<Frame> = fc.record({
  opcode: fc.constantFrom(TEXT, TEXT, BINARY, CONTINUED, CLOSE, PING),
  isLast: fc.boolean(),
  isMasked: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn > 0),
  key,
  data: fc.oneof(text, fc.uint8Array({ maxLength: 130 })),
})
const frames = fc.array(fc.oneof({ weight: 5, arbitrary: plain }, { weight: 1, arbitrary: odd }), {
  maxLength: 12,
})
/** Where chunks end, of a thousand. */
const cuts = fc.array(fc.nat({ max: 1000 }), { maxLength: 12 })

const chunksOf = (bytes: Buffer, ends: readonly number[]): Buffer[] => {
  const places = [0, ...ends.map((end) => Math.floor((end * bytes.length) / 1000)), bytes.length].sort(
    (a, b) => a - b,
  )
  return places
    .slice(1)
    .flatMap((end, index) => (end > places[index]! ? [bytes.subarray(places[index], end)] : []))
}

describe('texts of WebSocket', () => {
  it('are those that ws reads, and everything else is what ws makes of it, wherever chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(frames, cuts, async (sent, ends) => {
        const chunks = chunksOf(Buffer.concat(sent.map(framed)), ends)
        expect(await said(chunks, true)).to.deep.equal(await said(chunks, false))
      }),
      { numRuns: 1500 },
    )
  })

  it('are those that ws reads when they come byte by byte', async () => {
    const sent = ['a', 'ä', 'x'.repeat(130)].map((words) => ({
      opcode: TEXT,
      isLast: true,
      isMasked: true,
      key: new Uint8Array([1, 2, 3, 4]),
      data: new Uint8Array(Buffer.from(words)),
    }))
    const bytes = Buffer.concat(sent.map(framed))
    const chunks = [...bytes].map((byte) => Buffer.from([byte]))
    expect(await said(chunks, true)).to.deep.equal(await said(chunks, false))
  })
})
