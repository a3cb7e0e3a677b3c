/** Connections that are ended for what they sent: what they are told before, over real sockets. */
import { expect } from 'chai'
import { driverOf, vendorOf } from '../support/client.ts'
import { askHttp } from '../support/http.ts'
import { startTestHub } from '../support/hub.ts'
import { RawPeer } from '../support/raw-peer.ts'
import { frameHead } from '../support/raw-websocket.ts'
import { eventOf } from '../support/waiting.ts'

const [TEXT, BINARY, TEXT_BEGINS, CONTINUES] = [0x81, 0x82, 0x01, 0x00]
const VENDOR = { role: 'vendor', store: 'acme' }
const MIB = 1024 * 1024

/** A close frame's payload, read as text. */
const closeOf = (status: number): string => Buffer.from([status >>> 8, status & 255]).toString()
const isClose = (word: string): boolean => word === '' || word.startsWith('\x03')

const watching = async (port: number): Promise<RawPeer> => {
  const peer = await RawPeer.open(port)
  peer.says('40/watch,{}')
  await peer.words.next((word) => word.includes('["hello"'))
  return peer
}

const ADMITTED = {
  '/caps': (port: number) => RawPeer.admitted(port, VENDOR),
  '/watch': watching,
} as const

interface Wrong {
  readonly code: string
  send(peer: RawPeer): void
}

const WRONG: Readonly<Record<string, Wrong>> = {
  'binary data': { code: 'binary', send: (peer) => peer.frame(BINARY, Buffer.alloc(10)) },
  'a packet that announces attachments': {
    code: 'binary',
    send: (peer) => peer.says('451-/caps,["pickup",{"_placeholder":true,"num":0}]'),
  },
  'what is no packet': { code: 'malformed', send: (peer) => peer.says('42/caps,["pickup",') },
  'a message above what the transport takes': {
    code: 'too-large',
    send: (peer) => peer.write(frameHead(TEXT, MIB + 1)),
  },
  'a message in more parts than it may have': {
    code: 'too-large',
    send: (peer) => {
      peer.frame(TEXT_BEGINS, '4')
      for (let part = 0; part < 20; part += 1) peer.frame(CONTINUES, '2')
    },
  },
}

describe('a connection that is ended for what it sent', () => {
  for (const [namespace, open] of Object.entries(ADMITTED))
    for (const [what, { code, send }] of Object.entries(WRONG))
      it(`[LM16] over ${namespace} is told ${code} for ${what}, before its end`, async () => {
        const hub = await startTestHub()
        const peer = await open(hub.port)
        send(peer)
        const told = await peer.words.next((word) => word.startsWith(`42${namespace},["refused"`))
        expect(told).to.include(`"code":"${code}"`)
        await peer.words.next(isClose)
      })

  const CLOSED: Readonly<Record<string, number>> = {
    'a message above what the transport takes': 1009,
    'a message in more parts than it may have': 1008,
  }
  for (const [what, status] of Object.entries(CLOSED))
    it(`[LM16] is closed with ${status} for ${what}`, async () => {
      const { port } = await startTestHub()
      const peer = await RawPeer.admitted(port, VENDOR)
      WRONG[what]!.send(peer)
      await peer.words.next((word) => word.includes('"too-large"'))
      expect(await peer.words.next(isClose)).to.equal(closeOf(status))
      await peer.ended()
    })

  for (const [what, { code, send }] of Object.entries(WRONG).filter(([, { code }]) => code !== 'malformed'))
    it(`[LM16] before it has said who it is gets a connect_error with ${code} for ${what}`, async () => {
      const { port } = await startTestHub()
      const peer = await RawPeer.open(port)
      send(peer)
      for (const namespace of ['/caps', '/watch'])
        expect(await peer.words.next((word) => word.startsWith(`44${namespace},`))).to.include(
          `"code":"${code}"`,
        )
      await peer.words.next(isClose)
    })

  it('[LM16] hears it through the library as the message `refused`, over a WebSocket and over polling', async () => {
    const { url } = await startTestHub()
    for (const transports of [['websocket'], ['polling']]) {
      const { socket } = await driverOf(url, `by-${transports[0]}`, {}, { transports })
      const [refused, ended] = [eventOf<[{ code: string }]>(socket, 'refused'), eventOf(socket, 'disconnect')]
      socket.io.engine.write('2/caps,["pickup",')
      expect((await refused)[0]).to.include({ code: 'malformed' })
      await ended
    }
  })

  it('[LM16] is counted and logged as refused, by its network alone', async () => {
    const hub = await startTestHub()
    const peer = await RawPeer.admitted(hub.port, VENDOR)
    peer.write(frameHead(TEXT, MIB + 1))
    await peer.ended()
    const refused = hub.log.filter(({ text }) => text === 'refused').map(({ fields }) => fields)
    expect(refused).to.deep.equal([{ code: 'too-large', who: '127.0.0.0/24' }])
  })

  it('[LM16] is not one that sends an event of the name error', async () => {
    const { url } = await startTestHub()
    const vendor = await vendorOf(url, 'acme')
    const heard: unknown[] = []
    vendor.socket.on('refused', (refused) => heard.push(refused))
    vendor.socket.emit('error', { code: 'binary' })
    await vendor.ask('publish', [])
    expect(heard).to.deep.equal([])
  })

  it('[LM16] over polling gets a status of HTTP for a body that is too large or binary', async () => {
    const { port } = await startTestHub()
    const path = '/socket.io/?EIO=4&transport=polling'
    const post = async (rawBody: string, type: string): Promise<number> => {
      const { sid } = JSON.parse(String((await askHttp(port, path)).body).slice(1)) as { sid: string }
      const headers = { 'content-type': type }
      return (await askHttp(port, `${path}&sid=${sid}`, { method: 'POST', rawBody, headers })).status
    }
    expect(await post('x'.repeat(17_000), 'text/plain')).to.equal(413)
    expect(await post('x', 'application/octet-stream')).to.equal(400)
  })
})
