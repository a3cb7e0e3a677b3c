/** What work can read and write. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { DeadLetter, Entry, Place, Retry } from '../../domain/entry.ts'
import type { Note } from '../../domain/note.ts'
import type { Revocation } from '../../domain/revocation.ts'
import { Appended } from '../appended.ts'
import type { LedgerTransaction, Replacement } from '../ledger.ts'
import { RowTransaction } from '../row-transaction.ts'
import { encode } from './codec.ts'
import type { Group } from './group.ts'
import { noteKey, revocationKey } from './keys.ts'
import type { Positions } from './positions.ts'
import type { Tables } from './tables.ts'

export class Transaction extends RowTransaction implements LedgerTransaction {
  readonly #tables: Tables
  readonly #positions: Positions
  readonly #group: Group
  readonly #appended = new Appended()
  /** Milliseconds since 1970; the same for everything that is decided in one go. */
  readonly nowMs: number

  constructor(tables: Tables, parts: { positions: Positions; group: Group; nowMs: number }) {
    super(tables)
    this.#tables = tables
    this.#positions = parts.positions
    this.#group = parts.group
    this.nowMs = parts.nowMs
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

  /** The last position that was handed out: nothing that comes later lies at or below it. */
  get lastPosition(): number {
    return this.#positions.last
  }

  /** Adds an entry at the end of a queue and gives its position. It is announced when it is durable. */
  append(participant: ParticipantId, entry: Omit<Entry, 'position'>): number {
    const position = this.#positions.next(this.#group)
    const { id, event, time, payload, replay } = entry
    const whole: Entry = replay
      ? { position, id, event, time, payload, replay }
      : { position, id, event, time, payload }
    this.#add('queue', participant, whole)
    this.#appended.add(participant, whole)
    return position
  }

  appendedTo(participant: ParticipantId): readonly Entry[] {
    return this.#appended.to(participant)
  }

  /** To be called when everything of the turn is decided. */
  announce(): void {
    for (const [participant, entries] of this.#appended.byParticipant)
      this.#group.appended.add(participant, ...entries)
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
    this.count(participant, { place, position }, 1)
  }

  /** Puts another entry in the place of one at the same position. The caller knows that it lies there. */
  replace(place: Place, participant: ParticipantId, { before: { position }, after }: Replacement): void {
    this.#tables.entries.change({ place, participant, position, entry: null })
    this.#tables.entries.change({ place, participant, position, entry: after })
  }

  /**
   * Takes an entry out of the place where it lies. The caller knows that it lies there: it has read it or put it there. One that was appended in the same turn is neither written nor announced.
   */
  take(place: Place, participant: ParticipantId, position: number): void {
    if (place === 'queue' && this.#appended.withdraw(participant, position))
      this.#tables.entries.withdraw(participant, position)
    else this.#tables.entries.change({ place, participant, position, entry: null })
    this.count(participant, { place, position }, -1)
  }
}
