/**
 * What the hub tells of itself: plain counters that everything adds to, and log lines. Logs, metrics and pages only listen here; nothing is decided from it.
 */
import type { OrderKey, ParticipantId } from '../shared/ids.ts'
import type { Log } from '../shared/log.ts'
import type { EventName } from '../shared/protocol.ts'
import type { EventLog } from '../shared/rate-limited-log.ts'
import type { AuditLine } from '../shared/watch.ts'
import type { DeliveryReports, Handover } from './delivery/ports.ts'
import type { Entry } from './domain/entry.ts'
import type { IntakeReports } from './intake/ports.ts'
import { maskedPayload, maskedReason } from './privacy.ts'
import type { ConnectionReports } from './sockets/ports.ts'
import type { UpkeepReports } from './upkeep/ports.ts'
import { Delays } from './watch/figures/delays.ts'
import { Positions } from './watch/positions.ts'
import { Redeliveries } from './watch/redeliveries.ts'

export interface HubCounts {
  accepted: number
  repeats: number
  refused: number
  handovers: number
  /** Handovers with an attempt above 1. */
  redelivered: number
  acknowledged: number
  /** Handovers that were rejected or not acknowledged in time. */
  failedHandovers: number
  deadLetters: number
  /** Acknowledgements and other messages that named nothing or could not be read. */
  ignored: number
  /** Messages without a callback, by what their answer would have been. */
  unheardAccepted: number
  unheardRefused: number
  expiredEntries: number
  droppedEntries: number
  replayedEntries: number
  removedOrders: number
  /** Orders of which the personal fields were erased, repeats too. */
  erasedOrders: number
  cutConnections: number
  /** Times that a peer was read more slowly, because it sends faster than it may. */
  slowedConnections: number
  /** Connections that were cut for what they sent before they had said who they are. */
  cutNewcomers: number
  /** Connections that ended by an error: what came was no message, too long or in too many parts, or the network failed. */
  brokenConnections: number
  /** Packets that are none of Socket.IO, or announced binary data. */
  brokenPackets: number
  /** Connections that were not taken, because there were as many as may be. */
  droppedConnections: number
}

const zero = (): HubCounts => ({
  accepted: 0,
  repeats: 0,
  refused: 0,
  handovers: 0,
  redelivered: 0,
  acknowledged: 0,
  failedHandovers: 0,
  deadLetters: 0,
  ignored: 0,
  unheardAccepted: 0,
  unheardRefused: 0,
  expiredEntries: 0,
  droppedEntries: 0,
  replayedEntries: 0,
  removedOrders: 0,
  erasedOrders: 0,
  cutConnections: 0,
  slowedConnections: 0,
  cutNewcomers: 0,
  brokenConnections: 0,
  brokenPackets: 0,
  droppedConnections: 0,
})

export class HubReports implements IntakeReports, DeliveryReports, UpkeepReports, ConnectionReports {
  readonly counts: HubCounts = zero()
  readonly refusals = new Map<string, number>()
  readonly delays = new Delays()
  readonly redeliveries = new Redeliveries()
  /** Of drivers. */
  readonly positions = new Positions()
  readonly #log: Pick<Log, 'debug' | 'info' | 'warn'>
  readonly #events: EventLog
  readonly #isMasking: boolean

  /** @param isMasking are customers, addresses, details and reasons told at debug level only? */
  constructor(log: Pick<Log, 'debug' | 'info' | 'warn'>, events: EventLog, { isMasking = false } = {}) {
    this.#log = log
    this.#events = events
    this.#isMasking = isMasking
  }

  accepted({ event, time, payload }: Omit<Entry, 'position'>): void {
    this.counts.accepted += 1
    this.#events.event(event, () => this.#tellEvent({ event, time, payload }))
  }

  #tellEvent(event: Pick<Entry, 'event' | 'time' | 'payload'>): void {
    if (!this.#isMasking) return this.#log.info(event, 'EVENT')
    this.#log.info({ ...event, payload: maskedPayload(event.payload) }, 'EVENT')
    this.#log.debug(event, 'EVENT in full')
  }

  repeated(event: EventName): void {
    this.counts.repeats += 1
    this.#log.debug({ event }, 'repeat answered')
  }

  /** @param who a participant where it is known, else the network that it came from */
  refused(code: string, who = 'unknown'): void {
    this.counts.refused += 1
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
    this.#events.event(`refused ${code}`, () => this.#log.warn({ code, who }, 'refused'))
  }

  handedOver(handovers: readonly Handover[], participant: ParticipantId): void {
    this.counts.handovers += handovers.length
    for (const { attempt } of handovers) if (attempt > 1) this.#redelivered(participant)
  }

