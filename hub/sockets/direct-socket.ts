/**
 * A socket of Socket.IO without its detours: what most packets are is read and written here, at the library's parser and at Engine.IO, and passes through none of its queues, listeners and callbacks in between, which cost
 * more than all that the hub does with an event. Rooms, the end, what is odd, and all that is seldom sent are the library's. What has come in one turn of the event loop is heard together, when all of it has been
 * read, as the library does with each packet alone. Where the inside of the libraries is not as it is known here, all of it goes the library's way.
 */
import type { Socket } from 'socket.io'
import { jsonOf } from '../../shared/json-text.ts'
import { type ClientToHub, type HubToClient, NAMESPACE } from '../../shared/protocol.ts'
import { hasAll, partsOf } from './inside.ts'
import { type PacketIn, packetIn, type Taker } from './packets-in.ts'
import type { Callback, Came, PeerListener, PeerSocket, SocketData } from './types.ts'
import type { TextTaker } from './websocket-texts.ts'

type LibrarySocket = Socket<ClientToHub, HubToClient, Record<string, never>, SocketData>

type Answered = (...args: unknown[]) => void

/** Inside of Socket.IO. */
interface Inside {
  readonly client: { readonly decoder: { taker: Taker | null } }
  /** Callbacks that were not called yet, oldest first. */
  readonly acks: Map<number, Answered>
  readonly nsp: { _ids: number }
  readonly conn: Conn
}

/** What {@link peerSocketOf} uses of {@link Inside}; what a transport may lack is asked for where it is used. */
export const INSIDE_OF_SOCKETS = partsOf({
  'client.decoder.taker': 'object',
  'acks.size': 'number',
  'nsp._ids': 'number',
  'conn.readyState': 'string',
  'conn.pingTimeoutTimer': 'object',
  'conn.hasRefreshedPingTimeout': 'boolean',
  'conn.writeBuffer.length': 'number',
  'conn.write': 'function',
  'conn.transport.onData': 'function',
})

/** Inside of Engine.IO. */
interface Conn {
  readonly readyState: string
  /** The peer has not answered the ping, nor sent anything else since. */
  readonly pingTimeoutTimer: unknown
  readonly hasRefreshedPingTimeout: boolean
  readonly transport: {
    /** Of the class of ours, unless it is long polling. */
    readonly socket?: { giveTexts(taker: TextTaker): void; sendText(text: string): void }
    onData(text: string): void
  }
  /** What waits for the transport. */
  readonly writeBuffer: readonly unknown[]
  write(packet: string): unknown
}

/** In front of a packet of Socket.IO where Engine.IO does not read it. */
const MESSAGE = '4'

const mayPassBy = ({ readyState, pingTimeoutTimer, hasRefreshedPingTimeout }: Conn): boolean =>
  readyState === 'open' && (pingTimeoutTimer === null || hasRefreshedPingTimeout)

const insideOf = (socket: LibrarySocket): Inside => socket as unknown as Inside

const [EVENT, ANSWER] = [`${MESSAGE}2${NAMESPACE},`, `${MESSAGE}3${NAMESPACE},`]

/** What the library reads. */
const hearOdd = (socket: LibrarySocket, listener: PeerListener): void =>
  void socket.onAny((...message: unknown[]) => {
    const callback = typeof message.at(-1) === 'function' ? (message.pop() as Callback) : null
    listener.message(message, callback)
  })

const runTurn = (socket: DirectSocket, turn: readonly PacketIn[]): void => socket.run(turn)

export interface EndingSocket extends PeerSocket {
  /** MUST be called at its end: the connection may carry another socket after it. */
  stop(): void
}

class DirectSocket implements EndingSocket, Taker, TextTaker {
  readonly #socket: LibrarySocket
  #listener: PeerListener | null = null
  /** What has come and was not heard yet. */
  #turn: PacketIn[] | null = null
  /** Of what has come and passed Engine.IO by. */
  #packets = 0
  #bytes = 0
  #largest = 0

  constructor(socket: LibrarySocket) {
    this.#socket = socket
  }

  get id(): string {
    return this.#socket.id
  }

  get connected(): boolean {
    return this.#socket.connected
  }

  get data(): SocketData {
    return this.#socket.data
  }

  get handshake(): PeerSocket['handshake'] {
    return this.#socket.handshake
  }

