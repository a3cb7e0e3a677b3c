/** What gathers of entries: the last word on each. One that is added and taken within a group is never written. */
import type { Entry, EntryAt, Place } from '../../domain/entry.ts'
import type { Replacement } from '../ledger.ts'

export interface EntryChange extends EntryAt {
  /** Null if it was taken. */
  readonly entry: Entry | null
  /** Does the group find it there? */
  readonly wasThere: boolean
  /** The group was decided on its being there. */
  readonly mustBeThere?: boolean
  /** It is written only where this one still lies. */
  readonly before?: Entry
}

export class GatheredEntries {
  /** An entry that moves keeps its position, which is unique but for that. */
  #gathering: Record<Place, Map<number, EntryChange>> = {
    queue: new Map(),
    retry: new Map(),
    dead: new Map(),
  }

  add(at: EntryAt, entry: Entry): void {
    const known = this.#gathering[at.place].get(at.position)
    this.#gathering[at.place].set(at.position, { ...at, entry, wasThere: known?.wasThere ?? false })
  }

  /** Another one in the place of one that lies there. */
  replace(at: EntryAt, { before, after }: Replacement): void {
    const known = this.#gathering[at.place].get(at.position)
    const change = known === undefined ? { ...at, wasThere: true, before } : known
    this.#gathering[at.place].set(at.position, { ...change, entry: after })
  }

  /** @param mustBeThere what is decided rests on its being there, and is void if another hub has taken it */
  take(at: EntryAt, mustBeThere: boolean): void {
    const gathering = this.#gathering[at.place]
    if (gathering.get(at.position)?.wasThere === false) gathering.delete(at.position)
    else gathering.set(at.position, { ...at, entry: null, wasThere: true, mustBeThere })
  }

  takeGroup(): EntryChange[] {
    const taken = Object.values(this.#gathering).flatMap((changes) => [...changes.values()])
    this.#gathering = { queue: new Map(), retry: new Map(), dead: new Map() }
    return taken
  }
}
