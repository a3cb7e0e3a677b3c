/** What work can read and write. */
import { FLEET, type OrderKey, type ParticipantId } from '../../../shared/ids.ts'
import {
  type DeadLetter,
  type Entry,
  type EntryAt,
  orderKeyOf,
  type Place,
  type Retry,
} from '../../domain/entry.ts'
import type { Erasure } from '../../domain/erasure.ts'
import type { Note } from '../../domain/note.ts'
import type { Revocation } from '../../domain/revocation.ts'
import type { LedgerTransaction, Replacement } from '../ledger.ts'
import { RowTransaction } from '../row-transaction.ts'
import type { FleetTargets } from './fleet-targets.ts'
import type { Group } from './group.ts'
import { OutOfPositions, type Positions } from './positions.ts'
import type { Tables } from './tables.ts'

export interface TransactionParts {
  readonly positions: Positions
  readonly group: Group
  readonly targets: FleetTargets
  readonly nowMs: number
  /** Has the hub served it ever since the work that is decided was submitted? */
  owns(participant: ParticipantId): boolean
  /** Does this hub announce to its connection what is added to its queue? Of the fleet's every hub has a part of its own. */
  isOwn(participant: ParticipantId): boolean
  /** What is added to queues of this hub must lie there or behind. */
  readonly ownFrom: number
}

export class Transaction extends RowTransaction implements LedgerTransaction {
  readonly #tables: Tables
  readonly #positions: Positions
  readonly #group: Group
  readonly #parts: TransactionParts
  readonly nowMs: number

  constructor(tables: Tables, parts: TransactionParts) {
    super(tables)
    this.#tables = tables
    this.#positions = parts.positions
    this.#group = parts.group
    this.#parts = parts
    this.nowMs = parts.nowMs
  }

  override owns(participant: ParticipantId): boolean {
    return this.#parts.owns(participant)
  }

  override isThere(at: EntryAt): boolean {
    return this.#tables.named.has(at)
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

  /** Of all hubs: a queue that is closed up to it is refused if another one has reserved some since. */
  get lastPosition(): number {
    if (!this.#positions.hasLeft) throw new OutOfPositions()
    this.#positions.skipToNewest()
    this.#group.lastReserved = this.#positions.end
    return this.#positions.last
  }

  append(participant: ParticipantId, entry: Omit<Entry, 'position'>): number {
    if (participant !== FLEET && entry.replay === undefined) this.#takeTurn(orderKeyOf(entry))
    const position = participant === FLEET ? this.#nextInPool() : this.#nextFor(participant)
    this.#group.firstPosition ??= position
    const { id, event, time, payload, replay } = entry
    const whole = { position, id, event, time, payload, ...(replay && { replay }) }
    this.#add('queue', participant, whole)
    this.#group.appended.add(participant, whole)
    return position
  }

  /** The event lies behind those of its order that participants have been told of before; of its pickup only the fleet is. */
  #takeTurn(order: OrderKey): void {
    const { orders, turns } = this.#tables
    const events = orders.has(order) ? (orders.get(order)?.events.length ?? 0) : 0
    if (events > 1) this.#positions.skipTo(turns.after(order) + 1)
    turns.added(order)
  }

  #nextFor(participant: ParticipantId): number {
    return this.#next(this.#parts.isOwn(participant))
  }

  #nextInPool(): number {
    const { targets } = this.#parts
    const target = targets.next()
    const position = this.#next(target === targets.own)
    this.#group.targets.set(position, target)
    return position
  }

  #next(isOwn: boolean): number {
    if (isOwn) this.#positions.skipTo(this.#parts.ownFrom)
    const position = this.#positions.next()
    if (isOwn) this.#group.firstOwnPosition ??= position
    return position
  }

  /** Since the group began. */
  appendedTo(participant: ParticipantId): readonly Entry[] {
    return this.#group.appended.to(participant)
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
    this.count(participant, at, 1)
  }

  override putErasure(order: OrderKey, erasure: Erasure): void {
    this.#group.erasures.set(order, erasure)
  }

  replace(place: Place, participant: ParticipantId, replacement: Replacement): void {
    const { position } = replacement.before
    this.#tables.entries.replace({ place, participant, position }, replacement)
  }

  take(place: Place, participant: ParticipantId, position: number): void {
    const at = { place, participant, position }
    this.#tables.entries.take(at, this.#tables.named.take(at))
    if (place === 'queue') this.#group.appended.withdraw(participant, position)
    this.count(participant, at, -1)
  }
}
