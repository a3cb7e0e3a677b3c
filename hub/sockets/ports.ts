/** What the socket side needs of others. */
import type { RefusalCode } from '../../shared/codes.ts'
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { Assignment, TrackReply } from '../../shared/protocol.ts'
import type { Delivery, Outlet } from '../delivery/ports.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import type { WatchSocket } from './types.ts'

/** Orders, as participants may ask for them. Each reply comes when what it tells is durable. */
export interface Orders {
  release(
    driver: string,
    release: { order: OrderKey; reason: string },
    reply: (outcome: 'released' | 'not-held' | 'in-transit') => void,
  ): void
  assignments(driver: string, reply: (orders: readonly Assignment[]) => void): void
  /** null if there is no such order. */
  track(order: OrderKey, reply: (found: Extract<TrackReply, { ok: true }> | null) => void): void
  /** Stores whose orders the driver has on its list. */
  storesServedBy(driver: string): readonly string[]
}

/** Takes over the delivery to a participant. */
export interface Deliveries {
  attachQueue(participant: ParticipantRecord, outlet: Outlet, windowEntries: number): Delivery
  attachDriver(driver: string, outlet: Outlet, sizes: { capacity: number; entries: number }): Delivery
}

/** Told what happens on connections. MUST NOT throw. */
export interface ConnectionReports {
  connected(participant: ParticipantId): void
  disconnected(participant: ParticipantId, reason: string): void
  displaced(participant: ParticipantId, by: string): void
  /** A driver has told where it is. */
  moved(driver: string, position: { lat: number; lng: number }, timeMs: number): void
  /** Something else than an event was refused. */
  refused(code: RefusalCode, participant: ParticipantId): void
  /** A peer sends faster than it may, and is read later. */
  slowed(participant: ParticipantId): void
  /** A message that came without a callback was answered. */
  unheard(isOk: boolean): void
  /** Something that could not be decoded and has no answer. */
  ignored(entries: number): void
  /** A peer was given up. */
  cut(participant: ParticipantId, why: string): void
}

/** How those who watch come in. */
export interface WatchDoor {
  admit(socket: WatchSocket, next: (error?: Error) => void): void
  /** MUST be called with a socket that was admitted. */
  accept(socket: WatchSocket): void
}
