/**
 * The WebSocket server of Engine.IO, with limits that Engine.IO does not pass on: how large a message may be before its sender has said who it is, in how many parts it may come, and how long a closing
 * handshake may take. A WebSocket's ping is answered only when nothing waits to be sent, as RFC 6455 (5.5.3) allows: whoever asks and never reads would have the answers pile up.
 */
import { createRequire } from 'node:module'

export interface WebSocketLimits {
  /** Bytes of a message, until `takeMessagesUpTo` says otherwise. */
  readonly unauthenticatedBytes: number
  readonly websocketFragments: number
  readonly websocketChunks: number
}

interface WebSocket {
  readonly bufferedAmount: number
  on(event: 'ping', listener: (this: WebSocket, data: Buffer) => void): unknown
  pong(data: Buffer): void
}

type Constructor<T> = new (...args: never[]) => T

interface Library {
  readonly WebSocket: Constructor<WebSocket>
  readonly WebSocketServer: new (options: object) => object
}

/** Of `ws` (its documentation: closeTimeout), whose own is 30 s, with all that was sent before. */
const CLOSE_TIMEOUT_MS = 2000

/** The one that Engine.IO itself uses, wherever it was installed. */
const loadLibrary = (): Library => {
  const socketIo = createRequire(import.meta.url).resolve('socket.io')
  const engineIo = createRequire(socketIo).resolve('engine.io')
  return createRequire(engineIo)('ws') as Library
}

function answerPing(this: WebSocket, data: Buffer): void {
  if (this.bufferedAmount === 0) this.pong(data)
}

/** For the option `wsEngine` of Engine.IO: a class that it makes with the options that it knows. */
export const webSocketEngine = (limits: WebSocketLimits): (new (options: object) => object) => {
  const library = loadLibrary()

  class QuietWebSocket extends library.WebSocket {
    constructor(...args: never[]) {
      super(...args)
      this.on('ping', answerPing)
    }
  }

  return class extends library.WebSocketServer {
    constructor(options: object) {
      super({
        ...options,
        WebSocket: QuietWebSocket,
        autoPong: false,
        closeTimeout: CLOSE_TIMEOUT_MS,
        maxBufferedChunks: limits.websocketChunks,
        maxFragments: limits.websocketFragments,
        maxPayload: limits.unauthenticatedBytes,
      })
    }
  }
}

/** Inside of Engine.IO's transports and of `ws`: the place that is looked at when the head of a message says how long it is. */
export interface Transport {
  maxHttpBufferSize?: number
  readonly socket?: { readonly _receiver?: { _maxPayload: number } }
}

/** @param transport of Engine.IO, WebSocket or polling; if its inside has changed, messages stay as short as they were */
export const takeMessagesUpTo = (transport: Transport, bytes: number): void => {
  transport.maxHttpBufferSize = bytes
  const receiver = transport.socket?._receiver
  if (receiver !== undefined) receiver._maxPayload = bytes
}
