/** The actor's end of a connection: what the link takes for a Socket.IO client. */
import { EventEmitter } from 'node:events'
import type { FromHub, HubSocket } from '../../shared/link/hub-socket.ts'
import type { Publication } from '../../shared/messages.ts'
import { type ClientToHub, EVENT_NAMES, type EventName, type HandedEvent } from '../../shared/protocol.ts'
import type { ActorSide, Answer, Medium } from './medium.ts'
import { copyOf, splitCallback } from './packet.ts'

type State = 'new' | 'connecting' | 'connected' | 'closed' | 'dead'

export class ActorEnd implements HubSocket, ActorSide {
  readonly #wire: Medium
  readonly #listeners = new EventEmitter()
  #state: State = 'new'

  constructor(wire: Medium) {
    this.#wire = wire
  }

  get isConnected(): boolean {
    return this.#state === 'connected'
  }

  get isAlive(): boolean {
    return this.#state === 'connecting' || this.#state === 'connected'
  }

  on<E extends keyof FromHub>(event: E, listener: FromHub[E]): unknown {
    return this.#listeners.on(event, listener)
  }

  readonly volatile: Pick<HubSocket, 'emit'> = { emit: (event, ...args) => this.emit(event, ...args) }

  emit<E extends keyof ClientToHub>(event: E, ...args: Parameters<ClientToHub[E]>): unknown {
    if (this.#state !== 'connected') return this
    const wire = this.#wire
    if (event === 'acknowledge' && wire.springs('cut before acknowledgement')) return this
    const { values, callback } = splitCallback(args)
    const sent = copyOf(values)
    this.#observeSent(event, sent)
    const answer =
      callback && ((...answers: unknown[]) => this.#state === 'connected' && callback(...answers))
    wire.toHub((hub) => hub.receive(event, sent, answer))
    return this
  }

  publish(events: readonly string[], reply: Parameters<ClientToHub['publish']>[1]): unknown {
    return this.emit('publish', JSON.parse(`[${events.join()}]`), reply)
  }

  connect(): unknown {
    this.#state = 'connecting'
    this.#wire.dial()
    return this
  }

  disconnect(): unknown {
    const wasConnected = this.#state === 'connected'
    if (this.isAlive) {
      this.#end()
      this.#wire.toHub((hub) => hub.closed('client namespace disconnect'))
    }
    if (wasConnected) this.#listeners.emit('disconnect', 'io client disconnect')
    return this
  }

  /** What the hub said arrives. */
  receive(event: string, args: readonly unknown[], reply: Answer | null): void {
    if (this.#state !== 'connected') return
    this.#listeners.emit(event, ...args, ...(reply === null ? [] : [this.#replying(reply)]))
  }

  admitted(): void {
    if (this.#state === 'connecting') this.#state = 'connected'
  }

  refused(error: Error & { data?: unknown }): void {
    if (this.#state !== 'connecting') return
    this.#end()
    // As a client whose handshake was refused: the transport is closed.
    this.#wire.toHub((hub) => hub.closed('transport close'))
    this.#listeners.emit('connect_error', error)
  }

  closed(reason: string): void {
    if (this.#state === 'connecting') return this.refused(new Error(reason))
    if (this.#state !== 'connected') return
    this.#end()
    this.#wire.toHub((hub) => hub.closed('transport close'))
    this.#listeners.emit('disconnect', reason)
  }

  /** It has heard nothing for too long. */
  giveUp(reason: string): void {
    if (this.#state === 'connected') this.closed(reason)
  }

  /** The process is gone. */
  die(): void {
    this.#state = 'dead'
    this.#wire.ended()
  }

  #end(): void {
    this.#state = 'closed'
    this.#wire.cutToActor()
    this.#wire.ended()
  }

  /** A handover's callback: it goes back over the wire. */
  #replying(reply: Answer): Answer {
    return (...answer) => {
      const wire = this.#wire
      if (this.#state !== 'connected' || wire.springs('cut before acknowledgement')) return
      const sent = copyOf(answer)
      wire.toHub((hub) => {
        if (hub.connected) reply(...sent)
      })
    }
  }

  #observeSent(event: string, [first]: readonly unknown[]): void {
    const { line, observe } = this.#wire
    const publications =
      event === 'publish'
        ? (first as Publication[])
        : EVENT_NAMES.includes(event as EventName)
          ? [{ event, payload: first }]
          : []
    for (const one of publications)
      observe({
        kind: 'sent',
        ...line,
        event: one.event as EventName,
        payload: one.payload as HandedEvent['payload'],
      })
  }
}
