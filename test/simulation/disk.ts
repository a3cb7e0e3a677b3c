/**
 * The disk of a process, which outlives it: a crashing database whose syncs take virtual time, so that a crash finds writes under way. An outbox or a journal gets it in the form that it
 * expects of a LevelDB.
 */
import type { OutboxDatabase } from '../../shared/outbox/group-writer.ts'
import { CrashingDatabase } from '../support/crashing-database.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface DiskOptions {
  readonly time: VirtualTime
  /** How long the next sync takes; 0: none at all. */
  syncMs(): number
  /** A synced write has begun, and has ended; between the two the process may be stopped for good. */
  began?(): void
  ended?(): void
}

export class Disk {
  readonly #options: DiskOptions
  #database: CrashingDatabase

  constructor(options: DiskOptions) {
    this.#options = options
    this.#database = this.#watched(new CrashingDatabase())
  }

  get database(): CrashingDatabase {
    return this.#database
  }

  /** Writes that a crash would lose. */
  get unsynced(): number {
    return this.#database.unsynced
  }

  get isSyncing(): boolean {
    return this.#database.isSyncHeld
  }

  /** @param kept how many of the unsynced writes, from the oldest on, reach the disk all the same */
  crash(kept: number): void {
    this.#database = this.#watched(this.#database.crash(kept))
  }

  #watched(database: CrashingDatabase): CrashingDatabase {
    const { time, syncMs, began, ended } = this.#options
    database.hold()
    database.onSync(() => {
      began?.()
      time.after(syncMs(), () => {
        if (this.#database !== database) return
        ended?.()
        database.release()
        database.hold()
      })
    })
    return database
  }
}

export const asOutboxDatabase = (database: CrashingDatabase): OutboxDatabase => ({
  open: async () => database.open(),
  close: () => database.close(),
  get: (key) => database.get(key),
  batch() {
    const batch = database.batch()
    const chained: ReturnType<OutboxDatabase['batch']> = {
      put(key, value) {
        batch.put(key, value)
        return chained
      },
      del(key) {
        batch.del(key)
        return chained
      },
      // The ledger always syncs, an outbox says whether: the database takes both.
      write: (options) => batch.write(options as { sync: true }),
    }
    return chained
  },
  async *iterator({ limit }) {
    yield* await database.iterator(limit === undefined ? {} : { limit }).all()
  },
})
