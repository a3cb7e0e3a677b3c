/**
 * What the hub tells of itself: plain counters that everything adds to, and log lines. Logs, metrics and pages only listen here; nothing is decided from it.
 */
import type { ParticipantId } from '../shared/ids.ts'
import type { Log } from '../shared/log.ts'
import type { EventName } from '../shared/protocol.ts'
import type { EventLog } from '../shared/rate-limited-log.ts'
import type { DeliveryReports, Handover } from './delivery/ports.ts'
import type { Entry } from './domain/entry.ts'
import type { IntakeReports } from './intake/ports.ts'
import type { ConnectionReports } from './sockets/ports.ts'
import type { UpkeepReports } from './upkeep/ports.ts'

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
  cutConnections: number
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
  cutConnections: 0,
})

export class HubReports implements IntakeReports, DeliveryReports, UpkeepReports, ConnectionReports {
  readonly counts: HubCounts = zero()
  readonly refusals = new Map<string, number>()
  readonly #log: Pick<Log, 'debug' | 'info' | 'warn'>
  readonly #events: EventLog

  constructor(log: Pick<Log, 'debug' | 'info' | 'warn'>, events: EventLog) {
    this.#log = log
    this.#events = events
  }

  accepted({ event, time, payload }: Omit<Entry, 'position'>): void {
    this.counts.accepted += 1
    this.#events.event(event, () => this.#log.info({ event, time, payload }, 'EVENT'))
  }

  repeated(event: EventName): void {
    this.counts.repeats += 1
    this.#log.debug({ event }, 'repeat answered')
  }

  refused(code: string): void {
    this.counts.refused += 1
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
    this.#events.event(`refused ${code}`, () => this.#log.warn({ code }, 'refused'))
  }

  handedOver(handovers: readonly Handover[]): void {
    this.counts.handovers += handovers.length
    for (const { attempt } of handovers) if (attempt > 1) this.counts.redelivered += 1
  }

  acknowledged(entries: number): void {
    this.counts.acknowledged += entries
  }

  ignored(entries: number): void {
    this.counts.ignored += entries
  }

  failed({ event, payload }: Entry, participant: ParticipantId, reason: string): void {
    this.counts.failedHandovers += 1
    const { store, orderId } = payload
    this.#events.event('failed handover', () =>
      this.#log.info({ participant, event, store, orderId, reason }, 'handover failed'),
    )
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

  cut(participant: ParticipantId): void {
    this.counts.cutConnections += 1
    this.#events.event('cut', () => this.#log.warn({ participant }, 'cut: it does not read'))
  }
}
