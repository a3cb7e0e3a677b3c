/** The network of a link under test: sockets whose inbound side is an EventEmitter and whose outbound side is recorded. */
import { EventEmitter } from 'node:events'
import sinon from 'sinon'
import type { FromHub, HubSocket, OpenSocket } from '../../shared/link/hub-socket.ts'
import type { Handshake } from '../../shared/messages.ts'
import type { Accepted, ClientToHub, HandedEvent, Receipt, Refused, Welcome } from '../../shared/protocol.ts'

export const welcome: Welcome = {
  participant: 'vendor/acme/main',
  protocol: 1,
  awayMs: 0,
  queued: 0,
  window: 100,
  limits: { eventBytes: 10_000, frameBytes: 40_000, batchLength: 100 },
}

type Message = keyof ClientToHub
type Answer = (answer: unknown) => void

export interface Sent {
  readonly message: Message
  /** Copies of the arguments, the callback left out. */
  readonly values: readonly unknown[]
  readonly answer: Answer
}

const isCallback = (value: unknown): value is Answer => typeof value === 'function'

export class StubSocket implements HubSocket {
  readonly handshake: Handshake
  readonly inbound = new EventEmitter()
  readonly connect = sinon.stub()
  readonly disconnect = sinon.stub()
  readonly sent: Sent[] = []
  readonly volatile = { emit: sinon.stub() }

  constructor(handshake: Handshake) {
    this.handshake = handshake
  }

  on<E extends keyof FromHub>(event: E, listener: FromHub[E]): unknown {
    return this.inbound.on(event, listener)
  }

  emit<E extends Message>(message: E, ...args: Parameters<ClientToHub[E]>): unknown {
    const values: readonly unknown[] = args
    const answer = values.find(isCallback) ?? (() => {})
    const copies = values.filter((value) => !isCallback(value)).map((value) => structuredClone(value))
    return this.sent.push({ message, values: copies, answer })
  }

  publish(events: readonly string[], reply: Parameters<ClientToHub['publish']>[1]): unknown {
    return this.emit('publish', JSON.parse(`[${events.join()}]`), reply)
  }

  /** What the hub says. */
  say<E extends keyof FromHub>(event: E, ...args: Parameters<FromHub[E]>): void {
    this.inbound.emit(event, ...args)
  }

  sentAs(message: Message): readonly Sent[] {
    return this.sent.filter((sent) => sent.message === message)
  }

  /** First arguments of all that was sent as `message`. */
  valuesOf(message: Message): readonly unknown[] {
    return this.sentAs(message).map(({ values }) => values[0])
  }

  /** Order ids of every `publish` frame so far. */
  get published(): readonly (readonly string[])[] {
    return this.valuesOf('publish').map((batch) =>
      (batch as { payload: { orderId: string } }[]).map(({ payload }) => payload.orderId),
    )
  }

  /** Answers `publish` frame number `index`. */
  answer(index: number, answer: readonly Receipt[] | Refused): void {
    this.sentAs('publish').at(index)?.answer(answer)
  }
}

export interface StubNetwork {
  readonly openSocket: OpenSocket
  readonly sockets: readonly StubSocket[]
  /** The newest socket. */
  readonly socket: StubSocket
}

export const stubNetwork = (): StubNetwork => {
  const sockets: StubSocket[] = []
  return {
    sockets,
    openSocket(handshake) {
      const socket = new StubSocket(structuredClone(handshake))
      sockets.push(socket)
      return socket
    },
    get socket() {
      return sockets.at(-1) as StubSocket
    },
  }
}

export const accepted = (id: string): Accepted => ({ ok: true, id })

export const refused = (code: Refused['code'], temporary: boolean, more: Partial<Refused> = {}): Refused => ({
  ok: false,
  code,
  temporary,
  message: `refused: ${code}`,
  ...more,
})

export const order = (orderId: string) =>
  ({ store: 'acme', orderId, customer: 'Ada', address: '1 Main Street' }) as const

export const handed = (id: string, orderId: string, more: Partial<HandedEvent> = {}): HandedEvent => ({
  id,
  event: 'delivered',
  time: '2026-01-01T00:00:00.000Z',
  payload: { ...order(orderId), driver: '7' },
  entry: `entry-${id}`,
  attempt: 1,
  ...more,
})
