/**
 * The WebSocket server of Engine.IO, with limits that Engine.IO does not pass on: how large a message may be before its sender has said who it is, in how many parts it may come, and how long a closing
 * handshake may take. Whoever sends a message that is too large, or in too many parts, is told so in a message of ours in front of the close frame (its code is 1009 or 1008), which a browser's page would not get to see through
 * Socket.IO. A WebSocket's ping is answered only when nothing waits to be sent, as RFC 6455 (5.5.3) allows: whoever asks and never reads would have the answers pile up. What leaves in one turn is given to the system in one piece.
 */
import { createRequire } from 'node:module'
import { hasAll } from './inside.ts'
import { framesOf } from './websocket-frames.ts'
import { INSIDE_OF_RECEIVERS, type Receiver, readTexts, type TextTaker } from './websocket-texts.ts'

/** Called with the address of one whose message was too large. */
export type TooLarge = (address: string) => void

export interface WebSocketLimits {
  /** Bytes of a message, until `takeMessagesUpTo` says otherwise. */
  readonly unauthenticatedBytes: number
  readonly websocketFragments: number
  readonly websocketChunks: number
}

interface WebSocket {
  get bufferedAmount(): number
  readonly readyState: number
  readonly _socket?: Stream | null
  readonly _receiver: Receiver
  on(event: 'ping', listener: (this: WebSocket, data: Buffer) => void): unknown
  pong(data: Buffer): void
  send(...message: unknown[]): void
  close(code?: number, reason?: string): void
}

interface Stream {
  readonly remoteAddress?: string | undefined
  readonly writableLength: number
  write(bytes: Buffer, written?: (error?: Error | null) => void): unknown
}

type Constructor<T> = new (...args: never[]) => T

interface WebSocketServer {
  handleUpgrade(request: unknown, stream: Corkable, ...more: unknown[]): void
}

interface Corkable {
  cork(): void
  uncork(): void
}

interface Library {
  readonly WebSocket: Constructor<WebSocket>
  readonly WebSocketServer: new (options: object) => WebSocketServer
}

const OPEN = 1
/** With which `ws` closes upon a message that is too large, and upon one in too many parts (RFC 6455, 7.4.1). */
const TOO_LARGE_STATUS: readonly unknown[] = [1009, 1008]

/** Of `ws` (its documentation: closeTimeout), whose own is 30 s, with all that was sent before. */
const CLOSE_TIMEOUT_MS = 2000

/** The one that Engine.IO itself uses, wherever it was installed. */
const loadLibrary = (): Library => {
  const socketIo = createRequire(import.meta.url).resolve('socket.io')
  const engineIo = createRequire(socketIo).resolve('engine.io')
  return createRequire(engineIo)('ws') as Library
}

/** Called when a message was sent, or could not be. */
type Sent = (error?: Error | null) => void

/** Behind what this turn still gives to the system. */
function answerPing(this: WebSocket, data: Buffer): void {
  process.nextTick(() => {
    if (this.bufferedAmount === 0) this.pong(data)
  })
}

/** For the option `wsEngine` of Engine.IO: a class that it makes with the options that it knows. */
export const webSocketEngine = (
  limits: WebSocketLimits,
  tooLarge: TooLarge,
): (new (
  options: object,
) => object) => {
  const library = loadLibrary()

  class QuietWebSocket extends library.WebSocket {
    farewell: readonly string[] = []
    /** Messages of this turn that were not given to the system yet. */
    #texts: string[] = []
    #characters = 0
    /** Told when the last one is. */
    #sent: Sent | undefined
    #taker: TextTaker | null = null

    constructor(...args: never[]) {
      super(...args)
      this.on('ping', answerPing)
    }

    override get bufferedAmount(): number {
      return super.bufferedAmount + this.#characters
    }

    /** From now on messages of text are given to the taker, and not emitted. */
    giveTexts(taker: TextTaker): void {
      if (this.#taker === null && hasAll(this._receiver, INSIDE_OF_RECEIVERS))
        readTexts(this._receiver, { takeText: (text, bytes) => this.#taker!.takeText(text, bytes) })
      this.#taker = taker
    }

    override send(...message: unknown[]): void {
      const [text, sent] = message
      if (typeof text !== 'string' || this.readyState !== OPEN || !this._socket) {
        this.#flush()
        return super.send(...message)
      }
      this.#add(text)
      this.#sent = sent as Sent | undefined
    }

    /** Behind all that has been sent; nobody is told when it is. */
    sendText(text: string): void {
      if (this.readyState !== OPEN) return
      if (this._socket) this.#add(text)
      else super.send(text)
    }

    #add(text: string): void {
      if (this.#texts.length === 0) process.nextTick(() => this.#flush())
      this.#texts.push(text)
      this.#characters += text.length
    }

    #flush(): void {
      const { _socket } = this
      if (_socket && _socket.writableLength === 0) this.#askForMore()
      const [texts, sent] = [this.#texts, this.#sent]
      if (texts.length === 0) return
      this.#texts = []
      this.#characters = 0
      this.#sent = undefined
      _socket?.write(framesOf(texts), sent)
    }

    /** Engine.IO holds the rest of this turn back until it hears that the first of it was sent. */
    #askForMore(): void {
      const sent = this.#sent
      this.#sent = undefined
      sent?.()
    }

    override close(code?: number, reason?: string): void {
      if (TOO_LARGE_STATUS.includes(code) && this.readyState === OPEN) {
        tooLarge(this._socket?.remoteAddress ?? '')
        for (const packet of this.farewell) this.send(packet)
      }
      this.#flush()
      super.close(code, reason)
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

    /** Engine.IO's first packet comes some promises after the head of the answer, and leaves with it. */
    override handleUpgrade(request: unknown, stream: Corkable, ...more: unknown[]): void {
      stream.cork()
      setImmediate(() => stream.uncork())
      super.handleUpgrade(request, stream, ...more)
    }
  }
}

/** Inside of Engine.IO's transports and of `ws`: the place that is looked at when the head of a message says how long it is. */
export interface Transport {
  readonly name?: string
  maxHttpBufferSize?: number
  readonly socket?: { readonly _receiver?: { _maxPayload: number }; farewell?: readonly string[] }
}

export interface Taken {
  /** Of a message. */
  readonly bytes: number
  /** Packets that tell the sender of a larger one why it is cut. */
  readonly farewell: readonly string[]
}

/** @param transport of Engine.IO, WebSocket or polling; if its inside has changed, messages stay as short as they were */
export const takeMessagesUpTo = (transport: Transport, { bytes, farewell }: Taken): void => {
  transport.maxHttpBufferSize = bytes
  const { socket } = transport
  if (socket?._receiver === undefined) return
  socket._receiver._maxPayload = bytes
  socket.farewell = farewell
}
