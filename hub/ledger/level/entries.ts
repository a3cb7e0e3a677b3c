/**
 * Entries that were added or taken, on their way to the disk. One that is taken before it was written back never gets a key of its own: a participant that keeps up costs the journal alone. There is one record of an entry on its way, which knows
 * what the last decision, the group that syncs and the journal say of it.
 *
 * gathering -> syncing -> unwritten (durable in the journal) -> stored under its own key, or removed from there
 */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { Entry, EntryAt, Place } from '../../domain/entry.ts'
import { EntryIndex } from './entry-index.ts'
import { Line } from './line.ts'

/** An entry that was added, or (null) taken. */
export interface EntryChange extends EntryAt {
  readonly entry: Entry | null
}

interface OnItsWay extends EntryChange {
  /** As the last decision left it. */
  entry: Entry | null
  isGathering: boolean
  /** Had it been there before the group that gathers? */
  wasThere: boolean
  isSyncing: boolean
  /** As it is in the group that syncs. */
  syncing: Entry | null
  /** Had it been there before that? */
  wasThereBefore: boolean
  /** As the journal has it, if that has it. */
  durable: Entry | null
  /** The oldest group in the journal that it needs; 0 if none. */
  since: number
  /** Does its own key hold it, or may it do so? */
  isStored: boolean
}

const PLACES: readonly Place[] = ['queue', 'retry', 'dead']

const newGroup = (): Record<Place, OnItsWay[]> => ({ queue: [], retry: [], dead: [] })

export class Entries {
  /** A position is unique, but an entry that moves to another place keeps it. */
  readonly #onTheirWay: Readonly<Record<Place, EntryIndex<OnItsWay>>> = {
    queue: new EntryIndex(),
    retry: new EntryIndex(),
    dead: new EntryIndex(),
  }
  #gathering = newGroup()
  #syncing: readonly OnItsWay[] = []
  readonly #line = new Line<OnItsWay>()

  change({ place, participant, position, entry }: EntryChange): void {
    const one =
      this.#onTheirWay[place].get(participant, position) ?? this.#begin(place, participant, position)
    one.entry = entry
    if (one.isGathering) return
    one.isGathering = true
    one.wasThere = entry === null
    this.#gathering[place].push(one)
  }

  #begin(place: Place, participant: ParticipantId, position: number): OnItsWay {
    const one: OnItsWay = {
      place,
      participant,
      position,
      entry: null,
      isGathering: false,
      wasThere: false,
      isSyncing: false,
      syncing: null,
      wasThereBefore: false,
      durable: null,
      since: 0,
      isStored: false,
    }
    this.#onTheirWay[place].add(one)
    return one
  }

  /** An entry that was added to a queue since `takeGroup` is not added after all. Nobody else MUST have changed it since. */
  withdraw(participant: ParticipantId, position: number): void {
    const one = this.#onTheirWay.queue.get(participant, position)
    if (one === undefined) return
    one.isGathering = false
    this.#onTheirWay.queue.remove(one)
  }

  /** Hands out what has been changed since the last call; to be read at once. What was handed out before MUST be synced. */
  takeGroup(): readonly EntryChange[] {
    const taken: OnItsWay[] = []
    for (const place of PLACES)
      for (const one of this.#gathering[place]) {
        if (!one.isGathering) continue
        one.isGathering = false
        one.isSyncing = true
        one.syncing = one.entry
        one.wasThereBefore = one.wasThere
        taken.push(one)
      }
    this.#gathering = newGroup()
    this.#syncing = taken
    return taken
  }

  /** The group that was taken is durable, in the journal, under this number. */
  synced(sequence: number): void {
    for (const one of this.#syncing) this.#note(one, sequence)
    this.#syncing = []
  }

  #note(one: OnItsWay, sequence: number): void {
    one.isSyncing = false
    one.durable = one.syncing
    if (one.since === 0) {
      one.isStored = one.wasThereBefore || one.durable === null
      one.since = sequence
      this.#line.add(one)
    } else if (one.durable === null && !one.isStored) this.#forget(one)
  }

  /** Unless it is on its way again, or gone already and another one in its place. */
  #forget(one: OnItsWay): void {
    if (!one.isGathering && !one.isSyncing) this.#onTheirWay[one.place].remove(one)
  }

  /** What a participant's own keys do not show yet, by position; durable. */
  *unwrittenOf(place: Place, participant: ParticipantId): IterableIterator<EntryChange> {
    for (const one of this.#onTheirWay[place].of(participant)) if (one.since > 0) yield durableChange(one)
  }

  /** Changes that need the journal's groups up to one, durable as they are. */
  *unwritten(upTo: number): IterableIterator<EntryChange> {
    for (const one of this.#line.upTo(upTo))
      if (one.durable !== null || one.isStored) yield durableChange(one)
  }

  /** What `unwritten` gave now lies under its own keys, or no longer does. */
  written(upTo: number): void {
    this.#line.leave(upTo, (one) => {
      one.since = 0
      this.#forget(one)
    })
  }
}

const durableChange = ({ place, participant, position, durable }: OnItsWay): EntryChange => ({
  place,
  participant,
  position,
  entry: durable,
})
