/** Limits of what comes from outside, over real sockets: what is above them is answered or cut, counted, and costs nobody else anything. */
import { expect } from 'chai'
import sinon from 'sinon'
import type { Receipt } from '../../shared/protocol.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { driverOf, openClient, orderOf, refusalOf, vendorOf } from '../support/client.ts'
import { askHttp } from '../support/http.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { rawConnection } from '../support/raw-http.ts'
import { RawPeer } from '../support/raw-peer.ts'
import { RawReader } from '../support/raw-reader.ts'
import { frameHead, rawFrame } from '../support/raw-websocket.ts'
import { newKeys, tokenFor } from '../support/tokens.ts'
import { createInbox, eventOf, inTime } from '../support/waiting.ts'

/** Of Socket.IO, not of Engine.IO or HTTP. */
const isMessage = (word: string): boolean => word.startsWith('4')

const POLLING = { transports: ['polling'] }
const POLL = '/socket.io/?EIO=4&transport=polling'
const TEXT = 0x81
const [TEXT_BEGINS, CONTINUES, PING] = [0x01, 0x00, 0x89]

/** Somebody else still is served. */
const stillServes = async ({ url }: TestHub): Promise<void> => {
  const vendor = await vendorOf(url, 'good')
  expect(await vendor.ask('pickup', orderOf('good', 'o-1'))).to.include({ ok: true })
}

/** Loopback counts like any other address: the hub has a key. */
const startKeyedHub = async (options: Parameters<typeof startTestHub>[0] = {}) => {
  const keys = newKeys()
  return { hub: await startTestHub({ ...options, keys }), tokenOf: (who: string) => tokenFor(keys, who) }
}

const codesIn = ({ log }: TestHub) => log.filter(({ text }) => text === 'refused').map(({ fields }) => fields)

describe('limits of events', () => {
  const detailsOf = (more: number) => ({ a: 'x'.repeat(8000), b: 'y'.repeat(7000), c: 'z'.repeat(more) })

  it('[LM1] refuse one above 16 KiB by itself, alone and in a frame, and tell the size in the welcome', async () => {
    const hub = await startTestHub()
    const vendor = openClient(hub.url, { role: 'vendor', store: 'acme' })
    expect((await vendor.welcomes.next()).limits).to.deep.equal({
      eventBytes: 16_384,
      frameBytes: 262_144,
      batchLength: 1000,
    })
    const bare = Buffer.byteLength(JSON.stringify({ ...orderOf('acme', 'o-1'), details: detailsOf(0) }))
    const sized = (orderId: string, bytes: number) => ({
      ...orderOf('acme', orderId),
      details: detailsOf(bytes - bare),
    })
    const [fits, large] = [sized('o-1', 16_384), sized('o-2', 16_385)]
    expect(await vendor.ask('pickup', large)).to.include({ code: 'too-large', temporary: false })
    const receipts = await vendor.ask<Receipt[]>(
      'publish',
      [fits, large].map((payload) => ({ event: 'pickup', payload })),
    )
    expect(receipts.map((receipt) => (receipt.ok ? 'ok' : receipt.code))).to.deep.equal(['ok', 'too-large'])
  })

  it('[LM1] can be set lower for details', async () => {
    const { url } = await startTestHub({
      options: { detailsDepth: 2, detailsKeys: 3, detailsStringLength: 4 },
    })
    const vendor = await vendorOf(url, 'acme')
    const tooMuch = [{ a: { b: {} } }, { a: 1, b: 2, c: 3, d: 4 }, { a: 'xxxxx' }]
    for (const details of tooMuch)
      expect(await vendor.ask('pickup', { ...orderOf('acme', 'o-1'), details })).to.include({
        code: 'malformed',
      })
    expect(
      await vendor.ask('pickup', { ...orderOf('acme', 'o-1'), details: { a: { b: 'xxxx' } } }),
    ).to.include({ ok: true })
  })

  const CARRIERS: Readonly<Record<string, (key: string) => string>> = {
    'the payload': (key) => `["pickup",{"store":"acme",${key}:{"a":1}}]`,
    details: (key) =>
      `["pickup",{"store":"acme","orderId":"o","customer":"c","address":"a","details":{${key}:1}}]`,
    'the depth of details': (key) =>
      `["pickup",{"store":"acme","orderId":"o","customer":"c","address":"a","details":{"a":[{"b":{${key}:{}}}]}}]`,
    'an element of a frame': (key) => `["publish",[{"event":"pickup","payload":{},${key}:1}]]`,
    'a payload in a frame': (key) =>
      `["publish",[{"event":"delivered","payload":{"store":"acme","orderId":"o",${key}:1}}]]`,
    'a release': (key) => `["release",{"store":"acme","orderId":"o","reason":"",${key}:1}]`,
    'a question': (key) => `["track",{"orderId":"o",${key}:1}]`,
    'a position': (key) => `["position",{"lat":1,"lng":1,${key}:1}]`,
    'a rejection': (key) => `["reject",[{"entry":"e","reason":"",${key}:1}]]`,
  }
  const KEYS = ['"__proto__"', '"constructor"', '"prototype"', '"\\u005f_proto__"', '"\\u0063onstructor"']
  for (const [where, messageWith] of Object.entries(CARRIERS))
    it(`[LM13] refuse a key that reaches for prototypes in ${where}`, async () => {
      const hub = await startTestHub()
      const role = /release|position/.test(messageWith('')) ? { role: 'driver', id: 'd' } : null
      const peer = await RawPeer.admitted(hub.port, role ?? { role: 'vendor', store: 'acme' })
      const hasAnswer = !/position|reject/.test(messageWith(''))
      for (const key of KEYS) {
        const ignored = hub.reports.counts.ignored
        peer.says(`42/caps,5${messageWith(key)}`)
        peer.says('42/caps,6["token","x"]')
        await peer.words.next((word) => word.startsWith('43/caps,6'))
        const answer = peer.words.all.filter((word) => word.startsWith('43/caps,5')).at(-1)
        if (hasAnswer) expect(answer, key).to.include('"ok":false').and.include('malformed')
        else expect(hub.reports.counts.ignored - ignored).to.equal(1)
      }
      expect(({} as { a?: unknown }).a).to.equal(undefined)
    })

  it('[LM13] refuse such a key in the handshake', async () => {
    const { port } = await startTestHub()
    for (const key of KEYS) {
      const peer = await RawPeer.open(port)
      peer.says(`40/caps,{"role":"vendor","store":"acme",${key}:{"role":"driver"}}`)
      expect(await peer.words.next(isMessage)).to.include('bad-handshake')
    }
  })
})

