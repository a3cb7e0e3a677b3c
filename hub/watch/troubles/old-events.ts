/**
 * Events that are owed for long to somebody who is there: connected participants that do not acknowledge, or come to the bound of their retries, and pickups that nobody takes. Queues are looked at some at a time, all of them in
 * turn, and only while somebody watches.
 */
import { FLEET, type ParticipantId } from '../../../shared/ids.ts'
import type { Trouble } from '../../../shared/watch.ts'
import { owedTo, type ParticipantRecord } from '../../domain/participant.ts'
import type { BusyQueue } from '../feed-ports.ts'
import { OLD_EVENT_MS } from '../rows.ts'

const LOOKED_AT = 1000
const MOST = 1000
/** Between two readings of the fleet's queue, which costs some milliseconds while much is under way. */
const FLEET_PERIOD_MS = 5000

export interface OldEventsParts {
  busyQueues(): IterableIterator<BusyQueue>
  fleet(): ParticipantRecord | null
  /** Since when pickups have been waiting without a pause; null if none waits. */
  fleetOwedSinceMs(): number | null
  oldestTime(participant: ParticipantRecord): Promise<string | null>
}

export class OldEvents {
  readonly #parts: OldEventsParts
  readonly #found = new Map<ParticipantId, BusyQueue>()
  #fleetSinceMs: number | null = null
  #fleetDueMs = 0
  #next: IterableIterator<BusyQueue> | null = null

  constructor(parts: OldEventsParts) {
    this.#parts = parts
  }

  /** To be called every now and then while somebody watches. */
  look(nowMs: number): void {
    this.#lookAtFleet(nowMs)
    for (let looked = 0; looked < LOOKED_AT; looked += 1) {
      this.#next ??= this.#parts.busyQueues()
      const { value: queue, done } = this.#next.next()
      if (done) {
        this.#next = null
        return
      }
      this.#note(queue, nowMs)
    }
  }

  #note(queue: BusyQueue, nowMs: number): void {
    if (!(queue.isPaused || isOld(queue.oldestTime, nowMs))) this.#found.delete(queue.participant)
    else if (this.#found.size < MOST) this.#found.set(queue.participant, queue)
  }

  /** Its queue is read only if a pickup can have been waiting for long, and now and then. */
  #lookAtFleet(nowMs: number): void {
    const [fleet, owedSinceMs] = [this.#parts.fleet(), this.#parts.fleetOwedSinceMs()]
    if (fleet === null || owedSinceMs === null) {
      this.#fleetSinceMs = null
      return
    }
    if (nowMs < Math.max(this.#fleetDueMs, owedSinceMs + FLEET_PERIOD_MS)) return
    this.#fleetDueMs = nowMs + FLEET_PERIOD_MS
    this.#parts.oldestTime(fleet).then(
      (time) => {
        this.#fleetSinceMs = time === null ? null : Date.parse(time)
      },
      // A range that cannot be read has been told to whoever owns the ledger, who ends the hub.
      () => {},
    )
  }

  *troubles(nowMs: number): IterableIterator<Trouble> {
    const fleet = this.#parts.fleet()
    if (fleet !== null && this.#fleetSinceMs !== null && nowMs - this.#fleetSinceMs > OLD_EVENT_MS)
      yield { kind: 'old-event', participant: FLEET, count: owedTo(fleet), sinceMs: this.#fleetSinceMs }
    for (const [participant, queue] of this.#found) {
      const { oldestTime, isPaused } = queue
      if (isPaused) yield { kind: 'paused', participant }
      if (isOld(oldestTime, nowMs)) yield { kind: 'old-event', participant, sinceMs: Date.parse(oldestTime!) }
      // It may have left meanwhile, and is then looked at no more.
      if (!isPaused && !isOld(oldestTime, nowMs)) this.#found.delete(participant)
    }
  }
}

const isOld = (time: string | null, nowMs: number): boolean =>
  time !== null && nowMs - Date.parse(time) > OLD_EVENT_MS
