/**
 * What work can read and write. Every counter of a participant is kept here, from the entries themselves, so that no caller can forget one.
 */
import { type OrderKey, type ParticipantId, storeOf } from '../../../shared/ids.ts'
import type { DeadLetter, Entry, Place, Retry } from '../../domain/entry.ts'
import type { Note } from '../../domain/note.ts'
import { keyOf, type OrderRecord } from '../../domain/order-record.ts'
import { countEntry, type ParticipantRecord } from '../../domain/participant.ts'
import type { Revocation } from '../../domain/revocation.ts'
import { encode } from './codec.ts'
import type { Group } from './group.ts'
import { noteKey, revocationKey } from './keys.ts'
import type { Positions } from './positions.ts'
import type { Roster, Tables } from './tables.ts'

export class Transaction {
  readonly #tables: Tables
  readonly #positions: Positions
  readonly #group: Group
  /** To the end of queues, and not taken again. */
  readonly #appended = new Map<ParticipantId, Entry[]>()
  /** Milliseconds since 1970; the same for everything that is decided in one go. */
  readonly nowMs: number

  constructor(tables: Tables, parts: { positions: Positions; group: Group; nowMs: number }) {
    this.#tables = tables
    this.#positions = parts.positions
    this.#group = parts.group
    this.nowMs = parts.nowMs
  }

  order(key: OrderKey): OrderRecord | undefined {
    return this.#tables.orders.get(key)
  }

  putOrder(record: OrderRecord): void {
    this.#tables.orders.put(keyOf(record), record)
  }

  /** MUST NOT be called while entries of the order lie anywhere: the journal keeps them without what their order says. */
  removeOrder(record: OrderRecord): void {
    this.#tables.orders.remove(keyOf(record))
  }

  participant(id: ParticipantId): ParticipantRecord | undefined {
    return this.#tables.participants.get(id)
  }

  /** Takes the place of an older one of the participant. */
  putRevocation(revocation: Revocation): void {
    const key = revocationKey(revocation.participant)
    this.#group.values.set(key, encode(key, revocation))
  }

  removeRevocation(participant: ParticipantId): void {
    this.#group.values.set(revocationKey(participant), null)
  }

  /** Takes the place of an older one of its kind and name. */
  putNote(note: Note): void {
    const key = noteKey(note)
    this.#group.values.set(key, encode(key, note.value))
  }

  removeNote(note: Pick<Note, 'kind' | 'name'>): void {
    this.#group.values.set(noteKey(note), null)
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

  /** The last position that was handed out: nothing that comes later lies at or below it. */
  get lastPosition(): number {
    return this.#positions.last
  }

  /** Adds an entry at the end of a queue and gives its position. It is announced when it is durable. */
  append(participant: ParticipantId, entry: Omit<Entry, 'position'>): number {
    const position = this.#positions.next(this.#group)
    const { id, event, time, payload, replay } = entry
    const whole = { position, id, event, time, payload, ...(replay && { replay }) }
    this.#add('queue', participant, whole)
    const entries = this.#appended.get(participant)
    if (entries === undefined) this.#appended.set(participant, [whole])
    else entries.push(whole)
    return position
  }

  appendedTo(participant: ParticipantId): readonly Entry[] {
    return [...(this.#appended.get(participant) ?? [])]
  }

  /** To be called when everything of the turn is decided. */
  announce(): void {
    for (const [participant, entries] of this.#appended) this.#group.announce(participant, entries)
  }

  addRetry(participant: ParticipantId, retry: Retry): void {
    this.#add('retry', participant, retry)
  }

  addDeadLetter(participant: ParticipantId, letter: DeadLetter): void {
    this.#add('dead', participant, letter)
  }

  #add(place: Place, participant: ParticipantId, entry: Entry): void {
    const { position } = entry
    this.#tables.entries.change({ place, participant, position, entry })
    this.#count(participant, { place, position }, 1)
  }

  /** Puts another entry in the place of one at the same position. The caller knows that it lies there. */
  replace(place: Place, participant: ParticipantId, entry: Entry): void {
    const { position } = entry
    this.#tables.entries.change({ place, participant, position, entry: null })
    this.#tables.entries.change({ place, participant, position, entry })
  }

  /**
   * Takes an entry out of the place where it lies. The caller knows that it lies there: it has read it or put it there. One that was appended in the same turn is neither written nor announced.
   */
  take(place: Place, participant: ParticipantId, position: number): void {
    if (place === 'queue' && this.#hasWithdrawn(participant, position))
      this.#tables.entries.withdraw(position)
    else this.#tables.entries.change({ place, participant, position, entry: null })
    this.#count(participant, { place, position }, -1)
  }

  /** Was it appended in this turn? Then it was not, after all. */
  #hasWithdrawn(participant: ParticipantId, position: number): boolean {
    const entries = this.#appended.get(participant)
    if (entries === undefined || position < (entries[0]?.position ?? Number.POSITIVE_INFINITY)) return false
    const index = entries.findIndex((entry) => entry.position === position)
    if (index < 0) return false
    entries.splice(index, 1)
    return true
  }

  #count(id: ParticipantId, entry: { place: Place; position: number }, change: 1 | -1): void {
    const record = this.participant(id)
    if (record !== undefined) this.#tables.participants.put(id, countEntry(record, entry, change))
  }
}