describe('limits of packets', () => {
  const ANNOUNCED = [
    '451-/caps,["pickup",{"_placeholder":true,"num":0}]',
    '461-/caps,0[{"_placeholder":true,"num":0}]',
    '459-["x"]',
  ]
  for (const packet of ANNOUNCED)
    it(`[LM2] end a connection that announces attachments, before any comes: ${packet.slice(0, 9)}`, async () => {
      const hub = await startTestHub()
      const peer = await RawPeer.admitted(hub.port, { role: 'vendor', store: 'acme' })
      peer.says(packet)
      await peer.ended()
      expect(hub.reports.counts.brokenPackets).to.equal(1)
      await stillServes(hub)
    })

  it('[LM2] end a connection that sends binary data', async () => {
    const hub = await startTestHub()
    const peer = await RawPeer.admitted(hub.port, { role: 'vendor', store: 'acme' })
    peer.frame(0x82, Buffer.alloc(10))
    await peer.ended()
    await stillServes(hub)
  })

  it('[LM12] end a connection whose message comes in too many parts', async () => {
    const hub = await startTestHub({ options: { websocketFragments: 4 } })
    const auth = { role: 'vendor', store: 'acme' }
    const [patient, flooding] = [
      await RawPeer.admitted(hub.port, auth),
      await RawPeer.admitted(hub.port, { ...auth, id: 'b' }),
    ]
    patient.frame(TEXT_BEGINS, '42/caps,7["tok')
    patient.frame(CONTINUES, 'en",')
    patient.frame(CONTINUES, '"x"')
    patient.frame(CONTINUES | 0x80, ']')
    expect(await patient.words.next((word) => word.startsWith('43/caps,7'))).to.include('"ok":true')
    flooding.frame(TEXT_BEGINS, '4')
    for (let n = 0; n < 4; n += 1) flooding.frame(CONTINUES, '2')
    await flooding.ended()
    expect(hub.reports.counts.brokenConnections).to.equal(1)
  })

  it('[LM12] end a connection whose message comes in too many pieces', async () => {
    const hub = await startTestHub({ options: { websocketChunks: 16 } })
    const peer = await RawPeer.admitted(hub.port, { role: 'vendor', store: 'acme' })
    peer.socket.setNoDelay(true)
    peer.write(frameHead(TEXT, 1000))
    const drip = setInterval(() => peer.write(Buffer.from('x')), 1)
    atEndOfTest(() => clearInterval(drip))
    await peer.ended()
    clearInterval(drip)
    expect(hub.reports.counts.brokenConnections).to.equal(1)
  })

  it('[LM12] answer a ping of a WebSocket, but do not pile answers up for who does not read them', async () => {
    const hub = await startTestHub()
    const accepted = new Promise<void>((resolve) => {
      sinon.stub(hub.reports, 'accepted').callsFake(() => resolve())
    })
    const peer = await RawPeer.admitted(hub.port, { role: 'vendor', store: 'acme' })
    const pong = 'p'.repeat(125)
    peer.frame(PING, pong)
    await peer.words.next((word) => word === pong)
    peer.socket.pause()
    // 26 MB, of which the operating systems take some.
    const pings = 200_000
    const ping = rawFrame(PING, pong)
    for (let sent = 0; sent < pings; sent += 1000) {
      if (!peer.socket.write(Buffer.concat(Array<Buffer>(1000).fill(ping))))
        await eventOf(peer.socket, 'drain')
    }
    peer.says(`42/caps,1["pickup",${JSON.stringify(orderOf('acme', 'o-1'))}]`)
    await inTime(accepted, () => 'what is behind the pings')
    peer.socket.resume()
    await peer.words.next((word) => word.startsWith('43/caps,1'))
    expect(peer.words.all.filter((word) => word === pong).length).to.be.below(pings * 0.75)
  })
})

