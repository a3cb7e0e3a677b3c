/**
 * Participants that are away while something is owed to them, and those with dead letters: kept from their rows as they change. So many are known by name; when there are more, the others are found as soon as they change again.
 * Sums are over all.
 */
import { driverOf, FLEET, type ParticipantId } from '../../../shared/ids.ts'
import type { Trouble } from '../../../shared/watch.ts'
import { owedTo, type ParticipantRecord } from '../../domain/participant.ts'
import type { ParticipantChange } from '../census.ts'
import { deadLettersOf } from '../rows.ts'

const MOST = 10_000
const MOST_DRIVERS = 2000

interface Troubled {
  /** Since when it is away with so many events; null if it is not. */
  readonly away: { readonly events: number; readonly sinceMs: number } | null
  readonly deadLetters: number
}

export interface ParticipantTroublesParts {
  isConnected(participant: ParticipantId): boolean
  loadOf(driver: string): number
  now(): number
  /** Since when those are away who were not seen to leave. */
  readonly unseenSinceMs: number
}

export class ParticipantTroubles {
  readonly #parts: ParticipantTroublesParts
  readonly #troubled = new Map<ParticipantId, Troubled>()
  /** Drivers that were away with orders, and since when: they may have none left. */
  readonly #awayDrivers = new Map<string, number>()
  #owed = 0
  #fleet: ParticipantRecord | null = null
  #fleetOwedSinceMs: number | null = null

  constructor(parts: ParticipantTroublesParts) {
    this.#parts = parts
  }

  /** Entries that lie in queues and retries, of all participants. */
  get owed(): number {
    return this.#owed
  }

  /** The fleet's own row, when it has been seen. */
  get fleet(): ParticipantRecord | null {
    return this.#fleet
  }

  /** Since when some pickup or other has been waiting without a pause, as far as it is known; null if none waits. */
  get fleetOwedSinceMs(): number | null {
    return this.#fleetOwedSinceMs
  }

  seen({ key, before, after }: ParticipantChange): void {
    this.#owed += (after === null ? 0 : owedTo(after)) - (before === null ? 0 : owedTo(before))
    if (key === FLEET) this.#noteFleet(after)
    const driver = driverOf(key)
    if (driver !== null) this.#noteDriver(driver, key, after)
    const troubled = after === null ? null : this.#troubledOf(after)
    if (troubled === null) this.#troubled.delete(key)
    else if (this.#troubled.size < MOST || this.#troubled.has(key)) this.#troubled.set(key, troubled)
  }

  #noteFleet(fleet: ParticipantRecord | null): void {
    this.#fleet = fleet
    if (fleet === null || owedTo(fleet) === 0) this.#fleetOwedSinceMs = null
    else this.#fleetOwedSinceMs ??= this.#parts.now()
  }

  #troubledOf(record: ParticipantRecord): Troubled | null {
    const events = owedTo(record)
    const deadLetters = deadLettersOf(record)
    if (events === 0 && deadLetters === 0) return null
    const isAway = events > 0 && record.id !== FLEET && !this.#parts.isConnected(record.id)
    if (!isAway && deadLetters === 0) return null
    const away = isAway ? { events, sinceMs: record.awaySinceMs ?? this.#parts.unseenSinceMs } : null
    return { away, deadLetters }
  }

  #noteDriver(driver: string, id: ParticipantId, record: ParticipantRecord | null): void {
    const isAway = record !== null && !this.#parts.isConnected(id) && this.#parts.loadOf(driver) > 0
    if (!isAway) this.#awayDrivers.delete(driver)
    else if (this.#awayDrivers.size < MOST_DRIVERS)
      this.#awayDrivers.set(driver, record.awaySinceMs ?? this.#parts.unseenSinceMs)
  }

  /** Drivers that are away and hold orders, and since when. */
  *awayDrivers(): IterableIterator<[driver: string, sinceMs: number]> {
    for (const [driver, sinceMs] of this.#awayDrivers)
      if (this.#parts.loadOf(driver) === 0) this.#awayDrivers.delete(driver)
      else yield [driver, sinceMs]
  }

  *troubles(): IterableIterator<Trouble> {
    for (const [participant, { away, deadLetters }] of this.#troubled) {
      if (away !== null)
        yield { kind: 'away-with-events', participant, count: away.events, sinceMs: away.sinceMs }
      if (deadLetters > 0) yield { kind: 'dead-letters', participant, count: deadLetters }
    }
  }
}
