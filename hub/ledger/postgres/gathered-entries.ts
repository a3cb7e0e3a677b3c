/** What gathers of entries: the last word on each. One that is added and taken within a group is never written. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { Entry, Place } from '../../domain/entry.ts'

export interface EntryPlace {
  readonly place: Place
  readonly participant: ParticipantId
  readonly position: number
}

export interface EntryChange extends EntryPlace {
  /** Null if it was taken. */
  readonly entry: Entry | null
  /** Does the group find it there? */
  readonly wasThere: boolean
}

export class GatheredEntries {
  /** An entry that moves keeps its position, which is unique but for that. */
  #gathering: Record<Place, Map<number, EntryChange>> = {
    queue: new Map(),
    retry: new Map(),
    dead: new Map(),
  }

  add(at: EntryPlace, entry: Entry): void {
    const known = this.#gathering[at.place].get(at.position)
    this.#gathering[at.place].set(at.position, { ...at, entry, wasThere: known?.wasThere ?? false })
  }

  /** Another one in the place of one that lies there. */
  replace(at: EntryPlace, entry: Entry): void {
    const known = this.#gathering[at.place].get(at.position)
    this.#gathering[at.place].set(at.position, { ...at, entry, wasThere: known?.wasThere ?? true })
  }

  take(at: EntryPlace): void {
    const gathering = this.#gathering[at.place]
    if (gathering.get(at.position)?.wasThere === false) gathering.delete(at.position)
    else gathering.set(at.position, { ...at, entry: null, wasThere: true })
  }

  takeGroup(): EntryChange[] {
    const taken = Object.values(this.#gathering).flatMap((changes) => [...changes.values()])
    this.#gathering = { queue: new Map(), retry: new Map(), dead: new Map() }
    return taken
  }
}