describe('limits of rates', () => {
  it('[LM4] read a fast connection more slowly, and lose and refuse nothing', async () => {
    const hub = await startTestHub({ options: { connectionEventsPerSecond: 400 } })
    const vendor = await vendorOf(hub.url, 'acme')
    const startMs = performance.now()
    const orders = Array.from({ length: 600 }, (_, n) =>
      vendor.ask<Receipt>('pickup', orderOf('acme', `o-${n}`)),
    )
    const receipts = await Promise.all(orders)
    expect(receipts.every(({ ok }) => ok)).to.equal(true)
    expect(await vendor.ask('token', 'behind them')).to.include({ ok: true })
    expect(hub.reports.counts.slowedConnections).to.be.greaterThan(0)
    expect(performance.now() - startMs).to.be.greaterThan(450)
  })

  it("[LM4] read a sender's bytes more slowly, those of its next connection too", async () => {
    const hub = await startTestHub({ options: { senderBytesPerSecond: 20_000 } })
    const first = await vendorOf(hub.url, 'acme')
    expect(await first.ask('token', 'x'.repeat(8000))).to.include({ ok: true })
    expect(await first.ask('token', 'x'.repeat(8000))).to.include({ ok: true })
    expect(hub.reports.counts.slowedConnections).to.equal(0)
    const second = await vendorOf(hub.url, 'acme')
    expect(await second.ask('token', 'x'.repeat(8000))).to.include({ ok: true })
    expect(hub.reports.counts.slowedConnections).to.equal(1)
    expect(await second.ask('token', 'behind it')).to.include({ ok: true })
  })

  it('[LM4] cut a fast connection that polls', async () => {
    const hub = await startTestHub({ options: { connectionEventsPerSecond: 50 } })
    const vendor = await vendorOf(hub.url, 'acme', {}, POLLING)
    const ended = eventOf(vendor.socket, 'disconnect')
    for (let n = 0; n < 200; n += 1) vendor.socket.emit('token', 'x')
    await ended
    expect(hub.reports.counts.cutConnections).to.equal(1)
    await stillServes(hub)
  })

  it('[LM3][LM15] refuse new orders above the rate, and take all that belongs to accepted ones', async () => {
    const hub = await startTestHub({ options: { senderEventsPerSecond: 2 } })
    const [vendor, driver] = [await vendorOf(hub.url, 'acme'), await driverOf(hub.url, 'd')]
    const ids = ['o-1', 'o-2', 'o-3']
    const receipts = await Promise.all(ids.map((id) => vendor.ask<Receipt>('pickup', orderOf('acme', id))))
    expect(receipts.map((receipt) => (receipt.ok ? 'ok' : receipt.code))).to.deep.equal([
      'ok',
      'ok',
      'rate-limited',
    ])
    expect(receipts[2]).to.have.property('retryAfterMs').that.is.greaterThan(0)
    for (const orderId of ids.slice(0, 2)) {
      ;(await driver.handed.next()).reply()
      for (const event of ['in-transit', 'delivered'])
        expect(await driver.ask(event, { store: 'acme', orderId })).to.include({ ok: true })
    }
    expect(codesIn(hub)).to.deep.equal([{ code: 'rate-limited', who: 'vendor/acme/main' }])
  })
})

