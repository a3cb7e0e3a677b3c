/**
 * The newest rows of one kind, by key, each with the version that it has in the database. Work sees a row as the last decision left it; all others are what is durable, from a cache or as they were read for the work that is about to be decided.
 * What gathers and what syncs is kept apart, so that a group that could not be written can be forgotten with all that was built on it: then nothing is known any more, and is read anew.
 *
 * gathering -> syncing -> durable, cached
 */
import { LRUCache } from 'lru-cache'

/** A row as the database has it, or will have it when the group before is durable; version 0 if there is none. */
export interface Versioned<Row> {
  readonly row: Row | null
  readonly version: number
}

/** What a group makes of a row; null is none. */
export interface RowChange<Key, Row> {
  readonly key: Key
  readonly before: Row | null
  /** Of the row before; 0 if there is none. */
  readonly version: number
  readonly after: Row | null
}

export interface CacheLimits {
  readonly rows: number
  /** Of all rows together, as `weigh` has it. */
  readonly weight: number
}

/** What a row is to its cache. */
export interface Cached<Row> {
  /** About its characters as JSON; larger than 0. */
  weigh(row: Row): number
  /** Will it be needed again? */
  isWanted(row: Row): boolean
  /** Is the change added to whatever the database has by then, without a new version? */
  isAdded(before: Row, after: Row): boolean
}

/** A row that a group has looked at and left as it is. */
export interface RowRead<Key> {
  readonly key: Key
  readonly version: number
}

interface Changed<Row> {
  readonly before: Versioned<Row>
  after: Row | null
}

const ABSENT: Versioned<never> = { row: null, version: 0 }

export class CachedRows<Key extends string, Row extends object> {
  readonly #cache: LRUCache<Key, Versioned<Row>>
  readonly #cached: Cached<Row>
  /** For the work that is about to be decided, however many they are. */
  #kept = new Map<Key, Versioned<Row>>()
  #gathering = new Map<Key, Changed<Row>>()
  #syncing = new Map<Key, Changed<Row>>()
  /** What the group that gathers has looked at, and in which version. */
  #read = new Map<Key, number>()
  #syncingRead = new Map<Key, number>()

  constructor({ rows, weight }: CacheLimits, cached: Cached<Row>) {
    this.#cache = new LRUCache({ max: rows, maxSize: weight })
    this.#cached = cached
  }

  /** As the group that syncs will leave it, without what gathers. */
  #underneath(key: Key): Versioned<Row> | undefined {
    const syncing = this.#syncing.get(key)
    if (syncing === undefined) return this.#kept.get(key) ?? this.#cache.get(key)
    return this.#written(syncing)
  }

  #written({ before, after }: Changed<Row>): Versioned<Row> {
    if (after === null) return ABSENT
    const isAdded = before.row !== null && this.#cached.isAdded(before.row, after)
    return { row: after, version: before.version + (isAdded ? 0 : 1) }
  }

  /** Is the newest row of `key` at hand? */
  has(key: Key): boolean {
    return this.#gathering.has(key) || this.#underneath(key) !== undefined
  }

  /** Keeps a row that is at hand until `forgetKept`, whatever the cache evicts and whatever sync ends until then. */
  keep(key: Key): void {
    const row = this.#underneath(key) ?? this.#gathering.get(key)?.before
    if (row !== undefined) this.#kept.set(key, row)
  }

  /** A row that was read, or version 0 if there is none: kept, and cached. */
  fetched(key: Key, found: Versioned<Row>): void {
    this.#kept.set(key, found)
    if (found.row !== null) this.#cache.set(key, found, { size: this.#cached.weigh(found.row) })
  }

  forgetKept(): void {
    if (this.#kept.size > 0) this.#kept = new Map()
  }

  /** The newest row; undefined if there is none. */
  get(key: Key): Row | undefined {
    const gathering = this.#gathering.get(key)
    if (gathering !== undefined) return gathering.after ?? undefined
    const row = this.#underneath(key)
    if (row === undefined) throw new Error(`${key} was read without having been named by the work`)
    this.#read.set(key, row.version)
    return row.row ?? undefined
  }

  put(key: Key, row: Row): void {
    this.#change(key, row)
  }

  remove(key: Key): void {
    this.#change(key, null)
  }

  #change(key: Key, after: Row | null): void {
    const gathering = this.#gathering.get(key)
    if (gathering !== undefined) gathering.after = after
    else this.#gathering.set(key, { before: this.#underneath(key) ?? ABSENT, after })
  }

  /** What the group that was taken has looked at and left as it is. */
  get reads(): RowRead<Key>[] {
    const left = [...this.#syncingRead].filter(([key]) => !this.#syncing.has(key))
    return left.map(([key, version]) => ({ key, version }))
  }

  /** Has the group that was taken looked at anything? */
  get hasRead(): boolean {
    return this.#syncingRead.size > 0
  }

  /** Hands out what has been changed since the last call. What was handed out before MUST be durable. */
  takeGroup(): RowChange<Key, Row>[] {
    this.#syncing = this.#gathering
    this.#gathering = new Map()
    this.#syncingRead = this.#read
    this.#read = new Map()
    const changes: RowChange<Key, Row>[] = []
    for (const [key, { before, after }] of this.#syncing)
      if (before.row !== null || after !== null)
        changes.push({ key, before: before.row, version: before.version, after })
    return changes
  }

  /** The group that was taken is durable. */
  synced(): void {
    for (const [key, changed] of this.#syncing) {
      const { after } = changed
      if (this.#kept.has(key)) this.#kept.set(key, this.#written(changed))
      if (after === null || !this.#cached.isWanted(after)) this.#cache.delete(key)
      else this.#cache.set(key, this.#written(changed), { size: this.#cached.weigh(after) })
    }
    this.#syncing = new Map()
    this.#syncingRead = new Map()
  }

  /** What gathers was never decided. */
  forgetGathering(): void {
    this.#gathering = new Map()
    this.#read = new Map()
  }

  /** The group that was taken was not written: what it and those behind it have looked at is to be read anew. */
  forgetGroups(): void {
    const known = [this.#gathering, this.#syncing, this.#kept, this.#read, this.#syncingRead]
    for (const rows of known) for (const key of rows.keys()) this.#cache.delete(key)
    this.#gathering = new Map()
    this.#syncing = new Map()
    this.#kept = new Map()
    this.#read = new Map()
    this.#syncingRead = new Map()
  }

  /** They have become otherwise in the database. */
  forgetRows(keys: Iterable<Key>): void {
    for (const key of keys) this.#cache.delete(key)
  }

  /** What is only remembered, and may have become otherwise in the database. */
  forgetCached(isForgotten: (key: Key, row: Row | null) => boolean = () => true): void {
    for (const [key, { row }] of this.#cache.entries()) if (isForgotten(key, row)) this.#cache.delete(key)
  }
}
