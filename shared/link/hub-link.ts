/**
 * The link: wires its parts, and ends them in good order. What it is to its user stands in api.ts.
 */
import { Fault } from '../fault.ts'
import { Listeners } from '../listeners.ts'
import type { Handshake } from '../messages.ts'
import type { Outbox } from '../outbox/api.ts'
import type {
  Accepted,
  AssignmentsReply,
  DriverPosition,
  EventName,
  TrackReply,
  Welcome,
} from '../protocol.ts'
import type { Link, LinkCounts, LinkStatus, Publishable, TokenSource } from './api.ts'
import { Connection } from './connection.ts'
import type { HubSocket, OpenSocket } from './hub-socket.ts'
import { type Handler, Receiver } from './receiver.ts'
import { Requests } from './requests.ts'
import { Sender } from './sender.ts'
import type { Timing } from './timing.ts'
import { Tokens } from './tokens.ts'

const DRAIN_TIMEOUT_MS = 5_000

export interface LinkParts extends Timing {
  /** The link closes it. */
  readonly outbox: Outbox
  readonly outboxLimit: number
  readonly openSocket: OpenSocket
  /** What the next try to connect says of this participant. */
  handshake(token: string | undefined): Handshake
  readonly token: TokenSource | undefined
}

type Answered<R extends { readonly ok: boolean }> = Extract<R, { readonly ok: true }>

const closedFault = (): Fault =>
  new Fault('closed', 'The link is closed. What the hub has not confirmed stays in an outbox on disk.')

const unusableFault = (why: string): Fault =>
  new Fault('not-connected', `There is no connection any more: ${why}.`)

export class HubLink implements Link {
  readonly #parts: LinkParts
  readonly #statuses = new Listeners<LinkStatus>()
  readonly #positions = new Listeners<DriverPosition>()
  readonly #sender: Sender
  readonly #receiver: Receiver
  readonly #requests: Requests
  readonly #tokens: Tokens
  readonly #connection: Connection
  #socket: HubSocket | null = null
  #closing: Promise<void> | null = null
  #checkDrained = () => {}

  constructor(parts: LinkParts) {
    this.#parts = parts
    this.#sender = new Sender(parts, parts, {
      failed: (failed) => this.#statuses.tell({ kind: 'failed', failed }),
      emptied: () => this.#checkDrained(),
    })
    this.#receiver = new Receiver(parts, () => this.#checkDrained())
    this.#requests = new Requests(parts)
    this.#tokens = new Tokens(parts, parts.token, {
      send: (token) => this.#requests.ask((socket, reply) => socket.emit('token', token, reply)),
      status: (status) => this.#tell(status),
    })
    this.#connection = new Connection(parts, {
      hasMoreTokens: this.#tokens.isRenewable,
      token: (use, failed) => this.#tokens.next(use, failed),
      openSocket: (token) => parts.openSocket(parts.handshake(token)),
      made: (socket) => this.#listenTo(socket),
      opened: (socket, welcome) => this.#opened(socket, welcome),
      broke: () => this.#broke(),
      status: (status) => this.#tell(status),
    })
    parts.outbox.onFault((error) => this.#outboxFailed(error))
  }

  /** Begins to connect. Called once. */
  connect(): void {
    this.#connection.connect()
  }

  publish<E extends EventName>(event: E, payload: Publishable[E]): Promise<Accepted> {
    return this.#sender.publish(event, payload)
  }

  on(event: EventName, handler: Handler): () => void {
    return this.#receiver.on(event, handler)
  }

  onStatus(listener: (status: LinkStatus) => void): () => void {
    return this.#statuses.add(listener)
  }

  onPosition(listener: (position: DriverPosition) => void): () => void {
    return this.#positions.add(listener)
  }

  failed(): ReturnType<Link['failed']> {
    return this.#parts.outbox.failed()
  }

  counts(): LinkCounts {
    const { confirmed, unconfirmed } = this.#sender
    return { ...this.#receiver.counts, confirmed, unconfirmed }
  }

  async track(orderId: string): ReturnType<Link['track']> {
    const answer = await this.#requests.ask<Answered<TrackReply>>((socket, reply) =>
      socket.emit('track', { orderId }, reply),
    )
    return { order: answer.order, history: answer.history }
  }

  async assignments(): ReturnType<Link['assignments']> {
    const answer = await this.#requests.ask<Answered<AssignmentsReply>>((socket, reply) =>
      this.#receiver.behindAnswers(() => socket.emit('assignments', reply)),
    )
    return answer.orders
  }

  release(store: string, orderId: string, reason: string): Promise<Accepted> {
    return this.#requests.ask((socket, reply) =>
      this.#receiver.behindAnswers(() => socket.emit('release', { store, orderId, reason }, reply)),
    )
  }

  async leave(): Promise<Accepted> {
    const left = await this.#requests.ask<Accepted>((socket, reply) => socket.emit('leave', reply))
    this.#left()
    return left
  }

  renewToken(token: string): Promise<Accepted> {
    return this.#tokens.hand(token)
  }

  position(position: Parameters<Link['position']>[0]): void {
    this.#socket?.volatile.emit('position', position)
  }

  close(options: { drain?: boolean; timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.drain === true ? (options.timeoutMs ?? DRAIN_TIMEOUT_MS) : 0)
    return this.#closing
  }

  #listenTo(socket: HubSocket): void {
    this.#receiver.listenTo(socket)
    socket.on('position', (position) => this.#positions.tell(position))
  }

  #opened(socket: HubSocket, welcome: Welcome): void {
    this.#socket = socket
    this.#sender.open(socket, welcome.limits)
    this.#requests.opened(socket)
    this.#tokens.opened()
  }

  #broke(): void {
    this.#socket = null
    // Before the requests: a token that was on its way then is the next connection's.
    this.#tokens.broke()
    this.#sender.broke()
    this.#requests.broke()
    this.#receiver.broke()
  }

  /** Coming back would make it a participant again. */
  #left(): void {
    const isConnected = this.#socket !== null
    this.#tokens.broke()
    this.#connection.end()
    this.#requests.end(unusableFault('it has left'))
    if (isConnected) this.#tell({ kind: 'disconnected', reason: 'it has left' })
  }

  #tell(status: LinkStatus): void {
    if (status.kind === 'displaced' || status.kind === 'refused') {
      this.#requests.end(unusableFault(`it was ${status.kind}`))
      this.#checkDrained()
    }
    this.#statuses.tell(status)
  }

  #outboxFailed(error: Error): void {
    const fault = new Fault('outbox', `The outbox cannot be written: ${error.message}`, { cause: error })
    this.#end(fault)
    this.#checkDrained()
    this.#statuses.tell({ kind: 'fault', fault })
  }

  async #close(drainMs: number): Promise<void> {
    this.#receiver.drain()
    if (drainMs > 0) await this.#drained(drainMs)
    this.#end(closedFault())
    try {
      await this.#parts.outbox.close()
    } finally {
      this.#statuses.tell({ kind: 'closed' })
    }
  }

  #drained(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(timeoutMs, resolve)
      this.#checkDrained = () => {
        if (!this.#isDrained) return
        cancel()
        resolve()
      }
      this.#checkDrained()
    })
  }

  /** Without a connection to come, what is owed can only stay in the outbox. */
  get #isDrained(): boolean {
    return this.#receiver.isSettled && (this.#connection.isOver || this.#sender.unconfirmed === 0)
  }

  #end(fault: Fault): void {
    // The connection last: its end would tell those who wait that it broke.
    this.#sender.end(fault)
    this.#requests.end(fault)
    this.#tokens.broke()
    this.#connection.end()
  }
}