describe('limits of waiting', () => {
  /** With 15 KB in each answer more than both operating systems take. */
  const QUESTIONS = 800

  it('[LM11] cut a peer that takes nothing, although it says that it is alive', async () => {
    const times = { readingTimeMs: 300, pingIntervalMs: 100, pingTimeoutMs: 5000 }
    const hub = await startTestHub({ options: { ...times, outgoingBytes: 1024 * 1024 * 1024 } })
    const why = createInbox<string>('a cut')
    sinon.stub(hub.reports, 'cut').callsFake((_, reason) => why.put(reason))
    const vendor = await vendorOf(hub.url, 'acme')
    const reader = await RawReader.openFrozen(hub.port, { role: 'vendor', store: 'acme', id: 'frozen' })
    atEndOfTest(() => reader.destroy())
    const details = { a: 'x'.repeat(8000), b: 'y'.repeat(7000) }
    await vendor.ask('pickup', { ...orderOf('acme', 'o-1'), details })
    const alive = setInterval(() => reader.claimToBeAlive(), 20)
    atEndOfTest(() => clearInterval(alive))
    for (let asked = 0; asked < QUESTIONS; asked += 50) {
      for (let n = 0; n < 50; n += 1) reader.ask('o-1')
      await vendor.ask('token', 'behind them')
    }
    expect(await why.next()).to.equal('nothing has left for it for too long')
    await reader.ended()
  })
})

