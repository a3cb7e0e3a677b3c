/** What the live side of watching needs of the hub's parts. Everything here is asked, nothing is changed through it. */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import type { Committed } from '../domain/work.ts'
import type { CountDelivered } from './delivered-today.ts'

/** Who is connected. */
export interface Presence {
  isConnected(participant: ParticipantId): boolean
  /** Since when; null if it is not. */
  connectedMs(participant: ParticipantId): number | null
  readonly vendors: number
  readonly drivers: number
}

/** A queue that is being handed over. */
export interface BusyQueue {
  readonly participant: ParticipantId
  /** When its oldest event that is at hand was accepted, ISO 8601; null if none is. */
  readonly oldestTime: string | null
  /** Is it at the bound of retries? */
  readonly isPaused: boolean
}

/** Delivery as it is now. Iterators may be kept over turns: who comes meanwhile is at their end. */
export interface Delivering {
  /** Handed over to vendors and not answered. */
  readonly inFlight: number
  inFlightOf(participant: ParticipantId): number
  /** When the oldest event at hand for it was accepted, ISO 8601; null if none is. */
  oldestTimeOf(participant: ParticipantId): string | null
  /** Since when an operator has stopped delivery to it; null if none has. */
  pausedMs(participant: ParticipantId): number | null
  readonly fleetCounts: { readonly leased: number; readonly assigned: number; readonly 'in-transit': number }
  busyQueues(): IterableIterator<BusyQueue>
  /** Whom an operator has stopped delivery to, and since when. */
  paused(): Iterable<readonly [ParticipantId, sinceMs: number]>
  /** Drivers that are connected or hold orders. */
  drivers(): IterableIterator<string>
  heldBy(driver: string): readonly OrderKey[]
  /** How many those are. */
  loadOf(driver: string): number
  /** What it has taken and not delivered. */
  parcelsOf(driver: string): readonly OrderRecord[]
}

/** MUST announce whatever becomes durable, in order. */
export interface FeedLedger {
  onCommitted(listener: (committed: Committed) => void): () => void
  onWrite(listener: { began(): void; ended(works: number): void }): () => void
  participants(after: string, limit: number): Promise<readonly ParticipantRecord[]>
  readonly countDelivered: CountDelivered
  /** When the oldest event that is owed to a participant was accepted, ISO 8601; null if nothing is. */
  oldestTime(participant: ParticipantRecord): Promise<string | null>
}

export interface Disk {
  isDiskLow(): boolean
  /** null where the system does not tell. */
  freeBytes(): number | null
}
