/** What work can read and write. Every counter of a participant is kept here, from the entries themselves, so that no caller can forget one. */
import { type OrderKey, type ParticipantId, storeOf } from '../../../shared/ids.ts'
import type { DeadLetter, Entry, Place, Retry } from '../../domain/entry.ts'
import type { Note } from '../../domain/note.ts'
import { keyOf, type OrderRecord } from '../../domain/order-record.ts'
import { countEntry, type ParticipantRecord } from '../../domain/participant.ts'
import type { Revocation } from '../../domain/revocation.ts'
import type { LedgerTransaction } from '../ledger.ts'
import type { EntryPlace } from './gathered-entries.ts'
import type { Group } from './group.ts'
import type { Positions } from './positions.ts'
import type { Roster, Tables } from './tables.ts'

export class Transaction implements LedgerTransaction {
  readonly #tables: Tables
  readonly #positions: Positions
  readonly #group: Group
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

  removeOrder(record: OrderRecord): void {
    this.#tables.orders.remove(keyOf(record))
  }

  participant(id: ParticipantId): ParticipantRecord | undefined {
    return this.#tables.participants.get(id)
  }

  putRevocation(revocation: Revocation): void {
    this.#group.revocations.set(revocation.participant, revocation)
  }

  removeRevocation(participant: ParticipantId): void {
    this.#group.revocations.set(participant, null)
  }

  putNote(note: Note): void {
    this.#group.note(note, note)
  }

  removeNote(note: Pick<Note, 'kind' | 'name'>): void {
    this.#group.note(note, null)
  }

  rosterOf(store: string): Roster {
    return this.#tables.rosters.get(store) ?? []
  }

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

  get lastPosition(): number {
    return this.#positions.last
  }

  append(participant: ParticipantId, entry: Omit<Entry, 'position'>): number {
    const position = this.#positions.next()
    const { id, event, time, payload, replay } = entry
    const whole = { position, id, event, time, payload, ...(replay && { replay }) }
    this.#add('queue', participant, whole)
    this.#group.announce(participant, whole)
    return position
  }

  /** Since the group began. */
  appendedTo(participant: ParticipantId): readonly Entry[] {
    return [...(this.#group.appended.get(participant) ?? [])]
  }

  addRetry(participant: ParticipantId, retry: Retry): void {
    this.#add('retry', participant, retry)
  }

  addDeadLetter(participant: ParticipantId, letter: DeadLetter): void {
    this.#add('dead', participant, letter)
  }

  #add(place: Place, participant: ParticipantId, entry: Entry): void {
    const at = { place, participant, position: entry.position }
    this.#tables.entries.add(at, entry)
    this.#count(at, 1)
  }

  replace(place: Place, participant: ParticipantId, entry: Entry): void {
    this.#tables.entries.replace({ place, participant, position: entry.position }, entry)
  }

  take(place: Place, participant: ParticipantId, position: number): void {
    const at = { place, participant, position }
    this.#tables.entries.take(at)
    if (place === 'queue') this.#group.withdraw(participant, position)
    this.#count(at, -1)
  }

  #count(at: EntryPlace, change: 1 | -1): void {
    const record = this.participant(at.participant)
    if (record !== undefined) this.#tables.participants.put(at.participant, countEntry(record, at, change))
  }
}