describe('limits before it is known who connects', () => {
  it('[LM6] cut a WebSocket that says nothing, and one that only polls, and tell them', async () => {
    const hub = await startTestHub({ options: { authenticationTimeMs: 150 } })
    const silent = await RawPeer.open(hub.port)
    const { sid } = JSON.parse(String((await askHttp(hub.port, POLL)).body).slice(1)) as { sid: string }
    const poll = () => askHttp(hub.port, `${POLL}&sid=${sid}`)
    expect((await poll()).body).to.include('authentication-timeout')
    await poll()
    expect(await poll()).to.include({ status: 400 })
    expect(await silent.words.next(isMessage)).to.include('authentication-timeout')
    await silent.ended()
    expect(codesIn(hub)).to.deep.include({ code: 'authentication-timeout', who: '127.0.0.0/24' })
    await stillServes(hub)
  })

  it('[LM6] leave an admitted connection alone, and cut it when its session is over', async () => {
    const hub = await startTestHub({ options: { authenticationTimeMs: 150 } })
    const staying = await RawPeer.admitted(hub.port, { role: 'vendor', store: 'acme' })
    const leaving = await RawPeer.admitted(hub.port, { role: 'driver', id: 'd' })
    leaving.says('41/caps,')
    await leaving.ended()
    staying.says('42/caps,1["token","x"]')
    expect(await staying.words.next((word) => word.startsWith('43/caps,1'))).to.include('"ok":true')
  })

  const START = '40/caps,{"role":"vendor","store":"acme","token":"'
  it('[LM7] take a handshake of 16 KiB and no more', async () => {
    const hub = await startTestHub()
    const [small, large] = [await RawPeer.open(hub.port), await RawPeer.open(hub.port)]
    small.says(`${START}${'x'.repeat(8000)}"}`)
    expect(await small.words.next(isMessage)).to.include('40/caps')
    large.write(frameHead(TEXT, 16_385))
    await large.ended()
    await stillServes(hub)
  })

  it('[LM7] take no more than 16 KiB of several messages', async () => {
    const hub = await startTestHub()
    const peer = await RawPeer.open(hub.port)
    peer.says(`40/one,{"a":"${'x'.repeat(9000)}"}`)
    peer.says(`40/two,{"a":"${'x'.repeat(9000)}"}`)
    await peer.ended()
    expect(hub.reports.counts.cutNewcomers).to.equal(1)
  })

  it('[LM7] take large messages from who is admitted, over a WebSocket, polling and after an upgrade', async () => {
    const { url } = await startTestHub()
    for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
      const vendor = await vendorOf(url, 'acme', { id: transports.join('-') }, { transports })
      const { engine } = vendor.socket.io
      if (engine.transport.name !== transports.at(-1)) await eventOf(engine, 'upgrade')
      const answer = await vendor.ask<Receipt[]>(
        'publish',
        Array.from({ length: 20 }, () => 'x'.repeat(10_000)),
      )
      expect(answer).to.have.length(20)
    }
  })

  it('[LM7] take no large body over polling before it is known who sends it', async () => {
    const hub = await startTestHub()
    const { body } = await askHttp(hub.port, POLL)
    const { sid } = JSON.parse(String(body).slice(1)) as { sid: string }
    const { status } = await askHttp(hub.port, `${POLL}&sid=${sid}`, {
      method: 'POST',
      rawBody: 'x'.repeat(17_000),
    })
    expect(status).to.equal(413)
    await stillServes(hub)
  })

  for (const transports of [['websocket'], ['polling']])
    it(`[LM8][LM15] refuse a connection by ${transports[0]} while too many have not said who they are`, async () => {
      const hub = await startTestHub({ options: { unauthenticatedConnections: 2 } })
      const [first] = [await RawPeer.open(hub.port), await RawPeer.open(hub.port)]
      await refusalOf(hub.url, { role: 'vendor', store: 'acme' }, { transports })
      expect(codesIn(hub)).to.deep.equal([{ code: 'too-many-newcomers', who: '127.0.0.0/24' }])
      first!.connect({ role: 'driver', id: 'd' })
      await first!.words.next((word) => word.includes('["welcome"'))
      await stillServes(hub)
    })

  it('[LM9] refuse an address that connects too often, and say so in the answer of the handshake', async () => {
    const { hub, tokenOf } = await startKeyedHub({ options: { addressConnectionsPerMinute: 3 } })
    for (let n = 0; n < 3; n += 1)
      await openClient(hub.url, { token: await tokenOf(`driver/d-${n}`) }).welcomes.next()
    const { status, body } = await askHttp(hub.port, POLL)
    expect(status).to.equal(403)
    expect((body as { message: string }).message).to.match(/^too-many-connections: \S+/)
    expect(await refusalOf(hub.url, { token: await tokenOf('driver/d') })).to.equal('websocket error')
    expect(hub.reports.refusals.get('too-many-connections')).to.equal(2)
  })

  it('[LM17] refuse an address that has as many connections open as it may, whoever they are, until one of them ends', async () => {
    const { hub, tokenOf } = await startKeyedHub({ options: { addressConnections: 2 } })
    const first = openClient(hub.url, { token: await tokenOf('driver/d') })
    await first.welcomes.next()
    await RawPeer.open(hub.port)
    const { status, body } = await askHttp(hub.port, POLL)
    expect(status).to.equal(403)
    expect((body as { message: string }).message).to.match(/^too-many-connections: .* open/)
    expect(hub.reports.refusals.get('too-many-connections')).to.equal(1)
    const ended = new Promise<void>((resolve) => {
      hub.reports.disconnected = () => resolve()
    })
    first.socket.io.engine.close()
    await ended
    expect((await askHttp(hub.port, POLL)).status).to.equal(200)
    expect((await askHttp(hub.port, POLL)).status).to.equal(403)
  })

  it('[LM17] count a connection once that goes from polling to a WebSocket, and none that was refused', async () => {
    const { hub, tokenOf } = await startKeyedHub({ options: { addressConnections: 2 } })
    for (const token of ['x', 'y', 'z']) await refusalOf(hub.url, { token })
    const { socket, welcomes } = openClient(
      hub.url,
      { token: await tokenOf('driver/d') },
      { transports: ['polling', 'websocket'] },
    )
    const upgraded = eventOf(socket.io.engine, 'upgrade')
    await welcomes.next()
    await upgraded
    await openClient(hub.url, { token: await tokenOf('driver/e') }).welcomes.next()
    expect((await askHttp(hub.port, POLL)).status).to.equal(403)
  })

  it('[LM9][LM10][LM17] hold nobody on this machine to limits of addresses and of coming back, while the hub is open', async () => {
    const options = { addressConnectionsPerMinute: 2, addressConnections: 2, flappingConnections: 2 }
    const hub = await startTestHub({ options })
    for (let n = 0; n < 6; n += 1) (await driverOf(hub.url, 'd')).socket.disconnect()
    for (let n = 0; n < 4; n += 1) await driverOf(hub.url, `d-${n}`)
    expect(hub.reports.counts.refused).to.equal(0)
  })

  it('[LM10][LM15] let a participant pause that comes and goes, and serve the others', async () => {
    const { hub, tokenOf } = await startKeyedHub({ options: { flappingConnections: 3 } })
    for (let n = 0; n < 3; n += 1) {
      const { socket, welcomes } = openClient(hub.url, { token: await tokenOf('driver/d') })
      await welcomes.next()
      const ended = new Promise<void>((resolve) => {
        hub.reports.disconnected = () => resolve()
      })
      socket.disconnect()
      await ended
    }
    await openClient(hub.url, { token: await tokenOf('driver/e') }).welcomes.next()
    const refusal = (await refusalOf(hub.url, { token: await tokenOf('driver/d') })) as {
      retryAfterMs: number
    }
    expect(refusal).to.include({ code: 'reconnecting-too-often' })
    expect(refusal.retryAfterMs).to.be.within(1, 60_000)
    expect(codesIn(hub)).to.deep.equal([{ code: 'reconnecting-too-often', who: 'driver/d' }])
  })
})

