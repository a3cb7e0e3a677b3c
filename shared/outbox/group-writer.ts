/**
 * Group commit on one LevelDB: what one turn of the event loop asks for is written in one chained batch, with one sync, while the next group
 * gathers. States: idle -> gathering -> writing (and gathering the next) -> idle; the first error ends in `failed`, for good: a failed
 * sync is never tried again, because what the disk holds is unknown from then on.
 */
import type { Clock } from '../clock.ts'

interface Batch {
  put(key: string, value: string): Batch
  del(key: string): Batch
  /** All or nothing; on disk when it resolves, if `sync`. */
  write(options: { readonly sync: boolean }): Promise<void>
}

/** What is needed of a LevelDB; `classic-level` and `memory-level` both are one. */
export interface OutboxDatabase {
  open(): Promise<void>
  close(): Promise<void>
  get(key: string): Promise<string | undefined>
  batch(): Batch
  /** In the order of keys. */
  iterator(options: { readonly limit?: number }): AsyncIterable<[string, string]>
}

interface Group {
  readonly batch: Batch
  readonly stored: (() => void)[]
  isSynced: boolean
}

export class GroupWriter {
  readonly #database: OutboxDatabase
  readonly #clock: Clock
  readonly #failed: (error: Error) => void
  #gathering: Group | null = null
  #writing: Promise<void> | null = null
  #isFailed = false

  /** @param failed called once, with the first error of a write */
  constructor(database: OutboxDatabase, clock: Clock, failed: (error: Error) => void) {
    this.#database = database
    this.#clock = clock
    this.#failed = failed
  }

  /** Calls `stored` when the value is on disk and synced; never, if the disk fails. */
  put(key: string, value: string, stored: () => void): void {
    const group = this.#group()
    group.batch.put(key, value)
    group.stored.push(stored)
    group.isSynced = true
  }

  /** Written in the order of the calls like all else, synced only if something else of its group is. */
  putLater(key: string, value: string): void {
    this.#group().batch.put(key, value)
  }

  /** Like `putLater`. */
  delete(key: string): void {
    this.#group().batch.del(key)
  }

  /** Resolves when everything asked for so far is written, or the disk has failed. */
  async flush(): Promise<void> {
    while (!this.#isFailed && (this.#writing ?? this.#gathering) !== null)
      await (this.#writing ?? this.#next())
  }

  #group(): Group {
    if (this.#gathering === null) {
      this.#gathering = { batch: this.#database.batch(), stored: [], isSynced: false }
      this.#clock.endOfTurn(() => void this.#next())
    }
    return this.#gathering
  }

  #next(): Promise<void> | null {
    const group = this.#gathering
    if (this.#writing !== null || this.#isFailed || group === null) return this.#writing
    this.#gathering = null
    this.#writing = this.#write(group)
    return this.#writing
  }

  async #write(group: Group): Promise<void> {
    try {
      await group.batch.write({ sync: group.isSynced })
    } catch (error) {
      this.#isFailed = true
      return this.#failed(error as Error)
    }
    this.#writing = null
    // The disk gets the next group before this one's callbacks run, so that it never waits for them.
    void this.#next()
    for (const stored of group.stored) stored()
  }
}
