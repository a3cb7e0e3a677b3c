/** Against the libraries as they are installed, with a peer that decides what comes in one chunk. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { Server } from 'socket.io'
import { type EndingSocket, INSIDE_OF_SOCKETS, peerSocketOf } from '../../../hub/sockets/direct-socket.ts'
import { missingIn } from '../../../hub/sockets/inside.ts'
import { packetsWith } from '../../../hub/sockets/packets-in.ts'
import type { Came, PeerListener } from '../../../hub/sockets/types.ts'
import { webSocketEngine } from '../../../hub/sockets/websocket-engine.ts'
import { INSIDE_OF_RECEIVERS } from '../../../hub/sockets/websocket-texts.ts'
import type { ClientToHub, HubToClient, Welcome } from '../../../shared/protocol.ts'
import { atEndOfTest } from '../../support/cleanup.ts'
import { RawPeer } from '../../support/raw-peer.ts'
import { textFrame } from '../../support/raw-websocket.ts'
import { createInbox, type Inbox } from '../../support/waiting.ts'

type LibrarySocket = Parameters<typeof peerSocketOf>[0]

interface Stage {
  readonly peer: RawPeer
  readonly library: LibrarySocket
  readonly socket: EndingSocket
  readonly heard: Heard
}

/** Answers each message that asks for it with what it heard. */
class Heard implements PeerListener {
  readonly messages: Inbox<readonly unknown[]> = createInbox<readonly unknown[]>('a message')
  readonly turns: number[] = []
  readonly sizes: Came[] = []
  #inTurn = 0

  came(came: Came): void {
    this.sizes.push(came)
  }

  message(message: readonly unknown[], callback: ((answer: object) => void) | null): void {
    this.#inTurn += 1
    this.messages.put(message)
    callback?.({ heard: message })
  }

  turn(run: () => void): void {
    this.#inTurn = 0
    run()
    this.turns.push(this.#inTurn)
  }
}

const LIMITS = { unauthenticatedBytes: 100_000, websocketFragments: 3, websocketChunks: 50 }

const startServer = async (pingIntervalMs: number): Promise<{ io: Server; port: number }> => {
  const http = createServer()
  const io = new Server<ClientToHub, HubToClient>(http, {
    parser: packetsWith(() => {}),
    wsEngine: webSocketEngine(LIMITS, () => {}),
    pingInterval: pingIntervalMs,
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  atEndOfTest(() => io.close())
  return { io: io as unknown as Server, port: (http.address() as AddressInfo).port }
}

interface Setting {
  readonly pingIntervalMs?: number
  /** Another version of the libraries. */
  readonly changed?: (socket: LibrarySocket) => LibrarySocket
}

const stageOf = async ({
  pingIntervalMs = 60_000,
  changed = (same) => same,
}: Setting = {}): Promise<Stage> => {
  const { io, port } = await startServer(pingIntervalMs)
  const sockets = createInbox<LibrarySocket>('a socket')
  io.of('/caps').on('connection', (socket) => sockets.put(socket as unknown as LibrarySocket))
  const peer = await RawPeer.open(port)
  atEndOfTest(() => void peer.socket.destroy())
  peer.connect({})
  const library = await sockets.next()
  await peer.words.next((word) => word.startsWith('40/caps,'))
  expect(await peer.words.next()).to.match(/^HTTP/)
  const [socket, heard] = [peerSocketOf(changed(library)), new Heard()]
  socket.listen(heard)
  return { peer, library, socket, heard }
}

/** The same without what is at the end of the path; its methods see all of it. */
const without = <T extends object>(thing: T, path: readonly string[]): T =>
  new Proxy(thing, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target) as unknown
      if (typeof value === 'function') return name === path[0] ? undefined : value.bind(target)
      if (name !== path[0]) return value
      return path.length === 1 ? undefined : without(value as object, path.slice(1))
    },
  })

interface Transport {
  readonly socket: { _receiver: object; readonly _socket: object }
}

const transportOf = ({ conn }: LibrarySocket): Transport =>
  (conn as unknown as { transport: Transport }).transport

const chunk = (...texts: string[]): Buffer => Buffer.concat(texts.map(textFrame))

const WELCOME = { participant: 'driver/d' } as unknown as Welcome
const NEEDED = INSIDE_OF_SOCKETS.map(({ path }) => path)
/** Has an id of more digits than are read here. */
const ODD = '42/caps,1234567890123456["odd"]'

