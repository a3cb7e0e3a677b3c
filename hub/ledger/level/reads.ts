/**
 * Reads over ranges of what is durable. Each returns at most what it was asked for; the caller goes on from the last one it got. A value that is damaged, and a
 * database that cannot be read, reject the read and are told to the owner.
 */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { DeadLetter, Entry, Place, Retry } from '../../domain/entry.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { decode } from './codec.ts'
import type { Database, Page } from './database.ts'
import {
  endedRange,
  entryRange,
  heldRange,
  type KeyRange,
  orderOfIndexKey,
  participantRange,
} from './keys.ts'

export class Reads {
  readonly #db: Database
  readonly #failed: (error: unknown) => void

  /** @param failed called with what a read is rejected for */
  constructor(db: Database, failed: (error: unknown) => void) {
    this.#db = db
    this.#failed = failed
  }

  /** Entries of one queue in queue order, after a position. */
  entries(participant: ParticipantId, from: { after: number; limit: number }): Promise<Entry[]> {
    return this.#values(entryRange('queue', participant, from), from.limit)
  }

  /** Retries of one participant in queue order, after a position. */
  retries(participant: ParticipantId, from: { after: number; limit: number }): Promise<Retry[]> {
    return this.#values(entryRange('retry', participant, from), from.limit)
  }

  /** What lies in a closed queue, in one of its places. */
  closedEntries(
    place: Place,
    participant: ParticipantId,
    range: { after: number; upTo: number; limit: number },
  ): Promise<Entry[]> {
    return this.#values(entryRange(place, participant, range), range.limit)
  }

  deadLettersOf(participant: ParticipantId, from: { after: number; limit: number }): Promise<DeadLetter[]> {
    return this.#values(entryRange('dead', participant, from), from.limit)
  }

  /** Orders that drivers hold: leased, assigned, in transit. As many as the drivers' capacities allow. */
  heldOrders(): Promise<OrderKey[]> {
    return this.#orders(heldRange)
  }

  /** Known participants in the order of their ids, after one (or ''). */
  participants(after: string, limit: number): Promise<ParticipantRecord[]> {
    return this.#values(participantRange(after), limit)
  }

  /** Orders that ended before a time, longest ago first. */
  ordersEndedBefore(timeMs: number, limit: number): Promise<OrderKey[]> {
    return this.#orders({ ...endedRange(timeMs), limit })
  }

  #orders(page: Page): Promise<OrderKey[]> {
    return this.#telling(async () => (await this.#db.keys(page).all()).map(orderOfIndexKey))
  }

  #values<T>(range: KeyRange, limit: number): Promise<T[]> {
    return this.#telling(async () => {
      const rows = await this.#db.iterator({ ...range, limit }).all()
      return rows.map(([key, text]) => decode<T>(key, text))
    })
  }

  #telling<T>(read: () => Promise<T>): Promise<T> {
    return read().catch((error: unknown) => {
      this.#failed(error)
      throw error
    })
  }
}