  get conn(): PeerSocket['conn'] {
    return this.#socket.conn
  }

  get nsp(): PeerSocket['nsp'] {
    return this.#socket.nsp
  }

  get acks(): Map<number, unknown> {
    return insideOf(this.#socket).acks
  }

  on(event: 'disconnect', listener: (reason: string) => void): unknown {
    return this.#socket.on(event, listener)
  }

  join(room: string): unknown {
    return this.#socket.join(room)
  }

  leave(room: string): unknown {
    return this.#socket.leave(room)
  }

  disconnect(isAll?: boolean): unknown {
    return this.#socket.disconnect(isAll)
  }

  listen(listener: PeerListener): void {
    this.#listener = listener
    const { client, conn } = insideOf(this.#socket)
    client.decoder.taker = this
    conn.transport.socket?.giveTexts(this)
    hearOdd(this.#socket, listener)
  }

  stop(): void {
    insideOf(this.#socket).client.decoder.taker = null
  }

  /** What is no message for this socket is Engine.IO's, and so is the first sign of life that it waits for. */
  takeText(text: string, bytes: number): void {
    const { client, conn } = insideOf(this.#socket)
    const isDirect = client.decoder.taker === this && mayPassBy(conn) && text.startsWith(MESSAGE)
    const packet = isDirect ? packetIn(text, MESSAGE.length) : null
    if (packet === null) return conn.transport.onData(text)
    this.#packets += 1
    this.#bytes += bytes - MESSAGE.length
    this.#largest = Math.max(this.#largest, bytes - MESSAGE.length)
    this.take(packet)
  }

  take(packet: PacketIn): void {
    if (this.#turn === null) {
      this.#turn = []
      process.nextTick(runTurn, this, this.#turn)
    }
    this.#turn.push(packet)
  }

  passedOver(): void {
    this.#turn = null
  }

  run(turn: readonly PacketIn[]): void {
    if (this.#turn === turn) this.#turn = null
    // It has ended behind them, in the same chunk: whoever listens has been told.
    if (!this.connected) return
    const came = this.#came()
    if (came !== null) this.#listener!.came(came)
    this.#listener!.turn(() => {
      for (const packet of turn) this.#hear(packet)
    })
  }

  #came(): Came | null {
    if (this.#packets === 0) return null
    const came = { packets: this.#packets, bytes: this.#bytes, largest: this.#largest }
    this.#packets = 0
    this.#bytes = 0
    this.#largest = 0
    return came
  }

  #hear({ isAnswer, id, data }: PacketIn): void {
    if (isAnswer) return this.#answered(id, data)
    this.#listener!.message(
      data,
      id === null ? null : (answer) => this.#write(`${ANSWER}${id}[${jsonOf(answer)}]`),
    )
  }

  #answered(id: number | null, args: readonly unknown[]): void {
    const { acks } = insideOf(this.#socket)
    const answered = id === null ? undefined : acks.get(id)
    if (answered === undefined) return
    acks.delete(id!)
    // All of them might not fit on the stack.
    answered(args[0])
  }

  /** An event with a callback has an id, by which the peer answers. */
  emit<E extends keyof HubToClient>(event: E, ...[argument, callback]: Parameters<HubToClient[E]>): unknown {
    return this.#write(
      `${EVENT}${callback === undefined ? '' : this.#kept(callback as Answered)}["${event}",${jsonOf(argument)}]`,
    )
  }

  #kept(callback: Answered): number {
    const { acks, nsp } = insideOf(this.#socket)
    const id = nsp._ids
    nsp._ids += 1
    acks.set(id, callback)
    return id
  }

  #write(message: string): void {
    const { conn } = insideOf(this.#socket)
    if (conn.readyState !== 'open') return
    const { socket } = conn.transport
    if (socket !== undefined && conn.writeBuffer.length === 0) socket.sendText(message)
    else conn.write(message.slice(MESSAGE.length))
  }
}

/** Does everything as the library means it. */
const plainSocketOf = (socket: LibrarySocket): EndingSocket =>
  Object.assign(socket, { listen: (listener: PeerListener) => hearOdd(socket, listener), stop() {} })

export const peerSocketOf = (socket: LibrarySocket): EndingSocket =>
  hasAll(socket, INSIDE_OF_SOCKETS) ? new DirectSocket(socket) : plainSocketOf(socket)
