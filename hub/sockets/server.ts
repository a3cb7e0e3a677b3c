/**
 * Socket.IO on an HTTP server: transport limits, admission, connections. The only place that makes a Socket.IO server.
 */
import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import type { Clock } from '../../shared/clock.ts'
import { jsonPackets } from '../../shared/packets.ts'
import { type ClientToHub, type HubToClient, NAMESPACE } from '../../shared/protocol.ts'
import { type AdmissionParts, admission, wrongNamespace } from './admission.ts'
import { accept, type ConnectionParts } from './connection.ts'
import { Door } from './door.ts'
import { isOriginAllowed } from './origin.ts'
import { cutIfSilent } from './slow-reader.ts'
import type { CapsNamespace, SocketData } from './types.ts'

export interface SocketServerOptions {
  /** Origins of web pages that may connect, besides the hub's own. */
  readonly allowedOrigins: readonly string[]
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
}

export interface SocketServer {
  /** Tells every client that the hub is about to stop. */
  announceDraining(): void
  /** Ends all connections, each when what waits for it has left, and cuts those that do not read. Resolves when their ends are noticed. */
  close(): Promise<void>
}

/** Above every limit of ours, so that those answer with a reason; a larger frame ends the connection without one. */
const TRANSPORT_FRAME_BYTES = 1024 * 1024
const TIME_TO_CONNECT_MS = 5000
/** In which a peer must have read what waits for it when the hub stops. */
const READING_GRACE_MS = 500

/** Ends connections in good order. @returns when all have ended */
const endAll = async (namespace: CapsNamespace): Promise<void> => {
  const ends = [...namespace.sockets.values()].map(
    ({ conn }) => new Promise<void>((resolve) => void conn.once('close', () => resolve())),
  )
  namespace.disconnectSockets(true)
  await Promise.all(ends)
}

/** What answers browsers that come from elsewhere looks at every request, also where none may come. */
const corsFor = (origins: readonly string[]) => (origins.length > 0 ? { cors: { origin: [...origins] } } : {})

export const createSocketServer = (
  http: HttpServer,
  parts: {
    admission: AdmissionParts
    connection: ConnectionParts
    clock: Pick<Clock, 'after' | 'endOfTurn'>
    options: SocketServerOptions
  },
): SocketServer => {
  const { options } = parts
  const door = new Door(parts.clock)
  const io = new Server<ClientToHub, HubToClient, Record<string, never>, SocketData>(http, {
    serveClient: false,
    parser: jsonPackets,
    perMessageDeflate: false,
    httpCompression: false,
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: TRANSPORT_FRAME_BYTES,
    connectTimeout: TIME_TO_CONNECT_MS,
    pingInterval: options.pingIntervalMs,
    pingTimeout: options.pingTimeoutMs,
    allowRequest: ({ headers, socket }, answer) =>
      door.come({
        isGone: () => socket.destroyed,
        letIn: () => answer(null, isOriginAllowed(headers, options.allowedOrigins)),
      }),
    ...corsFor(options.allowedOrigins),
  })
  io.engine.on('connection', cutIfSilent)
  const namespace = io.of(NAMESPACE)
  namespace.use(admission(parts.admission))
  namespace.on('connection', (socket) => accept(socket, parts.connection))
  io.use(wrongNamespace(parts.admission))

  return {
    announceDraining: () => void namespace.emit('draining', {}),
    async close() {
      let cancel = () => {}
      const graceOver = new Promise<void>((resolve) => {
        cancel = parts.clock.after(READING_GRACE_MS, resolve)
      })
      await Promise.race([endAll(namespace), graceOver]).finally(() => cancel())
      // What is left is cut; the HTTP server is its owner's to close.
      io.engine.close()
      await new Promise<void>((resolve) => setImmediate(resolve))
    },
  }
}
