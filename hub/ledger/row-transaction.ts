/** The rows that work reads and writes, whichever database keeps them. Every counter of a participant is kept here, from the entries themselves, so that no caller can forget one. */
import { type OrderKey, type ParticipantId, storeOf } from '../../shared/ids.ts'
import type { EntryAt, Place } from '../domain/entry.ts'
import type { Erasure } from '../domain/erasure.ts'
import { keyOf, type OrderRecord } from '../domain/order-record.ts'
import { countEntry, type ParticipantRecord } from '../domain/participant.ts'

type Roster = readonly ParticipantId[]

/** The newest rows of one kind. */
interface Rows<Key, Row> {
  get(key: Key): Row | undefined
  put(key: Key, row: Row): void
  remove(key: Key): void
}

export interface RowTables {
  readonly orders: Rows<OrderKey, OrderRecord>
  readonly participants: Rows<ParticipantId, ParticipantRecord>
  readonly rosters: Rows<string, Roster>
}

export class RowTransaction {
  readonly #tables: RowTables

  constructor(tables: RowTables) {
    this.#tables = tables
  }

  /** Does this hub serve the participant? One that is alone serves all. */
  owns(_participant: ParticipantId): boolean {
    return true
  }

  /** Does the entry still lie there, which was read before? A hub that is alone sees to it itself that nobody else has taken it. */
  isThere(_at: EntryAt): boolean {
    return true
  }

  /** A hub that is alone has nobody to tell. */
  putErasure(_order: OrderKey, _erasure: Erasure): void {}

  order(key: OrderKey): OrderRecord | undefined {
    return this.#tables.orders.get(key)
  }

  putOrder(record: OrderRecord): void {
    this.#tables.orders.put(keyOf(record), record)
  }

  /** MUST NOT be called while entries of the order lie anywhere: a journal may keep them without what their order says. */
  removeOrder(record: OrderRecord): void {
    this.#tables.orders.remove(keyOf(record))
  }

  participant(id: ParticipantId): ParticipantRecord | undefined {
    return this.#tables.participants.get(id)
  }

  /** A store's participants that have a queue; needs `stores` in the work. */
  rosterOf(store: string): Roster {
    return this.#tables.rosters.get(store) ?? []
  }

  /** Where a vendor gets a queue or loses it, the work must name its store. */
  putParticipant(record: ParticipantRecord): void {
    this.#enrol(record.id, record.isActive)
    this.#tables.participants.put(record.id, record)
  }

  removeParticipant(id: ParticipantId): void {
    this.#enrol(id, false)
    this.#tables.participants.remove(id)
  }

  #enrol(id: ParticipantId, isActive: boolean): void {
    const wasActive = this.participant(id)?.isActive ?? false
    const store = storeOf(id)
    if (store === null || isActive === wasActive) return
    const others = this.rosterOf(store).filter((other) => other !== id)
    this.#tables.rosters.put(store, isActive ? [...others, id] : others)
  }

  /** An entry was added at, or taken from, a place. */
  protected count(id: ParticipantId, entry: { place: Place; position: number }, change: 1 | -1): void {
    const record = this.participant(id)
    if (record !== undefined) this.#tables.participants.put(id, countEntry(record, entry, change))
  }
}