describe('a socket without its detours', () => {
  it('finds all that it needs inside of the libraries that are installed', async () => {
    const { library } = await stageOf()
    const webSocket = transportOf(library).socket
    expect(missingIn(library, INSIDE_OF_SOCKETS), 'socket.io and engine.io').to.deep.equal([])
    expect(missingIn(webSocket._receiver, INSIDE_OF_RECEIVERS), 'the receiver of ws').to.deep.equal([])
    expect(webSocket._socket, 'the stream of ws').to.have.property('writableLength', 0)
  })

  const WAYS: readonly [what: string, setting: Setting][] = [
    ['with the libraries that are installed', {}],
    ...NEEDED.map((path): [string, Setting] => [
      `with libraries that have no ${path}`,
      { changed: (socket) => without(socket, path.split('.')) },
    ]),
  ]
  for (const [what, setting] of WAYS)
    it(`hears, answers, tells and is answered ${what}`, async () => {
      const { peer, socket, heard } = await stageOf(setting)
      peer.write(chunk('42/caps,["position",{"lat":1}]', '42/caps,7["track",{}]'))
      expect(await heard.messages.next()).to.deep.equal(['position', { lat: 1 }])
      expect(await heard.messages.next()).to.deep.equal(['track', {}])
      expect(await peer.words.next()).to.equal('43/caps,7[{"heard":["track",{}]}]')
      const answers = createInbox<unknown>('an answer')
      socket.emit('welcome', WELCOME)
      socket.emit('pickup', {} as never, (...args: unknown[]) => answers.put(args[0]))
      expect(await peer.words.next()).to.equal('42/caps,["welcome",{"participant":"driver/d"}]')
      const [, id] = /^42\/caps,(\d+)\["pickup",\{\}\]$/.exec(await peer.words.next())!
      peer.says(`43/caps,${id}[{"reject":"no"}]`)
      expect(await answers.next()).to.deep.equal({ reject: 'no' })
      const ends = createInbox<string>('the end')
      socket.on('disconnect', ends.put)
      peer.says('41/caps,')
      expect(await ends.next()).to.equal('client namespace disconnect')
    })

  for (const path of NEEDED)
    it(`leaves all to libraries that have no ${path}`, async () => {
      const { library, heard, peer } = await stageOf({
        changed: (socket) => without(socket, path.split('.')),
      })
      expect(missingIn(without(library, path.split('.')), INSIDE_OF_SOCKETS)).to.deep.equal([path])
      peer.says('42/caps,["position"]')
      await heard.messages.next()
      expect(heard.turns).to.deep.equal([])
    })

  it('leaves reading to a ws whose receiver is another one', async () => {
    const changed = (socket: LibrarySocket) => {
      const { socket: webSocket } = transportOf(socket)
      webSocket._receiver = without(webSocket._receiver, ['_fragmented'])
      return socket
    }
    const { peer, heard } = await stageOf({ changed })
    peer.write(chunk('42/caps,["a"]', '42/caps,7["b"]'))
    expect(await heard.messages.next()).to.deep.equal(['a'])
    expect(await peer.words.next()).to.equal('43/caps,7[{"heard":["b"]}]')
    expect(heard.turns).to.deep.equal([2])
    expect(heard.sizes).to.deep.equal([])
  })

  it('[SK17] hears in one turn what came in one chunk, and tells before how much it was', async () => {
    const { peer, heard } = await stageOf()
    peer.write(chunk('42/caps,["a"]', '42/caps,["b","é"]', '42/caps,["c"]'))
    for (const name of ['a', 'b', 'c']) expect((await heard.messages.next())[0]).to.equal(name)
    expect(heard.turns).to.deep.equal([3])
    expect(heard.sizes).to.deep.equal([{ packets: 3, bytes: 12 + 17 + 12, largest: 17 }])
  })

  it('[SK17] hears odd packets between the others, in the order in which they came', async () => {
    const { peer, heard } = await stageOf()
    peer.write(chunk('42/caps,["a"]', ODD, '42/caps,["b"]', ODD, ODD, '42/caps,["c"]'))
    for (const name of ['a', 'odd', 'b', 'odd', 'odd', 'c'])
      expect((await heard.messages.next())[0]).to.equal(name)
    expect(heard.turns).to.deep.equal([1, 1, 1])
  })

  it('gives Engine.IO the first packet behind a ping, which is a sign of life', async () => {
    const { peer, library, heard } = await stageOf({ pingIntervalMs: 1 })
    const conn = library.conn as unknown as {
      pingTimeoutTimer: object | null
      hasRefreshedPingTimeout: boolean
    }
    // Behind the first ping may have come what the stage was set up with.
    await peer.words.next((word) => word === '2')
    peer.says('3')
    await peer.words.next((word) => word === '2')
    expect(conn.hasRefreshedPingTimeout).to.equal(false)
    peer.write(chunk('42/caps,["a"]', '42/caps,["b"]'))
    expect(await heard.messages.next()).to.deep.equal(['a'])
    expect(await heard.messages.next()).to.deep.equal(['b'])
    expect(conn.hasRefreshedPingTimeout).to.equal(true)
    expect(heard.sizes.map(({ packets }) => packets)).to.deep.equal([1])
  })

  it('hears nothing more when the connection has ended in the same chunk', async () => {
    const { peer, library, heard } = await stageOf()
    // A heartbeat in the wrong direction, upon which Engine.IO ends it at once.
    peer.write(chunk('42/caps,["a"]', '2'))
    // The close frame, which says nothing.
    await peer.words.next((word) => word === '')
    expect(library.connected).to.equal(false)
    expect(heard.turns).to.deep.equal([])
    expect(heard.sizes).to.deep.equal([])
  })

  it('says nothing on a connection that has ended', async () => {
    const { peer, library, socket } = await stageOf()
    library.conn.close(true)
    socket.emit('welcome', WELCOME)
    // The close frame, which says nothing.
    expect(await peer.words.next()).to.equal('')
    peer.socket.end()
    await peer.ended()
    expect(peer.words.all.at(-1)).to.equal('')
  })
})
