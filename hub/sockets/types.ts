/** Socket.IO's server side, typed with our protocol. */
import type { EventEmitter } from 'node:events'
import type { Namespace } from 'socket.io'
import type { Handshake } from '../../shared/messages.ts'
import type { ClientToHub, HubToClient } from '../../shared/protocol.ts'
import type { HubToWatcher, WatcherToHub } from '../../shared/watch.ts'
import type { Identity } from '../access/identity.ts'
import type { Sender } from '../domain/order.ts'
import type { Registration } from '../sessions/sessions.ts'

/** What admission has established about a connection. */
export interface Admitted {
  readonly identity: Identity
  readonly sender: Sender
  readonly handshake: Handshake
  readonly registration: Extract<Registration, { kind: 'registered' }>
  /** Ends the session of a connection that is gone before Socket.IO calls it connected; listens to `conn` until then. */
  readonly gone: () => void
}

export interface SocketData {
  /** Until it is accepted. */
  admitted?: Admitted | undefined
  /** From then on, to be told when it is displaced. */
  connection?: { displaced(by: string): void; stalled(): void }
}

/** Engine.IO's side of a connection, which may carry several sockets one after another. */
export interface PeerConnection extends Pick<EventEmitter, 'on' | 'once' | 'off'> {
  readonly readyState: string
  /** @param discard without sending what waits */
  close(discard: boolean): unknown
}

/** Answers a message. */
export type Callback = (answer: object) => void

/** Packets that have come. */
export interface Came {
  readonly packets: number
  readonly bytes: number
  /** Bytes of the largest one. */
  readonly largest: number
}

/** Told what a peer sends. */
export interface PeerListener {
  /** Told before the messages of packets that Engine.IO's connection does not emit. */
  came(came: Came): void
  /** @param message its name comes first, and may be a number or missing @param callback null if the peer waits for no answer */
  message(message: readonly unknown[], callback: Callback | null): void
  /** MUST call `run` once, at once: what has come in one turn of the event loop, answers to what was emitted included, is told while it runs. */
  turn(run: () => void): void
}

/** What is used here of a Socket.IO socket, and what tests stub. */
export interface PeerSocket {
  readonly id: string
  readonly connected: boolean
  readonly data: SocketData
  readonly handshake: { readonly auth: unknown; readonly address: string }
  readonly conn: PeerConnection
  readonly nsp: { to(room: string): { readonly volatile: Pick<PeerSocket, 'emit'> } }
  on(event: 'disconnect', listener: (reason: string) => void): unknown
  /** To be told whatever the peer sends. */
  listen(listener: PeerListener): void
  emit<E extends keyof HubToClient>(event: E, ...args: Parameters<HubToClient[E]>): unknown
  join(room: string): unknown
  leave(room: string): unknown
  /** @param isAll ends the transport's connection too, when what waits for the peer has left */
  disconnect(isAll?: boolean): unknown
}

/** The same of a socket of those who watch. */
export interface WatchSocket {
  readonly id: string
  readonly connected: boolean
  readonly handshake: { readonly auth: unknown; readonly address: string }
  readonly conn: PeerConnection
  /** Until it is accepted, who it is; from then on, to be told that nothing leaves for it any more. */
  readonly data: { connection?: { stalled(): void }; identity?: Identity | undefined }
  /** May be lost. */
  readonly volatile: Pick<WatchSocket, 'emit'>
  on(event: 'disconnect', listener: (reason: string) => void): unknown
  onAny(listener: (...message: unknown[]) => void): unknown
  emit<E extends keyof HubToWatcher>(event: E, ...args: Parameters<HubToWatcher[E]>): unknown
  disconnect(isAll?: boolean): unknown
}

export type WatchNamespace = Namespace<WatcherToHub, HubToWatcher, Record<string, never>, WatchSocket['data']>

export type CapsNamespace = Namespace<ClientToHub, HubToClient, Record<string, never>, SocketData>
