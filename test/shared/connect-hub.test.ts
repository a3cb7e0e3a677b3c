/** What stubs cannot show: real sockets, against a Socket.IO server that is no hub. */
import { createHash } from 'node:crypto'
import { createServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket as TcpSocket } from 'node:net'
import { expect } from 'chai'
import { Server, type Socket as ServerSocket } from 'socket.io'
import type { Socket } from 'socket.io-client'
import type { Fault } from '../../shared/fault.ts'
import type { Link, LinkOptions, LinkStatus } from '../../shared/link/api.ts'
import { connectHub, connectHubWith } from '../../shared/link/connect-hub.ts'
import { socketOpener } from '../../shared/link/hub-socket.ts'
import type { Publication } from '../../shared/messages.ts'
import type { ClientToHub, HubToClient, Receipt } from '../../shared/protocol.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createInbox, eventOf, type Inbox } from '../support/waiting.ts'
import { accepted, handed, order, welcome } from './stub-sockets.ts'

type Peer = ServerSocket<ClientToHub, HubToClient>
interface Publish {
  readonly batch: readonly Publication[]
  reply(receipts: readonly Receipt[]): void
}

const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await eventOf(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (fault: Fault) => fault.code,
  )

describe('link over real sockets', () => {
  let http: HttpServer
  let io: Server<ClientToHub, HubToClient>
  let url: string
  let peers: Inbox<Peer>
  let publishes: Inbox<Publish>
  let acknowledged: Inbox<readonly string[]>
  let links: Link[]

  beforeEach(async () => {
    links = []
    peers = createInbox('a connection')
    publishes = createInbox('a publish frame')
    acknowledged = createInbox('an acknowledgement')
    http = createServer().listen(0, '127.0.0.1')
    io = new Server(http)
    io.of('/caps').on('connection', (peer: Peer) => {
      peer.on('publish', (batch, reply) => publishes.put({ batch, reply }))
      peer.on('acknowledge', acknowledged.put)
      peer.emit('welcome', welcome)
      peers.put(peer)
    })
    await eventOf(http, 'listening')
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  })

  afterEach(async () => {
    await Promise.all(links.map((link) => link.close()))
    await io.close()
  })

  const connect = async (options: Partial<LinkOptions> = {}) => {
    const link = await connectHubWith({ url, role: 'vendor', store: 'acme', ...options }, { random: () => 0 })
    links.push(link)
    const statuses = createInbox<LinkStatus>('a status')
    link.onStatus(statuses.put)
    return { link, statuses, when: (kind: LinkStatus['kind']) => statuses.next((told) => told.kind === kind) }
  }

  const orderIds = ({ batch }: Publish): string[] =>
    batch.map(({ payload }) => (payload as { orderId: string }).orderId)

  it('[LK1] connects over a WebSocket and shakes hands', async () => {
    const { when } = await connect({ id: 'till-2', receive: false })
    expect(await when('connected')).to.deep.equal({ kind: 'connected', welcome })
    const peer = await peers.next()
    expect(peer.conn.transport.name).to.equal('websocket')
    expect(peer.handshake.auth).to.deep.equal({
      role: 'vendor',
      store: 'acme',
      id: 'till-2',
      receive: false,
      protocol: 1,
      batch: true,
    })
  })

  it('[LK2] says why it waits, and connects when the hub is there', async () => {
    const port = await closedPort()
    const { when } = await connect({ url: `http://127.0.0.1:${port}` })
    const waiting = await when('waiting')
    expect(waiting).to.include({ attempt: 1, retryInMs: 100 })
    expect(waiting.kind === 'waiting' && waiting.reason).to.include('ECONNREFUSED')
    const late = new Server(createServer().listen(port, '127.0.0.1'))
    late.of('/caps').on('connection', (peer: Peer) => peer.emit('welcome', welcome))
    await when('connected')
    await Promise.all(links.splice(0).map((link) => link.close()))
    await late.close()
  })

  for (const [code, kind] of [
    ['too-many-participants', 'refused'],
    ['not-ready', 'waiting'],
  ] as const)
    it(`[LK3] is ${kind} when the hub refuses it with ${code}`, async () => {
      io.of('/caps').use((_, next) => next(Object.assign(new Error(code), { data: { code, message: 'no' } })))
      const { when } = await connect()
      await when(kind)
      if (kind === 'waiting') await when('waiting')
    })

  it('[LK4] stays away when it is displaced', async () => {
    const { when, statuses } = await connect()
    const peer = await peers.next()
    peer.emit('displaced', { by: 'another' })
    await eventOf(peer, 'disconnect')
    await when('displaced')
    expect(statuses.all.map(({ kind }) => kind)).to.deep.equal(['connected', 'displaced'])
  })

  it('[LK7][LK18] sends again what a cut connection did not confirm', async () => {
    const { link, when } = await connect()
    const publishing = [link.publish('pickup', order('1')), link.publish('pickup', order('2'))]
    const first = await publishes.next()
    ;(await peers.next()).conn.close()
    first.reply(['a', 'b'].map(accepted))
    await when('disconnected')
    const second = await publishes.next()
    expect([first, second].map(orderIds)).to.deep.equal([
      ['1', '2'],
      ['1', '2'],
    ])
    second.reply(['c', 'd'].map(accepted))
    expect(await Promise.all(publishing)).to.deep.equal(['c', 'd'].map(accepted))
  })

  it('[LK38] acknowledges nothing of a cut connection on the next one', async () => {
    const { link } = await connect()
    const begun = createInbox<() => void>('a handler')
    link.on('delivered', () => new Promise<void>((succeed) => begun.put(succeed)))
    const first = await peers.next()
    first.emit('events', [handed('1', 'a')])
    const succeed = await begun.next()
    first.conn.close()
    const second = await peers.next()
    succeed()
    second.emit('events', [handed('1', 'a', { entry: 'second' })])
    expect(await acknowledged.next()).to.deep.equal(['second'])
    expect(acknowledged.all).to.have.length(1)
    expect(link.counts()).to.include({ handled: 1, repeatsDropped: 1, redelivered: 1 })
  })

  it('[LK19] sends after a restart what is in its folder, and finds what has failed', async () => {
    const outboxDir = temporaryFolder()
    const { link } = await connect({ outboxDir })
    const publishing = ['1', '2', '3'].map((id) => codeOf(link.publish('pickup', order(id))))
    const { reply } = await publishes.next()
    reply([
      accepted('a'),
      { ok: false, code: 'foreign-store', temporary: false, message: 'not yours' },
      { ok: false, code: 'busy', temporary: true, message: 'later' },
    ])
    await Promise.all(publishing.slice(0, 2))
    await link.close()
    expect(await Promise.all(publishing)).to.deep.equal(['resolved', 'foreign-store', 'closed'])

    const again = await connect({ outboxDir })
    void again.link.publish('pickup', order('4')).catch(() => {})
    const sent = [await publishes.next()]
    if (sent.flatMap(orderIds).length < 2) sent.push(await publishes.next())
    expect(sent.flatMap(orderIds)).to.deep.equal(['3', '4'])
    expect(again.link.failed().map(({ code, payload }) => [code, payload.orderId])).to.deep.equal([
      ['foreign-store', '2'],
    ])
  })

  describe('in one process', () => {
    it('[LK5] is refused a second time for the same participant and hub, until the first is closed', async () => {
      const { link } = await connect()
      expect(await codeOf(connect({ url: `${url}/`, id: 'main' }))).to.equal('already-connected')
      await link.close()
      await connect()
    })

    it('[LK5] is another link for another participant or another hub', async () => {
      await connect()
      await connect({ id: 'till-2' })
      await connect({ store: 'other' })
      await connect({ role: 'driver', id: 'main' })
      await connect({ url: url.replace('127.0.0.1', 'localhost') })
    })

    it('[LK5] may be opened after a try that failed', async () => {
      const outboxDir = temporaryFolder()
      const { link } = await connect({ outboxDir, id: 'till-2' })
      await link.close()
      expect(await codeOf(connect({ outboxDir }))).to.equal('in-use')
      await connect()
    })

    it('[LK9] is refused unusable options', async () => {
      expect(await codeOf(connectHub({ role: 'driver' }))).to.equal('configuration')
    })
  })

  it('[LK6] leaves it to the link when a connection is given up, also one that is not open yet', async () => {
    const silent = createTcpServer().listen(0, '127.0.0.1')
    await eventOf(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const socket = socketOpener(`http://127.0.0.1:${port}`)({ role: 'driver', id: 'd' }) as unknown as Socket
    socket.connect()
    const [connection] = await eventOf<[TcpSocket]>(silent, 'connection')
    expect(socket.io.timeout()).to.be.above(20_000)
    socket.disconnect()
    connection.resume()
    await eventOf(connection, 'close')
    silent.close()
  })

  it('[LK2] tries again when a connection breaks in the middle of Socket.IO’s handshake', async () => {
    const halfway = createServer().on('upgrade', ({ headers }, connection) => {
      // https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2
      const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
      const accept = createHash('sha1').update(key).digest('base64')
      const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
      connection.end([...lines, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'))
    })
    halfway.listen(0, '127.0.0.1')
    await eventOf(halfway, 'listening')
    const { port } = halfway.address() as AddressInfo
    const { when } = await connect({ url: `http://127.0.0.1:${port}` })
    const waiting = await when('waiting')
    expect(waiting).to.include({ attempt: 1, reason: 'transport close' })
    halfway.close()
  })
})
