/**
 * A socket of Socket.IO without its detours: what most packets are is read and written here, at the library's parser and at Engine.IO, and passes through none of its queues, listeners and callbacks in between, which cost
 * more than all that the hub does with an event. Rooms, the end, what is odd, and all that is seldom sent are the library's. What has come in one turn of the event loop is heard together, when all of it has been
 * read, as the library does with each packet alone.
 */
import type { Socket } from 'socket.io'
import { jsonOf } from '../../shared/json-text.ts'
import { type ClientToHub, type HubToClient, NAMESPACE } from '../../shared/protocol.ts'
import type { PacketIn, Taker } from './packets-in.ts'
import type { Callback, PeerListener, PeerSocket, SocketData } from './types.ts'

type LibrarySocket = Socket<ClientToHub, HubToClient, Record<string, never>, SocketData>

type Answered = (...args: unknown[]) => void

/** Inside of Socket.IO. */
interface Inside {
  readonly client: { readonly decoder: { taker: Taker | null } }
  /** Callbacks that were not called yet, oldest first. */
  readonly acks: Map<number, Answered>
  readonly nsp: { _ids: number }
  readonly conn: { readonly readyState: string; write(packet: string): unknown }
}

const insideOf = (socket: LibrarySocket): Inside => socket as unknown as Inside

const [EVENT, ANSWER] = [`2${NAMESPACE},`, `3${NAMESPACE},`]

const runTurn = (socket: DirectSocket, turn: readonly PacketIn[]): void => socket.run(turn)

export class DirectSocket implements PeerSocket, Taker {
  readonly #socket: LibrarySocket
  #listener: PeerListener | null = null
  /** What has come and was not heard yet. */
  #turn: PacketIn[] | null = null

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
    insideOf(this.#socket).client.decoder.taker = this
    this.#socket.onAny((...message: unknown[]) => {
      const callback = typeof message.at(-1) === 'function' ? (message.pop() as Callback) : null
      listener.message(message, callback)
    })
  }

  /** MUST be called at its end: the connection may carry another socket after it. */
  stop(): void {
    insideOf(this.#socket).client.decoder.taker = null
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
    this.#listener!.turn(() => {
      for (const packet of turn) this.#hear(packet)
    })
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
    answered(...args)
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

  #write(packet: string): void {
    const { conn } = insideOf(this.#socket)
    if (conn.readyState === 'open') conn.write(packet)
  }
}
