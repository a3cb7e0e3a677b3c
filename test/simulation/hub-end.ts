/** The hub's end of a connection: what its socket side takes for a Socket.IO socket. Everything that passes is observed here, at the hub's network card. */
import { EventEmitter } from 'node:events'
import type { Doors } from '../../hub/doors.ts'
import { admission } from '../../hub/sockets/admission.ts'
import { accept } from '../../hub/sockets/connection.ts'
import type { PeerConnection, PeerListener, PeerSocket, SocketData } from '../../hub/sockets/types.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Handshake, Publication, Rejection } from '../../shared/messages.ts'
import {
  EVENT_NAMES,
  type EventName,
  type HandedEvent,
  type HubToClient,
  type Receipt,
  type Welcome,
} from '../../shared/protocol.ts'
import type { Answer, HubSide, Medium } from './medium.ts'
import type { Observation } from './observations.ts'
import { copyOf, splitCallback } from './packet.ts'

class HubConnection extends EventEmitter implements PeerConnection {
  readyState = 'open'
  readonly #close: () => void

  constructor(close: () => void) {
    super()
    this.#close = close
  }

  close(): void {
    this.#close()
  }
}

const isEvent = (name: string): name is EventName => (EVENT_NAMES as readonly string[]).includes(name)

export class HubEnd implements PeerSocket, HubSide {
  readonly id: string
  connected = false
  readonly data: SocketData = {}
  readonly handshake: PeerSocket['handshake']
  readonly conn: HubConnection
  readonly nsp: PeerSocket['nsp']
  readonly #wire: Medium
  readonly #receives: boolean
  #disconnected: (reason: string) => void = () => {}
  #listener: PeerListener | null = null
  #isDead = false

  constructor(wire: Medium, handshake: Handshake) {
    this.#wire = wire
    this.id = wire.line.connection
    this.handshake = { auth: handshake, address: '127.0.0.1' }
    this.#receives = handshake.receive !== false
    this.nsp = wire.rooms.namespace
    this.conn = new HubConnection(() => {
      this.closed('forced close')
      wire.toActor((actor) => actor.closed('transport close'))
    })
    this.join(this.id)
  }

  get isAlive(): boolean {
    return !this.#isDead && this.conn.readyState === 'open'
  }

  /** As Socket.IO: first the middleware, then, in a later turn, the connection, if it still is one. */
  enter(doors: Doors, clock: Clock): void {
    admission(doors.admission)(this, (error) => {
      if (this.#isDead) return
      if (error !== undefined) return this.#wire.toActor((actor) => actor.refused(error))
      clock.endOfTurn(() => {
        if (!this.isAlive) return
        this.connected = true
        this.#wire.toActor((actor) => actor.admitted())
        accept(this, doors.connection)
      })
    })
  }

  on(_: 'disconnect', listener: (reason: string) => void): unknown {
    this.#disconnected = listener
    return this
  }

  listen(listener: PeerListener): void {
    this.#listener = listener
  }

  join(room: string): unknown {
    return this.#wire.rooms.join(room, this)
  }

  leave(room: string): unknown {
    return this.#wire.rooms.leave(room, this)
  }

  emit<E extends keyof HubToClient>(event: E, ...args: Parameters<HubToClient[E]>): unknown {
    if (!this.connected) return this
    const { values, callback } = splitCallback(args)
    const sent = copyOf(values)
    this.#observeEmitted(event, sent[0])
    const wire = this.#wire
    if ((event === 'events' || callback !== null) && wire.springs('cut before handover')) return this
    const reply = callback && this.#heardReply(sent[0] as HandedEvent, callback)
    wire.toActor((actor) => actor.receive(event, sent, reply))
    return this
  }

  disconnect(): unknown {
    if (!this.connected) return this
    this.#end('server namespace disconnect')
    const wire = this.#wire
    wire.toActor((actor) => actor.closed('io server disconnect'))
    return this
  }

  /** What the actor said arrives. */
  receive(event: string, args: readonly unknown[], answer: Answer | null): void {
    if (!this.connected) return
    this.#observeReceived(event, args[0])
    const callback = answer === null ? null : this.#answering(event, args[0], answer)
    this.#listener!.message([event, ...args], callback)
  }

  /** The transport is gone, as far as the hub can tell. */
  closed(reason: string): void {
    if (!this.isAlive) return
    this.conn.readyState = 'closed'
    this.#end(reason)
    this.conn.emit('close', reason)
    this.#wire.ended()
  }

  /** The process is gone. */
  die(): void {
    this.#isDead = true
    this.connected = false
    this.#wire.ended()
  }

  #end(reason: string): void {
    if (!this.connected) return
    this.connected = false
    this.#wire.rooms.leaveAll(this)
    this.#observe({ kind: 'ended', ...this.#wire.line, reason })
    this.#disconnected(reason)
  }

  #answering(event: string, argument: unknown, answer: Answer): Answer {
    return (...answers) => {
      if (!this.connected) return
      const wire = this.#wire
      const sent = copyOf(answers)
      this.#observeReceipts(event, argument, sent[0])
      if (event === 'publish' && (argument as []).length > 0 && wire.springs('cut before receipt')) return
      wire.toActor(() => answer(...sent))
    }
  }

  #heardReply({ entry }: HandedEvent, callback: Answer): Answer {
    return (...answer) => {
      const [reply] = answer as [{ reject: string } | undefined]
      const { line } = this.#wire
      if (reply === undefined) this.#observe({ kind: 'acknowledged', ...line, entry })
      else this.#observe({ kind: 'rejected', ...line, entry, reason: reply.reject })
      callback(...answer)
    }
  }

  #observe(observation: Observation): void {
    this.#wire.observe(observation)
  }

  #observeEmitted(name: string, value: unknown): void {
    const { line } = this.#wire
    if (name === 'events')
      for (const event of value as HandedEvent[]) this.#observe({ kind: 'handed', ...line, event })
    else if (isEvent(name)) this.#observe({ kind: 'handed', ...line, event: value as HandedEvent })
    else if (name === 'displaced') this.#observe({ kind: 'displaced', ...line })
    else if (name === 'welcome') {
      const { window, capacity = null } = value as Welcome
      this.#observe({ kind: 'welcomed', ...line, window, capacity, receives: this.#receives })
    }
  }

  #observeReceived(name: string, value: unknown): void {
    const { line } = this.#wire
    if (name === 'acknowledge')
      for (const entry of value as string[]) this.#observe({ kind: 'acknowledged', ...line, entry })
    else if (name === 'reject')
      for (const { entry, reason } of value as Rejection[])
        this.#observe({ kind: 'rejected', ...line, entry, reason })
    else if (name === 'release')
      this.#observe({ kind: 'released', ...line, ...(value as { store: string; orderId: string }) })
  }

  #observeReceipts(name: string, argument: unknown, answer: unknown): void {
    const publications = (
      name === 'publish' ? argument : isEvent(name) ? [{ event: name, payload: argument }] : []
    ) as Publication[]
    const receipts = Array.isArray(answer) ? (answer as Receipt[]) : publications.map(() => answer as Receipt)
    for (const [index, publication] of publications.entries())
      this.#observeReceipt(publication, receipts[index]!)
  }

  #observeReceipt({ event, payload }: Publication, receipt: Receipt): void {
    const about = {
      ...this.#wire.line,
      event: event as EventName,
      payload: payload as HandedEvent['payload'],
    }
    if (receipt.ok) this.#observe({ kind: 'confirmed', ...about, id: receipt.id })
    else this.#observe({ kind: 'refused', ...about, code: receipt.code })
  }
}
