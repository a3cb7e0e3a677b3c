/**
 * Socket.IO on an HTTP server: transport limits, admission, connections. The only place that makes a Socket.IO server.
 */
import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { type ClientToHub, type HubToClient, NAMESPACE } from '../../shared/protocol.ts'
import { type AdmissionParts, admission } from './admission.ts'
import { accept, type ConnectionParts } from './connection.ts'
import { isOriginAllowed } from './origin.ts'
import type { SocketData } from './types.ts'

export interface SocketServerOptions {
  /** Origins of web pages that may connect, besides the hub's own. */
  readonly allowedOrigins: readonly string[]
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
}

export interface SocketServer {
  /** Tells every client that the hub is about to stop. */
  announceDraining(): void
  /** Cuts all connections and resolves when their ends are noticed. */
  close(): Promise<void>
}

/** Above every limit of ours, so that those answer with a reason; a larger frame ends the connection without one. */
const TRANSPORT_FRAME_BYTES = 1024 * 1024
const TIME_TO_CONNECT_MS = 5000

export const createSocketServer = (
  http: HttpServer,
  parts: { admission: AdmissionParts; connection: ConnectionParts; options: SocketServerOptions },
): SocketServer => {
  const { options } = parts
  const io = new Server<ClientToHub, HubToClient, Record<string, never>, SocketData>(http, {
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    transports: ['websocket', 'polling'],
    maxHttpBufferSize: TRANSPORT_FRAME_BYTES,
    connectTimeout: TIME_TO_CONNECT_MS,
    pingInterval: options.pingIntervalMs,
    pingTimeout: options.pingTimeoutMs,
    allowRequest: ({ headers }, answer) => answer(null, isOriginAllowed(headers, options.allowedOrigins)),
    cors: { origin: [...options.allowedOrigins] },
  })
  const namespace = io.of(NAMESPACE)
  namespace.use(admission(parts.admission))
  namespace.on('connection', (socket) => accept(socket, parts.connection))

  return {
    announceDraining: () => void namespace.emit('draining', {}),
    async close() {
      // Engine.IO ends the connections; the HTTP server is its owner's to close.
      namespace.disconnectSockets(true)
      io.engine.close()
      await new Promise<void>((resolve) => setImmediate(resolve))
    },
  }
}
