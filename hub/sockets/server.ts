/**
 * Socket.IO on an HTTP server: transport limits, admission, connections. The only place that makes a Socket.IO server.
 */
import type { EventEmitter } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { Server, type ServerOptions } from 'socket.io'
import { type Clock, every } from '../../shared/clock.ts'
import type { RefusalCode } from '../../shared/codes.ts'
import { BinaryData } from '../../shared/packets.ts'
import {
  type ClientToHub,
  type ConnectRefusal,
  type DriverPosition,
  type HubToClient,
  NAMESPACE,
} from '../../shared/protocol.ts'
import { type HubToWatcher, WATCH_NAMESPACE, type WatcherToHub } from '../../shared/watch.ts'
import { type AdmissionParts, admission, wrongNamespace } from './admission.ts'
import { accept, type ConnectionParts } from './connection.ts'
import { type EndingSocket, peerSocketOf } from './direct-socket.ts'
import { Entry, type EntryOptions } from './entry.ts'
import { forgetHandshake } from './forget-handshake.ts'
import { Guests } from './guests.ts'
import { Lobby, type LobbyOptions, type LobbyReports, type Newcomer } from './lobby.ts'
import { networkOf } from './network.ts'
import { BrokenPacket, packetsWith } from './packets-in.ts'
import type { WatchDoor } from './ports.ts'
import { cutIfSilent, StalledReaders } from './slow-reader.ts'
import type { CapsNamespace, PeerSocket, SocketData, WatchNamespace, WatchSocket } from './types.ts'
import { type WebSocketLimits, webSocketEngine } from './websocket-engine.ts'

export interface SocketServerOptions extends EntryOptions, LobbyOptions, WebSocketLimits {
  readonly frameBytes: number
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
  /** Time without progress after which a peer that does not read is cut. */
  readonly readingTimeMs: number
}

/** Told of connections that have no participant yet, or none any more. MUST NOT throw. */
export interface TransportReports extends LobbyReports {
  refused(code: RefusalCode, network: string): void
  /** A connection ended by an error of its transport. */
  connectionBroke(): void
  /** What came was no packet that is taken. */
  packetBroke(): void
}

export interface SocketServerParts {
  readonly admission: AdmissionParts
  readonly connection: ConnectionParts
  readonly watch: WatchDoor
  readonly clock: Clock
  readonly options: SocketServerOptions
  readonly reports: TransportReports
  /** Is HTTP long polling taken besides WebSockets? */
  readonly mayPoll: boolean
  /** Do limits of addresses not apply to this one? */
  isExempt(address: string): boolean
}

export interface SocketServer {
  /** Tells every client that the hub is about to stop. */
  announceDraining(): void
  /** To all connections of a store; may be lost. */
  relayPosition(store: string, position: DriverPosition): void
  /** Ends all connections, each when what waits for it has left, and cuts those that do not read. Resolves when their ends are noticed. */
  close(): Promise<void>
}

/** Of the greatest message that is answered in words, so that its limit answers with a reason; what is larger ends the connection without one. */
const TRANSPORT_FRAMES = 4
/** Of the time after which a peer is stalled. */
const LOOKS = 3
/** In which a peer must have read what waits for it when the hub stops. */
const READING_GRACE_MS = 500

/** Ends connections in good order. @returns when all have ended */
const endAll = async (namespace: CapsNamespace | WatchNamespace): Promise<void> => {
  const ends = [...namespace.sockets.values()].map(
    ({ conn }) => new Promise<void>((resolve) => void conn.once('close', () => resolve())),
  )
  namespace.disconnectSockets(true)
  await Promise.all(ends)
}

/** What answers browsers that come from elsewhere looks at every request, also where none may come. */
const corsFor = (origins: readonly string[]) => (origins.length > 0 ? { cors: { origin: [...origins] } } : {})

/** Limits and time-outs of the transport. Engine.IO's own time to connect is the lobby's, which tells the peer. */
const transportOptions = ({ options, reports }: SocketServerParts): Partial<ServerOptions> => ({
  serveClient: false,
  parser: packetsWith(() => reports.packetBroke()),
  perMessageDeflate: false,
  httpCompression: false,
  transports: ['websocket', 'polling'],
  maxHttpBufferSize: TRANSPORT_FRAMES * options.frameBytes,
  wsEngine: webSocketEngine(options, (address) => reports.refused('too-large', networkOf(address))),
  connectTimeout: 2 * options.authenticationTimeMs,
  upgradeTimeout: options.authenticationTimeMs,
  pingInterval: options.pingIntervalMs,
  pingTimeout: options.pingTimeoutMs,
})

