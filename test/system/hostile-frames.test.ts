/** What a peer may do with the frames of WebSocket and the packets of Engine.IO, past all that a client library lets it. After each of it the hub still serves everybody else. */
import { expect } from 'chai'
import { driverOf, orderOf, vendorOf } from '../support/client.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { RawPeer } from '../support/raw-peer.ts'
import { frameHead, rawFrame, textFrame } from '../support/raw-websocket.ts'

const AUTH = { role: 'vendor', store: 'evil' }
const FINAL = 0x80
const [CONTINUED, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10]
const ASKS = '42/caps,7["token","x"]'
const ANSWER = '43/caps,7['

const stillServes = async ({ url }: TestHub): Promise<void> => {
  const [vendor, driver] = [await vendorOf(url, 'good'), await driverOf(url, 'good')]
  expect(await vendor.ask('pickup', orderOf('good', 'o-1'))).to.include({ ok: true })
  ;(await driver.handed.next()).reply()
  expect(await driver.ask('in-transit', { store: 'good', orderId: 'o-1' })).to.include({ ok: true })
  ;(await vendor.handed.next()).reply()
}

const bytes = (...chunks: readonly Buffer[]): Buffer => Buffer.concat(chunks)

/** In parts, each with something between them. */
const inParts = (text: string, between: Buffer): Buffer => {
  const [first, rest] = [text.slice(0, 9), text.slice(9)]
  return bytes(rawFrame(TEXT, first), between, rawFrame(FINAL | CONTINUED, rest))
}

const unmasked = (text: string): Buffer => bytes(Buffer.from([FINAL | TEXT, text.length]), Buffer.from(text))

/** A length in the form of eight bytes, all of which count. */
const headOf = (length: bigint): Buffer => {
  const head = Buffer.alloc(14)
  head[0] = FINAL | TEXT
  head[1] = 0xff
  head.writeBigUInt64BE(length, 2)
  return head
}

/** With the length in more bytes than it takes. */
const wideFrame = (text: string, form: 126 | 127): Buffer => {
  const head = Buffer.alloc(form === 126 ? 8 : 14)
  head[0] = FINAL | TEXT
  head[1] = FINAL | form
  if (form === 126) head.writeUInt16BE(text.length, 2)
  else head.writeBigUInt64BE(BigInt(text.length), 2)
  return bytes(head, Buffer.from(text))
}

/** Waits until the hub has ended it, by itself or with a close frame or a word, which it answers by leaving. */
const cut = (peer: RawPeer): Promise<void> => {
  peer.socket.once('data', () => peer.socket.end())
  return peer.ended()
}

