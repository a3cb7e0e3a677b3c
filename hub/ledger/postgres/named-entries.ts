/** Entries that work has named, of which it asks whether they are still there: read for each time that it is decided. */
import type { EntryAt } from '../../domain/entry.ts'

const nameOf = ({ participant, place, position }: EntryAt): string => `${place} ${position} ${participant}`

export class NamedEntries {
  #there = new Set<string>()

  /** They were there when the work's rows were read. */
  found(entries: readonly EntryAt[]): void {
    for (const at of entries) this.#there.add(nameOf(at))
  }

  has(at: EntryAt): boolean {
    return this.#there.has(nameOf(at))
  }

  /** @returns was it one of them? */
  take(at: EntryAt): boolean {
    return this.#there.delete(nameOf(at))
  }

  forget(): void {
    if (this.#there.size > 0) this.#there = new Set()
  }
}