  #redelivered(participant: ParticipantId): void {
    this.counts.redelivered += 1
    this.redeliveries.add(participant)
  }

  delayed(acceptedTime: string, nowMs: number): void {
    this.delays.add(acceptedTime, nowMs)
  }

  moved(driver: string, position: { lat: number; lng: number }, timeMs: number): void {
    this.positions.moved(driver, position, timeMs)
  }

  /** @param who an operator */
  audited({ who, action, target, done }: Pick<AuditLine, 'who' | 'action' | 'target' | 'done'>): void {
    this.#log.info({ who, action, target, done }, 'AUDIT')
  }

  acknowledged(entries: number): void {
    this.counts.acknowledged += entries
  }

  requestFailed(error: unknown): void {
    this.#events.event('request failed', () => this.#log.warn({ err: error }, 'a request over HTTP failed'))
  }

  ignored(entries: number): void {
    this.counts.ignored += entries
  }

  failed({ event, payload }: Entry, participant: ParticipantId, reason: string): void {
    this.counts.failedHandovers += 1
    const { store, orderId } = payload
    const line = { participant, event, store, orderId }
    this.#events.event('failed handover', () => this.#tellFailure(line, reason))
  }

  #tellFailure(line: object, reason: string): void {
    if (!this.#isMasking) return this.#log.info({ ...line, reason }, 'handover failed')
    this.#log.info({ ...line, reason: maskedReason(reason) }, 'handover failed')
    this.#log.debug({ ...line, reason }, 'handover failed, in full')
  }

  deadLettered({ event, payload }: Entry, participant: ParticipantId): void {
    this.counts.deadLetters += 1
    const { store, orderId } = payload
    this.#log.warn({ participant, event, store, orderId }, 'moved to the dead letters')
  }

  paused(participant: ParticipantId, isPaused: boolean): void {
    this.#events.event(isPaused ? 'paused' : 'resumed', () =>
      isPaused
        ? this.#log.warn({ participant }, 'paused: as many of its entries wait for a retry as may')
        : this.#log.info({ participant }, 'goes on: fewer of its entries wait for a retry'),
    )
  }

  expired(participant: ParticipantId, entries: number): void {
    this.counts.expiredEntries += entries
    this.#log.warn({ participant, entries }, 'session expired')
  }

  dropped(participant: ParticipantId, entries: number): void {
    this.counts.droppedEntries += entries
    if (entries > 0) this.#log.info({ participant, entries }, 'entries dropped')
  }

  replayed(participant: ParticipantId, entries: number): void {
    this.counts.replayedEntries += entries
    this.#log.info({ participant, entries }, 'dead letters replayed')
  }

  ordersRemoved(orders: number): void {
    this.counts.removedOrders += orders
    this.#log.info({ orders }, 'old orders removed')
  }

  erased(order: OrderKey): void {
    this.counts.erasedOrders += 1
    this.#log.info({ order }, 'personal fields erased')
  }

  scrubbed(order: OrderKey): void {
    this.#log.info({ order }, 'erased bytes gone from the data folder')
  }

  connected(participant: ParticipantId): void {
    this.#events.event('connected', () => this.#log.info({ participant }, 'connected'))
  }

  disconnected(participant: ParticipantId, reason: string): void {
    this.#events.event('disconnected', () => this.#log.info({ participant, reason }, 'disconnected'))
  }

  displaced(participant: ParticipantId, by: string): void {
    this.#events.event('displaced', () =>
      this.#log.warn({ participant, by }, 'displaced by a newer connection'),
    )
  }

  unheard(isOk: boolean): void {
    if (isOk) this.counts.unheardAccepted += 1
    else this.counts.unheardRefused += 1
  }

  cut(participant: string, why: string): void {
    this.counts.cutConnections += 1
    this.#events.event('cut', () => this.#log.warn({ participant }, `cut: ${why}`))
  }

  slowed(participant: string): void {
    this.counts.slowedConnections += 1
    this.#events.event('slowed', () =>
      this.#log.warn({ participant }, 'read more slowly: it sends faster than it may'),
    )
  }

  newcomerCut(network: string): void {
    this.counts.cutNewcomers += 1
    this.#events.event('newcomer cut', () =>
      this.#log.warn({ network }, 'cut: it sent too much before it said who it is'),
    )
  }

  connectionBroke(): void {
    this.counts.brokenConnections += 1
  }

  packetBroke(): void {
    this.counts.brokenPackets += 1
  }

  connectionDropped(): void {
    this.counts.droppedConnections += 1
    this.#events.event('dropped', () => this.#log.warn({}, 'dropped: as many connections as may are there'))
  }
}