describe('a peer that is hostile in its frames', () => {
  let hub: TestHub
  let peer: RawPeer

  beforeEach(async () => {
    hub = await startTestHub()
    peer = await RawPeer.admitted(hub.port, AUTH)
  })

  const TAKEN: Readonly<Record<string, Buffer>> = {
    'in two parts': inParts(ASKS, Buffer.alloc(0)),
    'in two parts, with a ping and a pong between them': inParts(
      ASKS,
      bytes(rawFrame(FINAL | PING, 'x'), rawFrame(FINAL | PONG, '')),
    ),
    'behind thousands of pings': bytes(
      ...Array.from({ length: 5000 }, () => rawFrame(FINAL | PING, '')),
      textFrame(ASKS),
    ),
    'behind the largest ping': bytes(rawFrame(FINAL | PING, 'x'.repeat(125)), textFrame(ASKS)),
    'behind pongs that nobody asked for': bytes(rawFrame(FINAL | PONG, 'x'), textFrame(ASKS)),
    'with its length in two bytes': wideFrame(ASKS, 126),
    'with its length in eight bytes': wideFrame(ASKS, 127),
    'behind packets of Engine.IO that mean nothing': bytes(
      ...['6', '3', '3probe', '5', '0{}'].map(textFrame),
      textFrame(ASKS),
    ),
    'behind answers that nobody waits for': bytes(
      ...['43/caps,0[]', '43/caps,[]', '43/caps,999999999999999[]', '43/caps,9999999999999999999[]'].map(
        textFrame,
      ),
      textFrame(ASKS),
    ),
  }
  for (const [how, chunk] of Object.entries(TAKEN))
    it(`[SK13] gets its answer when it sends a message ${how}`, async () => {
      peer.write(chunk)
      await peer.words.next((word) => word.startsWith(ANSWER))
      await stillServes(hub)
    })

  it('[SK13] gets its answer when its message comes byte by byte', async () => {
    peer.socket.setNoDelay(true)
    for (const byte of textFrame(ASKS))
      await new Promise<void>((resolve) =>
        peer.socket.write(Buffer.from([byte]), () => setImmediate(resolve)),
      )
    await peer.words.next((word) => word.startsWith(ANSWER))
    await stillServes(hub)
  })

  const CUT: Readonly<Record<string, Buffer>> = {
    'a frame without a mask': unmasked(ASKS),
    'a message, and in the same chunk a frame without a mask': bytes(textFrame(ASKS), unmasked(ASKS)),
    'reserved bits': rawFrame(FINAL | 0x40 | TEXT, ASKS),
    'other reserved bits': rawFrame(FINAL | 0x30 | TEXT, ASKS),
    'a reserved kind of frame': rawFrame(FINAL | 3, ASKS),
    'a reserved kind of control frame': rawFrame(FINAL | 11, 'x'),
    'a control frame that is too long': rawFrame(FINAL | PING, 'x'.repeat(126)),
    'a control frame in parts': rawFrame(PING, 'x'),
    'a continuation of nothing': rawFrame(FINAL | CONTINUED, ASKS),
    'a message in the middle of another one': bytes(rawFrame(TEXT, '42/c'), textFrame(ASKS)),
    'a length of 2^63': headOf(2n ** 63n),
    'a length of 2^63 - 1': headOf(2n ** 63n - 1n),
    'a length of 2^53': headOf(2n ** 53n),
    'a length that is one byte too many': frameHead(FINAL | TEXT, 4 * 262_144 + 1),
    'text that is none': rawFrame(FINAL | TEXT, Buffer.from([0x34, 0x32, 0xff, 0xfe])),
    'text that is none, behind a message': bytes(
      textFrame(ASKS),
      rawFrame(FINAL | TEXT, Buffer.from([0xc3])),
    ),
    'text that is none in its second part': bytes(
      rawFrame(TEXT, '42/caps,["token","'),
      rawFrame(FINAL | CONTINUED, Buffer.from([0xff])),
    ),
    'a binary frame': rawFrame(FINAL | BINARY, ASKS),
    'an empty text': textFrame(''),
    'no packet of Engine.IO': textFrame('x'),
    'a ping of Engine.IO': textFrame('2'),
    'a probe': textFrame('2probe'),
    'a close without a code': rawFrame(FINAL | CLOSE, ''),
    'a close with a code, and messages behind it': bytes(
      rawFrame(FINAL | CLOSE, Buffer.from([0x03, 0xe8])),
      textFrame(ASKS),
      textFrame(ASKS),
    ),
    'a close with half a code': rawFrame(FINAL | CLOSE, Buffer.from([3])),
    'a close with a code that may not be sent': rawFrame(FINAL | CLOSE, Buffer.from([0x03, 0xed])),
    'a close with a reason that is no text': rawFrame(FINAL | CLOSE, Buffer.from([0x03, 0xe8, 0xff])),
    'a message, and a close behind it': bytes(textFrame(ASKS), rawFrame(FINAL | CLOSE, '')),
    'a packet with an attachment': textFrame('451-/caps,["token",{"_placeholder":true,"num":0}]'),
    'a message to a namespace where it is not': textFrame('42/watch,["x"]'),
    'a second connect': textFrame('40/caps,{}'),
    "a refusal, which is only the hub's to send": textFrame('44/caps,{"message":"x"}'),
  }
  for (const [what, chunk] of Object.entries(CUT))
    it(`[SK13] is cut for ${what}`, async () => {
      peer.write(chunk)
      await cut(peer)
      await stillServes(hub)
    })

  it('[SK13] is cut when it sends in the same chunk in which it connects', async () => {
    const hasty = await RawPeer.open(hub.port)
    hasty.write(bytes(textFrame('40/caps,{"role":"vendor","store":"hasty"}'), textFrame(ASKS)))
    await cut(hasty)
    await stillServes(hub)
  })

  it('[SK13] connects twice in one chunk, as two, and is cut when it sends after the end of one', async () => {
    const two = await RawPeer.open(hub.port)
    const auths = ['one', 'two'].map((store) => `40/caps,${JSON.stringify({ role: 'vendor', store })}`)
    two.write(bytes(...auths.map(textFrame)))
    await two.words.next((word) => word.includes('["welcome"'))
    await two.words.next((word) => word.includes('["welcome"'))
    two.says(ASKS)
    await two.words.next((word) => word.startsWith(ANSWER))
    const one = await RawPeer.admitted(hub.port, { role: 'vendor', store: 'one' })
    await two.words.next((word) => word.startsWith('41/caps,'))
    // Socket.IO knows one socket of a namespace on a connection, and has forgotten it now.
    two.says(ASKS)
    await cut(two)
    one.says(ASKS)
    await one.words.next((word) => word.startsWith(ANSWER))
    await RawPeer.admitted(hub.port, { role: 'vendor', store: 'two' })
    await stillServes(hub)
  })

  it('[SK13] connects twice in one chunk as the same participant, and the newer one is heard', async () => {
    const two = await RawPeer.open(hub.port)
    const auth = textFrame('40/caps,{"role":"vendor","store":"twice"}')
    two.write(bytes(auth, auth))
    await two.words.next((word) => word.includes('["welcome"'))
    two.says(ASKS)
    await two.words.next((word) => word.startsWith(ANSWER))
    two.socket.destroy()
    await stillServes(hub)
  })

  it('[SK13] sends before it connects', async () => {
    const early = await RawPeer.open(hub.port)
    early.says(ASKS)
    await cut(early)
    await stillServes(hub)
  })
})
