/**
 * The link's port to the network: one Socket.IO socket for each try to connect. A fresh one every time, because socket.io-client sends what
 * it could not send on a dying connection first thing on the next one: acknowledgements of handovers that no longer count.
 */
import { io, type Socket } from 'socket.io-client'
import { JSON_TEXT, type WithJsonText } from '../json-text.ts'
import type { Handshake } from '../messages.ts'
import { jsonPackets } from '../packets.ts'
import { type ClientToHub, type HubToClient, NAMESPACE } from '../protocol.ts'

/** `data` is the hub's refusal, `description` what the transport says. */
export type ConnectError = Error & { readonly data?: unknown; readonly description?: unknown }

export interface FromHub extends HubToClient {
  connect_error(error: ConnectError): void
  disconnect(reason: string): void
}

/**
 * What the link needs of a socket; socket.io-client's is one. It MUST NOT connect before `connect`, MUST NOT reconnect by itself, and
 * MUST call no listener of a connection after `disconnect` but that of the event `disconnect`.
 */
export interface HubSocket {
  on<E extends keyof FromHub>(event: E, listener: FromHub[E]): unknown
  emit<E extends keyof ClientToHub>(event: E, ...args: Parameters<ClientToHub[E]>): unknown
  /** Emits `publish` with a list of events that are JSON already. */
  publish(events: readonly string[], reply: Parameters<ClientToHub['publish']>[1]): unknown
  readonly volatile: Pick<HubSocket, 'emit'>
  connect(): unknown
  disconnect(): unknown
}

export type OpenSocket = (handshake: Handshake) => HubSocket

/** A list of what is JSON already. */
class WrittenList implements WithJsonText {
  readonly [JSON_TEXT]: string

  constructor(texts: readonly string[]) {
    this[JSON_TEXT] = `[${texts.join()}]`
  }

  toJSON(): unknown {
    return JSON.parse(this[JSON_TEXT])
  }
}

/**
 * Longer than the link waits for a welcome, which is all that gives a connection up. Given up earlier, while a hub has thousands of others to let in, it would only stand in line again.
 */
const CONNECT_TIMEOUT_MS = 30_000

/**
 * The library hears that the transport closes only from the moment on when its own handshake is over. A close before that, behind the WebSocket's handshake, would look like a hub that takes its
 * time; so it is made an error, which the library does hear.
 */
const hearEarlyClose = (socket: Socket<HubToClient, ClientToHub>): void => {
  const connect = socket.connect.bind(socket)
  socket.connect = () => {
    connect()
    // Its types know its own events alone.
    const engine = socket.io.engine as unknown as NodeJS.EventEmitter
    const failed = (reason: string) => void engine.emit('error', new Error(reason))
    engine.once('close', failed)
    engine.once('open', () => engine.off('close', failed))
    return socket
  }
}

/** @param url the hub's, without the namespace */
export const socketOpener =
  (url: string): OpenSocket =>
  (handshake) => {
    const socket: Socket<HubToClient, ClientToHub> = io(new URL(NAMESPACE, url).href, {
      auth: handshake,
      autoConnect: false,
      forceNew: true,
      parser: jsonPackets,
      // The hub does not compress; offered, each frame would be measured for it. The types leave out what the documentation allows.
      perMessageDeflate: false as never,
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
      transports: ['websocket'],
    })
    hearEarlyClose(socket)
    const publish: HubSocket['publish'] = (events, reply) =>
      socket.emit('publish', new WrittenList(events) as never, reply)
    // The library's conditional type of `on` cannot be compared with a generic one; each single event is of the same type.
    return Object.assign(
      socket as Omit<typeof socket, 'on' | 'volatile'> & Pick<HubSocket, 'on' | 'volatile'>,
      { publish },
    )
  }