/** Everybody is in the lobby until admitted, and again when a session ends and its connection does not. */
const keepLobby = (
  engine: EventEmitter,
  { lobby, entry }: { lobby: Lobby; entry: Entry },
  { reports }: SocketServerParts,
): void => {
  engine.on('connection', (conn: Newcomer) => {
    entry.entered(conn)
    cutIfSilent(conn, (reason) => {
      entry.left(conn)
      if (BROKEN.includes(reason)) reports.connectionBroke()
    })
    if (conn.transport.name !== 'websocket') conn.on('upgrade', () => lobby.upgraded(conn))
    lobby.enter(conn)
  })
}

/** Engine.IO's reasons. */
const BROKEN: readonly string[] = ['transport error', 'parse error']

const BINARY: ConnectRefusal = { code: 'binary', message: 'Messages are text; binary data is not taken.' }
const NO_PACKET: ConnectRefusal = { code: 'malformed', message: 'This is no packet of Socket.IO.' }

/** Told before the library ends a connection for what it could not read. A peer may send an event named `error` as well, which is none. */
function tellBroken(
  this: { emit(message: 'refused', refusal: ConnectRefusal): unknown },
  error: unknown,
): void {
  if (!(error instanceof BrokenPacket)) return
  this.emit('refused', error.cause instanceof BinaryData ? BINARY : NO_PACKET)
}

const welcomeIn = (
  socket: EndingSocket,
  guests: Guests,
  { admission, clock, connection }: SocketServerParts,
) => {
  const { participant } = socket.data.admitted!.sender
  const { address } = socket.handshake
  const openedMs = clock.now()
  guests.admit(socket)
  socket.on('disconnect', () => {
    socket.stop()
    admission.flapping.ended({ participant, address }, clock.now() - openedMs)
    guests.ended(socket)
  })
  accept(socket, connection)
}

type WatchServer = Server<WatcherToHub, HubToWatcher, Record<string, never>, WatchSocket['data']>

const watchIn = (io: WatchServer, guests: Guests, { watch }: SocketServerParts): WatchNamespace => {
  const namespace = io.of(WATCH_NAMESPACE)
  namespace.use((socket, next) => watch.admit(socket, next))
  namespace.on('connection', (socket) => {
    socket.on('error', tellBroken)
    guests.admit(socket)
    socket.on('disconnect', () => guests.ended(socket))
    watch.accept(socket)
  })
  return namespace
}

const cutStalled = (
  namespaces: readonly (CapsNamespace | WatchNamespace)[],
  { clock, options }: SocketServerParts,
): (() => void) => {
  const stalled = new StalledReaders<Pick<PeerSocket | WatchSocket, 'conn' | 'data'>>(options.readingTimeMs)
  const all = function* (): Iterable<Pick<PeerSocket | WatchSocket, 'conn' | 'data'>> {
    for (const { sockets } of namespaces) yield* sockets.values()
  }
  return every(clock, options.readingTimeMs / LOOKS, () => {
    for (const socket of stalled.among(all(), clock.now())) socket.data.connection?.stalled()
  })
}

export const createSocketServer = (
  http: HttpServer | HttpsServer,
  parts: SocketServerParts,
): SocketServer => {
  const { options, clock, isExempt, mayPoll, reports } = parts
  const admittedBytes = TRANSPORT_FRAMES * options.frameBytes
  const lobby = new Lobby({ clock, options, admittedBytes, reports, isAway: () => parts.admission.isAway() })
  const entry = new Entry({ clock, options, reports, lobby, mayPoll, isExempt })
  const io = new Server<ClientToHub, HubToClient, Record<string, never>, SocketData>(http, {
    ...transportOptions(parts),
    allowRequest: (request, answer) => entry.ask(request, (refused) => answer(refused, refused === null)),
    ...corsFor(options.allowedOrigins),
  })
  keepLobby(io.engine, { lobby, entry }, parts)
  const namespace = io.of(NAMESPACE)
  namespace.use(admission(parts.admission))
  const guests = new Guests(lobby)
  namespace.on('connection', (socket) => {
    socket.on('error', tellBroken)
    welcomeIn(peerSocketOf(socket), guests, parts)
    forgetHandshake(socket)
  })
  const watching = watchIn(io as unknown as WatchServer, guests, parts)
  io.use(wrongNamespace(parts.admission))
  const stopLooking = cutStalled([namespace, watching], parts)

  return {
    relayPosition(store, position) {
      namespace.to(store).volatile.emit('position', position)
    },
    announceDraining() {
      namespace.emit('draining', {})
      watching.emit('draining', {})
    },
    async close() {
      stopLooking()
      lobby.stop()
      let cancel = () => {}
      const graceOver = new Promise<void>((resolve) => {
        cancel = parts.clock.after(READING_GRACE_MS, resolve)
      })
      const ended = Promise.all([endAll(namespace), endAll(watching)])
      await Promise.race([ended, graceOver]).finally(() => cancel())
      // What is left is cut; the HTTP server is its owner's to close.
      io.engine.close()
      await new Promise<void>((resolve) => setImmediate(resolve))
    },
  }
}
