/**
 * The HTTP server's life: it listens or says why it cannot, and closes although clients hold connections. `server.close()` alone waits for ever on a half-sent request, and
 * `closeAllConnections()` leaves what was upgraded to a WebSocket, so every connection is known here and is cut when the grace is over.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from '../../shared/clock.ts'
import { Fault, messageOf } from '../../shared/fault.ts'

export interface Address {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

export interface HttpService {
  readonly server: Server
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

const listenFault = (error: NodeJS.ErrnoException, { host, port }: Address): Fault => {
  const reason =
    error.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use. Stop the program that has it, or give this hub another one with --port.`
      : `The hub cannot listen on ${host}:${port}: ${messageOf(error)}.`
  return new Fault('in-use', reason, { cause: error })
}

export const createHttpService = (listener: RequestListener, clock: Pick<Clock, 'after'>): HttpService => {
  const server = createServer(listener)
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
