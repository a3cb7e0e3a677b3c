/**
 * A database in memory that a test lets crash. It does what LevelDB does (https://github.com/google/leveldb/blob/main/doc/index.md, "Synchronous Writes"): writes go to
 * a log one after another, each whole; one can be read when it has resolved; a synced one makes everything before it durable too. A crash
 * leaves what is durable and, if the test says so, the oldest of the writes behind it. Nothing happens by itself and no time passes.
 *
 * open <-> closed; open -> crashed: never answers again, `crash()` gives what the next process finds
 */
import type { Batch, Database, Page } from '../../hub/ledger/level/database.ts'

/** Keys with their new values; null removes. */
type Changes = readonly (readonly [key: string, value: string | null])[]

const apply = (content: Map<string, string>, changes: Changes): void => {
  for (const [key, value] of changes) {
    if (value === null) content.delete(key)
    else content.set(key, value)
  }
}

/** The index of the first key from which on all ascending `keys` are behind a border. */
const firstIndex = (keys: readonly string[], isBehind: (key: string) => boolean): number => {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBehind(keys[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

export class CrashingDatabase implements Database {
  readonly #durable: Map<string, string>
  readonly #readable: Map<string, string>
  /** Writes that are not durable, oldest first. */
  readonly #log: Changes[] = []
  /** All keys that can be read, in order; null when they have to be sorted anew. */
  #sortedKeys: string[] | null = null
  #state: 'open' | 'closed' | 'crashed' = 'open'
  #lastWrite: Promise<void> = Promise.resolve()
  #isHolding = false
  readonly #held: (() => void)[] = []
  #failure: Error | null = null
  readonly #syncListeners: (() => void)[] = []

  constructor(content: Iterable<readonly [key: string, value: string]> = []) {
    this.#durable = new Map(content)
    this.#readable = new Map(this.#durable)
  }

  /** From now on a synced write waits, and every write behind it, until `release`. */
  hold(): void {
    this.#isHolding = true
  }

  release(): void {
    this.#isHolding = false
    for (const go of this.#held.splice(0)) go()
  }

  /** Is a synced write waiting to be released? */
  get isSyncHeld(): boolean {
    return this.#held.length > 0
  }

  /** From now on every write fails, as after LevelDB's first error; one that is held, when it is released. */
  failWrites(error: Error): void {
    this.#failure = error
  }

  /** Calls `listener` whenever a synced write begins. */
  onSync(listener: () => void): void {
    this.#syncListeners.push(listener)
  }

  /** Writes that a crash may lose. */
  get unsynced(): number {
    return this.#log.length
  }

  /** Changes what is stored behind everybody's back, as a bad disk does. */
  damage(key: string, change: (value: string) => string): void {
    for (const content of [this.#durable, this.#readable]) content.set(key, change(content.get(key)!))
  }

  /**
   * The machine stops: what is under way is never answered.
   *
   * @param kept how many of the unsynced writes, from the oldest on, had reached the disk all the same
   * @returns what the next process finds
   */
  crash(kept = 0): CrashingDatabase {
    this.#state = 'crashed'
    const found = new Map(this.#durable)
    for (const changes of this.#log.slice(0, kept)) apply(found, changes)
    return new CrashingDatabase(found)
  }

  async get(key: string): Promise<string | undefined> {
    await this.#answering()
    return this.#readable.get(key)
  }

  /** After a crash nobody is there to see what it gives. */
  getSync(key: string): string | undefined {
    if (this.#state === 'closed') throw new Error('the database is closed')
    return this.#readable.get(key)
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    await this.#answering()
    return keys.map((key) => this.#readable.get(key))
  }

  put(key: string, value: string): Promise<void> {
    return this.#write([[key, value]], { isSynced: false })
  }

  batch(): Batch {
    const changes: (readonly [string, string | null])[] = []
    return {
      put: (key, value) => changes.push([key, value]),
      del: (key) => changes.push([key, null]),
      // As the caller says, whatever the types allow: what forgets to sync must lose something here.
      write: ({ sync }: { readonly sync: boolean }) => {
        if (sync) for (const listener of this.#syncListeners) listener()
        return this.#write(changes, { isSynced: sync })
      },
    }
  }

  iterator(page: Page): { all(): Promise<[key: string, value: string][]> } {
    return { all: async () => (await this.#keysOf(page)).map((key) => [key, this.#readable.get(key)!]) }
  }

  keys(page: Page): { all(): Promise<string[]> } {
    return { all: () => this.#keysOf(page) }
  }

  async close(): Promise<void> {
    await this.#lastWrite
    await this.#answering()
    this.#state = 'closed'
  }

  /** Opens what was closed. Unsynced writes are still there: only a crash loses them. */
  open(): void {
    if (this.#state === 'crashed')
      throw new Error('what has crashed cannot be opened; `crash` gave its successor')
    this.#state = 'open'
  }

  /** Resolves in a later microtask, as every operation does. */
  async #answering(): Promise<void> {
    await null
    if (this.#state === 'crashed') await new Promise<never>(() => {})
    if (this.#state === 'closed') throw new Error('the database is closed')
  }

  #write(changes: Changes, { isSynced }: { isSynced: boolean }): Promise<void> {
    this.#log.push(changes)
    const written = this.#lastWrite.then(async () => {
      if (isSynced && this.#isHolding) await new Promise<void>((go) => this.#held.push(go))
      await this.#answering()
      // The crash may have come since.
      if (this.#state === 'crashed') await new Promise<never>(() => {})
      if (this.#failure !== null) throw this.#failure
      this.#show(changes)
      if (isSynced) this.#sync(changes)
    })
    this.#lastWrite = written.catch(() => {})
    return written
  }

  #show(changes: Changes): void {
    apply(this.#readable, changes)
    this.#sortedKeys = null
  }

  #sync(last: Changes): void {
    for (const changes of this.#log.splice(0, this.#log.indexOf(last) + 1)) apply(this.#durable, changes)
  }

  async #keysOf({ gt = '', lt, limit = Number.POSITIVE_INFINITY, reverse = false }: Page): Promise<string[]> {
    await this.#answering()
    this.#sortedKeys ??= [...this.#readable.keys()].sort()
    const keys = this.#sortedKeys
    const start = firstIndex(keys, (key) => key > gt)
    const end = lt === undefined ? keys.length : firstIndex(keys, (key) => key >= lt)
    if (reverse) return keys.slice(Math.max(start, end - limit), end).reverse()
    return keys.slice(start, Math.min(end, start + limit))
  }
}
