/**
 * Entries that were added or taken, on their way to the disk. One that is taken before it was written back never gets a key of its own: a participant that keeps up costs the journal alone.
 *
 * gathering -> syncing -> unwritten (durable in the journal) -> stored under its own key, or removed from there
 */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { Entry, Place } from '../../domain/entry.ts'
import { Line } from './line.ts'

/** An entry that was added, or (null) taken. */
export interface EntryChange {
  readonly place: Place
  readonly participant: ParticipantId
  readonly position: number
  readonly entry: Entry | null
}

/** A change that the journal holds and the entry's own key does not show yet. */
interface Unwritten {
  change: EntryChange
  /** The oldest group in the journal that it needs. */
  readonly since: number
  /** Does its own key hold it, or may it do so? */
  readonly isStored: boolean
}

type Queue = Map<number, Unwritten>

interface Gathered {
  change: EntryChange
  /** It was taken, and so lay there before. */
  readonly wasThere: boolean
}

/** A position is unique, but an entry that moves keeps it: so there is one group a place. */
const newGroup = (): Record<Place, Map<number, Gathered>> => ({
  queue: new Map(),
  retry: new Map(),
  dead: new Map(),
})

export class Entries {
  #gathering = newGroup()
  #syncing = newGroup()
  readonly #queues: Record<Place, Map<ParticipantId, Queue>> = {
    queue: new Map(),
    retry: new Map(),
    dead: new Map(),
  }
  readonly #line = new Line<Unwritten>()

  change(change: EntryChange): void {
    const group = this.#gathering[change.place]
    const known = group.get(change.position)
    if (known === undefined) group.set(change.position, { change, wasThere: change.entry === null })
    else known.change = change
  }

  /** An entry that was added to a queue since `takeGroup` is not added after all. Nobody else MUST have changed it since. */
  withdraw(position: number): void {
    this.#gathering.queue.delete(position)
  }

  /** Hands out what has been changed since the last call. */
  takeGroup(): EntryChange[] {
    this.#syncing = this.#gathering
    this.#gathering = newGroup()
    return Object.values(this.#syncing).flatMap((group) => [...group.values()].map(({ change }) => change))
  }

  /** The group that was taken is durable, in the journal, under this number. */
  synced(sequence: number): void {
    for (const group of Object.values(this.#syncing))
      for (const gathered of group.values()) this.#note(gathered, sequence)
    this.#syncing = newGroup()
  }

  #note({ change, wasThere }: Gathered, since: number): void {
    const { place, participant, position, entry } = change
    const queue = this.#queueOf(place, participant)
    const known = queue.get(position)
    if (known === undefined) return this.#add(queue, { change, since, isStored: wasThere || entry === null })
    known.change = change
    if (entry === null && !known.isStored) this.#remove(known)
  }

  #queueOf(place: Place, participant: ParticipantId): Queue {
    const queues = this.#queues[place]
    let queue = queues.get(participant)
    if (queue === undefined) {
      queue = new Map()
      queues.set(participant, queue)
    }
    return queue
  }

  #add(queue: Queue, one: Unwritten): void {
    queue.set(one.change.position, one)
    this.#line.add(one)
  }

  /** Unless it is gone already, and another one at its place perhaps. */
  #remove(one: Unwritten): void {
    const { place, participant, position } = one.change
    const queue = this.#queues[place].get(participant)
    if (queue?.get(position) !== one) return
    queue.delete(position)
    if (queue.size === 0) this.#queues[place].delete(participant)
  }

  /** What a participant's own keys do not show yet, by position; durable. */
  *unwrittenOf(place: Place, participant: ParticipantId): IterableIterator<EntryChange> {
    for (const { change } of this.#queues[place].get(participant)?.values() ?? []) yield change
  }

  /** Changes that need the journal's groups up to one, durable as they are. */
  *unwritten(upTo: number): IterableIterator<EntryChange> {
    for (const { change, isStored } of this.#line.upTo(upTo))
      if (change.entry !== null || isStored) yield change
  }

  /** What `unwritten` gave now lies under its own keys, or no longer does. */
  written(upTo: number): void {
    this.#line.leave(upTo, (one) => this.#remove(one))
  }
}
