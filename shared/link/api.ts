/**
 * What the link library offers, as types: a participant's whole side of the protocol over one Socket.IO client. docs/LINK.md tells how to use it.
 */
import type { RefusalCode } from '../codes.ts'
import type { Fault } from '../fault.ts'
import type { Order, Position, Progress } from '../messages.ts'
import type {
  Accepted,
  Assignment,
  DriverPosition,
  EventName,
  HandedEvent,
  HistoryItem,
  TrackedOrder,
  Welcome,
} from '../protocol.ts'

/** What each role publishes, by event name. */
export interface Publishable {
  pickup: Order
  'in-transit': Progress
  delivered: Progress
}

/** A token, or what gives one: asked for every try to connect, and again before the one that it gave expires. */
export type TokenSource = string | (() => string | Promise<string>)

export interface LinkOptions {
  /** The hub's address without the namespace. Default `http://localhost:3001`. */
  readonly url?: string
  readonly role: 'vendor' | 'driver'
  /** A vendor's store; required for a vendor. */
  readonly store?: string
  /** Participant id. A vendor's is `main` unless given; required for a driver. */
  readonly id?: string
  /** For a hub that asks for one. It goes into the handshake's `auth` and nowhere else. */
  readonly token?: TokenSource
  /** Entries that may be in flight to this participant. */
  readonly window?: number
  /** Parcels that a driver takes at a time. */
  readonly capacity?: number
  /** false: a vendor that only sends and gets no queue. */
  readonly receive?: boolean
  /** Folder of the outbox on disk. Without it the outbox is in memory: what is unconfirmed is lost with the process. */
  readonly outboxDir?: string
  /** Unconfirmed events that the outbox takes; beyond, `publish` rejects with Fault `outbox-full`. Default 1,000,000. */
  readonly outboxLimit?: number
}

/** An event that the hub refused for good. */
export interface FailedEvent {
  readonly event: EventName
  readonly payload: Order | Progress
  readonly code: RefusalCode
  readonly message: string
}

export type LinkStatus =
  /** No connection yet, or none any more; the link tries again by itself. `attempt` counts from 1. */
  | {
      readonly kind: 'waiting'
      readonly reason: string
      readonly attempt: number
      readonly retryInMs: number
    }
  | { readonly kind: 'connected'; readonly welcome: Welcome }
  | { readonly kind: 'disconnected'; readonly reason: string }
  /** The function that gives tokens gave none, or one that the hub does not take; the connection stays while the old one holds. Asked again in `retryInMs`. */
  | {
      readonly kind: 'token-not-renewed'
      readonly reason: string
      readonly attempt: number
      readonly retryInMs: number
    }
  /** The hub is about to stop. */
  | { readonly kind: 'draining' }
  /** Another connection took this participant's place. The link does not come back by itself. */
  | { readonly kind: 'displaced'; readonly by: string }
  /** The hub does not want this participant, for good. The link does not try again. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly message: string }
  /** An event was refused for good and has moved to `failed()`. */
  | { readonly kind: 'failed'; readonly failed: FailedEvent }
  /** The disk of the outbox failed: nothing is sent any more and every publish rejects. A program should end with exit code 1. */
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'closed' }

export interface LinkCounts {
  /** Events confirmed by the hub, repeats included. */
  readonly confirmed: number
  /** Events whose handler has succeeded. */
  readonly handled: number
  /** Handovers of events that were handled before: acknowledged again, not handled again. */
  readonly repeatsDropped: number
  /** Handovers with an attempt above 1, or seen again on a later connection. */
  readonly redelivered: number
  readonly rejected: number
  /** Events in the outbox, not yet confirmed. */
  readonly unconfirmed: number
}

export interface Link {
  /**
   * Hands an event to the outbox and resolves with the hub's receipt once the hub has confirmed it, however often the
   * connection breaks in between. Temporary refusals are retried, as is one out of order while an earlier event of that order is still in
   * the outbox. Events of one order are confirmed in the order of the calls.
   * The payload is copied. An event that is not of its form or too large is rejected before it enters the outbox.
   * @throws Fault with the refusal's code when the hub refuses the event for good; Fault `closed` when the link is closed first (the event then stays
   *   in an outbox on disk); Fault `outbox-full` above `outboxLimit`; Fault `outbox` when the outbox's disk has failed
   */
  publish<E extends EventName>(event: E, payload: Publishable[E]): Promise<Accepted>
  /**
   * Registers the one handler of an event. The event is acknowledged when it returns or its promise resolves, rejected with the error's message when it throws. Handlers
   * of one order run one after another. Events without a handler are rejected.
   * Register handlers before awaiting anything after `connectHub`, so that they are there when the first event comes.
   * @returns removes the handler
   * @throws Fault `second-handler` when the event has one
   */
  on(event: EventName, handler: (event: HandedEvent) => void | Promise<void>): () => void
  onStatus(listener: (status: LinkStatus) => void): () => void
  /** Driver positions of the store, for vendors: they may be lost. */
  onPosition(listener: (position: DriverPosition) => void): () => void
  /** Events refused for good, oldest first; kept with an outbox on disk. */
  failed(): readonly FailedEvent[]
  counts(): LinkCounts
  /** A vendor's own order and what happened to it. @throws Fault with the refusal's code; Fault `not-connected` without an answer within 10 s */
  track(orderId: string): Promise<{ order: TrackedOrder; history: readonly HistoryItem[] }>
  /** What this driver has acknowledged and not yet delivered. @throws Fault like `track` */
  assignments(): Promise<readonly Assignment[]>
  /** Gives an assigned order back to the fleet. @throws Fault with the refusal's code */
  release(store: string, orderId: string, reason: string): Promise<Accepted>
  /** Sends the driver's position, if there is a connection; it may be lost. */
  position(position: Position): void
  /** Gives up this participant: the hub drops its queue, and the link does not come back. @throws Fault with the refusal's code */
  leave(): Promise<Accepted>
  /** Hands the hub a fresh token over the open connection, and keeps it for the next one unless the hub refuses it. @throws Fault */
  renewToken(token: string): Promise<Accepted>
  /**
   * Ends the link. With `drain` it first waits until the outbox is empty, running handlers have ended and their acknowledgements have reached the hub, at most
   * `timeoutMs` (5 s). Handlers that have not begun do not begin any more: the hub hands those events over again later. Idempotent: the first call decides.
   */
  close(options?: { drain?: boolean; timeoutMs?: number }): Promise<void>
}
