/** The hub over TLS, with a certificate made for the test. */
import { get as getPlain, type IncomingHttpHeaders } from 'node:http'
import { get, type RequestOptions } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { text } from 'node:stream/consumers'
import { type ConnectionOptions, connect } from 'node:tls'
import { expect } from 'chai'
import { type Certificate, hasOpenssl, newCertificate } from '../support/certificate.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { driverOf, openClient, orderOf, vendorOf } from '../support/client.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { eventOf, inTime } from '../support/waiting.ts'

const SHOP = 'https://shop.example'

describe('a hub with a certificate', () => {
  let certificate: Certificate
  let hub: TestHub

  before(function () {
    if (hasOpenssl()) return
    console.log('      openssl is not here: a hub with a certificate is not tested.')
    this.skip()
  })

  beforeEach(async () => {
    certificate = newCertificate()
    const { cert, key } = certificate
    hub = await startTestHub({ tls: { cert, key }, options: { allowedOrigins: [SHOP] } })
  })

  const ask = (path: string, options: RequestOptions = {}): Promise<[status: number, body: string]> =>
    inTime(
      new Promise((resolve, reject) => {
        get(`${hub.url}${path}`, { ca: certificate.cert, agent: false, ...options }, (response) => {
          text(response).then((body) => resolve([response.statusCode!, body]), reject)
        }).once('error', reject)
      }),
      () => `the answer to ${path}`,
    )

  const handshakeFrom = async (headers: IncomingHttpHeaders): Promise<number> =>
    (await ask('/socket.io/?EIO=4&transport=polling', { headers, servername: 'localhost' }))[0]

  for (const transport of ['websocket', 'polling'])
    it(`[TL1] serves plain clients over ${transport}, from pickup to delivery`, async () => {
      const options = { ca: certificate.cert, transports: [transport] }
      const shop = await vendorOf(hub.url, 'acme', {}, options)
      const bob = await driverOf(hub.url, 'bob', {}, options)
      await shop.ask('pickup', orderOf('acme', 'A'))
      const { reply } = await bob.handed.next()
      reply()
      expect(await bob.ask('in-transit', { store: 'acme', orderId: 'A' })).to.include({ ok: true })
      expect((await shop.handed.next()).event.event).to.equal('in-transit')
    })

  it('[TL1] answers its probes and the API over https', async () => {
    expect(await ask('/readyz')).to.deep.equal([200, 'ready\n'])
    expect((await ask('/api/orders/acme/A'))[0]).to.equal(404)
  })

  it('[TL1] does not get on with a client that does not know its authority', async () => {
    const { socket } = openClient(hub.url, { role: 'vendor', store: 'acme' })
    const [error] = await eventOf<[Error & { description?: { error?: Error } }]>(socket, 'connect_error')
    expect(String(error.description?.error?.message)).to.include('self-signed')
  })

  it('[TL2] answers nothing to plain http', async () => {
    const url = hub.url.replace('https', 'http')
    const request = getPlain(`${url}/readyz`, { agent: false })
    const [error] = await eventOf<[NodeJS.ErrnoException]>(request, 'error')
    expect(error.code).to.be.oneOf(['ECONNRESET', 'EPIPE'])
    const { socket } = openClient(url, { role: 'vendor', store: 'acme' })
    await eventOf(socket, 'connect_error')
    expect(socket.connected).to.equal(false)
  })

  const shake = async (options: ConnectionOptions): Promise<string | null> => {
    const { port } = hub
    const socket = connect({ port, host: '127.0.0.1', ca: certificate.cert, ...options })
    atEndOfTest(() => socket.destroy())
    await eventOf(socket, 'secureConnect')
    return socket.getProtocol()
  }

  it('[TL2] speaks TLS 1.2 and 1.3, and nothing older', async () => {
    expect(await shake({})).to.equal('TLSv1.3')
    expect(await shake({ maxVersion: 'TLSv1.2' })).to.equal('TLSv1.2')
    const old = connect({
      port: hub.port,
      host: '127.0.0.1',
      ca: certificate.cert,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      // Else our own side would not even begin: what is asked here is what the hub answers.
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const [error] = await eventOf<[Error]>(old, 'error')
    expect(error.message).to.match(/protocol version/)
  })

  it('[TL4][SK9] lets in pages of its own https origin and of configured ones, and no others', async () => {
    const host = `localhost:${hub.port}`
    expect(await handshakeFrom({ host, origin: `https://${host}` })).to.equal(200)
    expect(await handshakeFrom({ host, origin: SHOP })).to.equal(200)
    expect(await handshakeFrom({ host, origin: 'https://evil.example' })).to.equal(403)
    expect(await handshakeFrom({ host: 'evil.example' })).to.equal(403)
  })

  it('[HB5][TL1] closes although a peer holds half of a handshake, and another one half of a request', async () => {
    const silent = connectPlain(hub.port, '127.0.0.1')
    await eventOf(silent, 'connect')
    const half = connect({ port: hub.port, host: '127.0.0.1', ca: certificate.cert })
    await eventOf(half, 'secureConnect')
    half.write('GET /readyz HTTP/1.1\r\n')
    for (const socket of [silent, half]) {
      socket.on('error', () => {})
      atEndOfTest(() => socket.destroy())
    }
    await inTime(hub.close(), () => 'the end of the hub')
  })
})