describe('limits of HTTP', () => {
  const endOf = (socket: Awaited<ReturnType<typeof rawConnection>>) =>
    inTime(
      new Promise<string>((resolve) => {
        let text = ''
        socket.on('data', (chunk) => {
          text += chunk.toString('latin1')
        })
        socket.on('error', () => {})
        socket.once('close', () => resolve(text))
      }),
      () => 'the end of a connection',
    )

  const HALVES: Readonly<Record<string, string>> = {
    'says nothing': '',
    'sends half a request line': 'GET /liv',
    'sends its headers one by one': 'GET /livez HTTP/1.1\r\nHost: localhost\r\nA: b\r\n',
    'asks for a WebSocket and never ends its headers':
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nUpgrade: websocket\r\n',
    'promises a body and sends none':
      'POST /api/revocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n',
  }
  for (const [what, half] of Object.entries(HALVES))
    it(`[LM14] end a connection that ${what}`, async () => {
      const hub = await startTestHub({ options: { httpHeaderTimeMs: 200, httpRequestTimeMs: 200 } })
      const socket = await rawConnection(hub.port)
      const ended = endOf(socket)
      socket.write(half)
      await ended
      await stillServes(hub)
    })

  it('[LM14] answer a request with too many bytes of headers', async () => {
    const hub = await startTestHub({ options: { httpHeaderBytes: 2048 } })
    const socket = await rawConnection(hub.port)
    const ended = endOf(socket)
    socket.write(`GET /livez HTTP/1.1\r\nHost: localhost\r\nA: ${'x'.repeat(3000)}\r\n\r\n`)
    expect(await ended).to.match(/^HTTP\/1\.1 431 /)
    await stillServes(hub)
  })

  it('[LM14] take no more connections than may be at a time, and count those that they do not take', async () => {
    const hub = await startTestHub({ options: { httpConnections: 2 } })
    const [first] = [await rawConnection(hub.port), await rawConnection(hub.port)]
    await endOf(await rawConnection(hub.port))
    expect(hub.reports.counts.droppedConnections).to.equal(1)
    const ended = eventOf(first!, 'close')
    first!.destroy()
    await ended
    await driverOf(hub.url, 'd')
  })
})
