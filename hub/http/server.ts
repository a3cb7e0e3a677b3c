/**
 * The HTTP server's life: it listens or says why it cannot, and closes although clients hold connections. `server.close()` alone waits for ever on a half-sent request, and
 * `closeAllConnections()` leaves what was upgraded to a WebSocket, so every connection is known here and is cut when the grace is over.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '../../shared/clock.ts'
import { Fault, messageOf } from '../../shared/fault.ts'
import type { Tls } from '../tls.ts'

export interface Address {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

export interface HttpService {
  readonly server: Server | TlsServer
  /** @returns the port; @throws Fault `in-use` if it cannot be had */
  listen(address: Address): Promise<number>
  /** Takes no connection any more, and resolves when the last one has ended: by itself, or cut after the grace time. Idempotent. */
  close(): Promise<void>
}

/**
 * Connections that may wait to be accepted; the system lowers it to its own limit (Linux: net.core.somaxconn, 4096). Beyond, Linux lets a client believe that it is connected and answers it after
 * seconds or not at all: with Node's 511 that is the fate of most who come back together after a restart.
 */
const BACKLOG = 65_535
/** For requests that are under way when the hub stops. */
const GRACE_MS = 500
/** How often Node looks for requests that take too long; its 30 s would be most of what such a request may take. */
const CHECK_PERIOD_MS = 1000
/** A peer that does not get on with the TLS handshake is cut; Node would wait two minutes. */
const TLS_HANDSHAKE_MS = 5000

/** What a peer may take of time and memory before its request is there. Node's own limits are those of a server behind a proxy: minutes, and no number of connections. */
export interface HttpLimits {
  readonly httpConnections: number
  readonly httpHeaderBytes: number
  readonly httpHeaders: number
  readonly httpHeaderTimeMs: number
  readonly httpRequestTimeMs: number
  readonly httpIdleTimeMs: number
  /** Time in which something of an answer must be taken. */
  readonly readingTimeMs: number
}

const serverOptions = (limits: HttpLimits) => ({
  maxHeaderSize: limits.httpHeaderBytes,
  headersTimeout: limits.httpHeaderTimeMs,
  requestTimeout: Math.max(limits.httpHeaderTimeMs, limits.httpRequestTimeMs),
  keepAliveTimeout: limits.httpIdleTimeMs,
  connectionsCheckingInterval: CHECK_PERIOD_MS,
})

/** Over TLS 1.2 and 1.3, with Node's ciphers, which are modern ones. @param tls null serves plain HTTP */
const serverFor = (listener: RequestListener, limits: HttpLimits, tls: Tls | null): Server | TlsServer => {
  const options = serverOptions(limits)
  const server =
    tls === null
      ? createServer(options, listener)
      : createTlsServer(
          { ...options, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: TLS_HANDSHAKE_MS },
          listener,
        )
  server.maxConnections = limits.httpConnections
  server.maxHeadersCount = limits.httpHeaders
  server.timeout = limits.readingTimeMs
  return server
}

const listenFault = (error: NodeJS.ErrnoException, { host, port }: Address): Fault => {
  const reason =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use. Stop the program that has it, or give this hub another one with --port.`
      : `The hub cannot listen on ${host}:${port}: ${messageOf(error)}.`
  return new Fault('in-use', reason, { cause: error })
}

export interface HttpParts {
  readonly clock: Pick<Clock, 'after'>
  readonly limits: HttpLimits
  /** null serves plain HTTP. */
  readonly tls: Tls | null
  /** A connection was not taken: there are as many as may be. */
  dropped(): void
}

export const createHttpService = (listener: RequestListener, parts: HttpParts): HttpService => {
  const { clock, limits, tls } = parts
  const server = serverFor(listener, limits, tls)
  server.on('drop', () => parts.dropped())
  const connections = new Set<Socket>()
  server.on('connection', (connection) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })
  const cutAll = () => {
    for (const connection of connections) connection.destroy()
  }
  return {
    server,
    listen: (address) =>
      new Promise((resolve, reject) => {
        server.once('error', (error) => reject(listenFault(error, address)))
        server.listen({ ...address, backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port))
      }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const cancel = clock.after(GRACE_MS, cutAll)
      await closed.finally(cancel)
    },
  }
}
