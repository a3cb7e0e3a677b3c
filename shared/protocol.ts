/**
 * Wire protocol version 1 on the namespace `/caps`, as types: what either side may say and what it hears back. Socket.IO's typed event maps
 * (https://socket.io/docs/v4/typescript/) are made of them on both sides; docs/PROTOCOL.md tells the same in words.
 */
import type { EndCode, RefusalCode } from './codes.ts'
import type { Order, Position, Progress, Publication, Rejection, Release } from './messages.ts'

export const NAMESPACE = '/caps'

/** What happened to an order, in the order in which it happens. */
export const EVENT_NAMES = ['pickup', 'in-transit', 'delivered'] as const
export type EventName = (typeof EVENT_NAMES)[number]

export interface Accepted {
  readonly ok: true
  /** The event's id; for `leave`, `token` and `release` the participant's name. */
  readonly id: string
  /** The same was accepted before; this is the first answer again. */
  readonly duplicate?: true
}

export interface Refused {
  readonly ok: false
  readonly code: RefusalCode
  readonly temporary: boolean
  readonly message: string
  /** Names of the offending fields, for `malformed`. */
  readonly fields?: readonly string[]
  readonly retryAfterMs?: number
}

export type Receipt = Accepted | Refused

/** Why a connection is not let in (`data` of the `connect_error`), or is ended (`refused`). */
export interface ConnectRefusal {
  readonly code: EndCode
  readonly message: string
}

export interface EventPayload extends Order {
  /** The order's driver; absent on `pickup`. */
  readonly driver?: string
}

/** An event as it is handed over. */
export interface HandedEvent {
  /** Unique for ever; the same at every handover and for every participant. */
  readonly id: string
  readonly event: EventName
  /** The hub's, ISO 8601. */
  readonly time: string
  readonly payload: EventPayload
  /** Opaque; names this participant's entry in `acknowledge` and `reject`. */
  readonly entry: string
  /** 1 for the first handover; lost connections do not count. */
  readonly attempt: number
  /** Set on an event that came back from the dead letters. */
  readonly replay?: true
}

export interface Welcome {
  readonly participant: string
  readonly protocol: number
  /** How long the participant was away, in milliseconds; 0 at its first connection. */
  readonly awayMs: number
  /** Entries that wait for it. */
  readonly queued: number
  readonly window: number
  readonly capacity?: number
  readonly limits: Limits
}

/** What the hub takes from this connection. */
export interface Limits {
  readonly eventBytes: number
  readonly frameBytes: number
  readonly batchLength: number
}

export type OrderState = 'waiting' | 'assigned' | 'in-transit' | 'delivered'

/** One thing that happened to an order, as `track` tells it. */
export interface HistoryItem {
  /** ISO 8601. */
  readonly time: string
  readonly what:
    | EventName
    | 'leased'
    | 'assigned'
    | 'rejected'
    | 'not-acknowledged'
    | 'driver-away'
    | 'assignment-expired'
    | 'released'
    | 'acknowledged'
    | 'dead-letter'
    | 'replayed'
    | 'dropped'
    | 'erased'
  /** The participant that it concerns. */
  readonly participant?: string
  /** The event that was handed over, where `what` is about a handover. */
  readonly event?: EventName
  readonly reason?: string
}

export interface TrackedOrder extends Order {
  readonly state: OrderState
  readonly driver?: string
}

export type TrackReply =
  | { readonly ok: true; readonly order: TrackedOrder; readonly history: readonly HistoryItem[] }
  | Refused

/** An order that a driver has acknowledged and not yet delivered. */
export interface Assignment extends Order {
  readonly state: 'assigned' | 'in-transit'
}

export type AssignmentsReply = { readonly ok: true; readonly orders: readonly Assignment[] } | Refused

export interface DriverPosition extends Position {
  readonly driver: string
  /** ISO 8601, the hub's. */
  readonly time: string
}

export type HandoverReply = (reply?: { reject: string }) => void

export interface ClientToHub {
  pickup(order: Order, reply: (receipt: Receipt) => void): void
  'in-transit'(progress: Progress, reply: (receipt: Receipt) => void): void
  delivered(progress: Progress, reply: (receipt: Receipt) => void): void
  publish(batch: readonly Publication[], reply: (receipts: readonly Receipt[] | Refused) => void): void
  acknowledge(entries: readonly string[]): void
  reject(rejections: readonly Rejection[]): void
  assignments(reply: (reply: AssignmentsReply) => void): void
  release(release: Release, reply: (receipt: Receipt) => void): void
  position(position: Position): void
  leave(reply: (receipt: Receipt) => void): void
  token(token: string, reply: (receipt: Receipt) => void): void
  track(order: { orderId: string }, reply: (reply: TrackReply) => void): void
}

export interface HubToClient {
  welcome(welcome: Welcome): void
  pickup(event: HandedEvent, reply: HandoverReply): void
  'in-transit'(event: HandedEvent, reply: HandoverReply): void
  delivered(event: HandedEvent, reply: HandoverReply): void
  events(events: readonly HandedEvent[]): void
  position(position: DriverPosition): void
  displaced(by: { by: string }): void
  refused(refusal: ConnectRefusal): void
  draining(nothing: Record<string, never>): void
}
