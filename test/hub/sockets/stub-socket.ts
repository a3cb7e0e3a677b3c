/** A socket without a network: what the peer sends comes from an EventEmitter, what is sent to it is recorded. */
import { EventEmitter } from 'node:events'
import sinon from 'sinon'
import type {
  Callback,
  PeerConnection,
  PeerListener,
  PeerSocket,
  SocketData,
} from '../../../hub/sockets/types.ts'
import type { HubToClient } from '../../../shared/protocol.ts'

export interface Sent {
  readonly message: string
  /** A copy of the first argument. */
  readonly argument: unknown
  /** The peer's answer, where it may give one. */
  readonly answer: ((...args: unknown[]) => void) | undefined
}

class StubConnection extends EventEmitter implements PeerConnection {
  readyState = 'open'
  readonly close = sinon.stub()
  /** As Engine.IO has it: packets that are not written yet. */
  writeBuffer: { data: unknown }[] = []
  readonly transport = { socket: { bufferedAmount: 0, terminate: sinon.stub() } }
}

export class StubSocket implements PeerSocket {
  readonly id: string
  connected = true
  readonly data: SocketData = {}
  readonly handshake: PeerSocket['handshake']
  readonly conn = new StubConnection()
  readonly inbound = new EventEmitter()
  readonly sent: Sent[] = []
  readonly rooms = new Set<string>()
  /** What was sent to rooms, volatile: room, message, argument. */
  readonly relayed: [room: string, message: string, argument: unknown][] = []
  readonly disconnect = sinon.stub().callsFake(() => {
    this.connected = false
    this.inbound.emit('disconnect', 'server namespace disconnect')
  })
  readonly nsp = {
    to: (room: string) => ({
      volatile: {
        emit: (message: string, ...[argument]: readonly unknown[]) =>
          void this.relayed.push([room, message, structuredClone(argument)]),
      },
    }),
  }
  /** As Socket.IO has it: callbacks that were not called yet. */
  readonly acks = new Map<number, unknown>()

  constructor(auth: unknown, id = 'socket-1') {
    this.id = id
    this.handshake = { auth, address: '127.0.0.1' }
    this.rooms.add(id)
  }

  on(event: 'disconnect', listener: (reason: string) => void): unknown {
    return this.inbound.on(event, listener)
  }

  listen(listener: PeerListener): void {
    this.inbound.on('message', (message, callback) => listener.message(message, callback))
    this.inbound.on('turn', (run) => listener.turn(run))
  }

  emit<E extends keyof HubToClient>(message: E, ...args: Parameters<HubToClient[E]>): void {
    const [argument, answer] = args as unknown as [unknown, Sent['answer']]
    if (answer !== undefined) this.acks.set(this.acks.size, answer)
    this.sent.push({ message, argument: structuredClone(argument), answer })
  }

  join(room: string): void {
    this.rooms.add(room)
  }

  leave(room: string): void {
    this.rooms.delete(room)
  }

  /** The peer sends a message. */
  send(...message: unknown[]): void {
    this.inbound.emit('message', message, null)
  }

  /** What the peer does while `run` runs comes in one turn. */
  inOneTurn(run: () => void): void {
    this.inbound.emit('turn', run)
  }

  /** The peer sends a message with a callback: what it was called with, call by call. */
  ask(...message: unknown[]): unknown[] {
    const answers: unknown[] = []
    const callback: Callback = (answer) => answers.push(structuredClone(answer))
    this.inbound.emit('message', message, callback)
    return answers
  }

  /** Arguments of what was sent under a name. */
  told(message: string): unknown[] {
    return this.sent.filter((one) => one.message === message).map(({ argument }) => argument)
  }
}
