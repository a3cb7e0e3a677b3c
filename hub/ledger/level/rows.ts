/**
 * The newest rows of one kind, by key. A row that work has changed is *active* until it lies under its own key: work sees it as the last decision left it, the disk and whoever reads for others as the last
 * sync left it. All other rows come from a cache or from the disk, so evicting one can never bring an older one back. Rows are immutable; a change is a new one. The cache is bounded by rows and by their size on
 * disk: an order may have 16 KiB of details, and a history that grows with every till that acknowledges.
 *
 * An active row: gathering -> syncing -> unwritten (durable in the journal) -> stored under its own key, and cached
 */
import { LRUCache } from 'lru-cache'
import { Line } from './line.ts'

const ABSENT = Symbol('absent')
/** A key without a row costs something too. */
const SIZE_OF_ABSENT = 64

export interface CacheLimits {
  readonly rows: number
  /** Of all rows together as they lie on disk, in characters. What they take in memory is about one and a half times that. */
  readonly size: number
}

/** What a group makes of a row; null is none. */
export interface RowChange<Key, Row> {
  readonly key: Key
  readonly before: Row | null
  readonly after: Row | null
}

/** A row that the journal holds and its own key does not hold yet; null is a removal. */
export interface UnwrittenRow<Key, Row> {
  readonly key: Key
  readonly row: Row | null
  /** What lies under its own key. */
  readonly stored: Row | null
  /** As it lies on disk, in characters; to be set when it is written back. */
  size: number
}

interface Active<Key, Row> extends UnwrittenRow<Key, Row> {
  /** Durable. */
  row: Row | null
  stored: Row | null
  /** As the last decision left it. */
  newest: Row | null
  /** As it is in the group that syncs. */
  syncing: Row | null
  isGathering: boolean
  isSyncing: boolean
  /** The oldest group in the journal that it needs; 0 if none. */
  since: number
}

export class Rows<Key extends string, Row extends object> {
  readonly #cache: LRUCache<Key, Row | typeof ABSENT>
  readonly #isWanted: (row: Row) => boolean
  readonly #active = new Map<Key, Active<Key, Row>>()
  /** The active one that was asked for last: work reads a row, writes it, and reads it again. */
  #last: Active<Key, Row> | null = null
  #gathering: Active<Key, Row>[] = []
  #syncing: Active<Key, Row>[] = []
  readonly #line = new Line<Active<Key, Row>>()
  /** Kept for the work that is about to be decided, however many they are. */
  #kept = new Map<Key, Row | null>()
  /** Being read ahead, and not changed since. */
  readonly #awaited = new Set<Key>()

  /** @param isWanted will it be needed again, so that it is to be cached when it has been written back? */
  constructor({ rows, size }: CacheLimits, isWanted: (row: Row) => boolean = () => true) {
    this.#cache = new LRUCache({ max: rows, maxSize: size })
    this.#isWanted = isWanted
  }

  #activeOf(key: Key): Active<Key, Row> | undefined {
    if (this.#last?.key === key) return this.#last
    const active = this.#active.get(key)
    if (active !== undefined) this.#last = active
    return active
  }

  #newest(key: Key): Row | null | undefined {
    const active = this.#activeOf(key)
    return active === undefined ? this.#atRest(key) : active.newest
  }

  #atRest(key: Key): Row | null | undefined {
    const cached = this.#cache.get(key)
    if (cached !== undefined) return cached === ABSENT ? null : (cached as Row)
    return this.#kept.get(key)
  }

  /** Is the newest row of `key` at hand? */
  has(key: Key): boolean {
    return this.#activeOf(key) !== undefined || this.#cache.has(key) || this.#kept.has(key)
  }

  /** Keeps a row that is at hand until `forgetKept`, whatever the cache evicts and whatever sync ends until then. */
  keep(key: Key): void {
    const row = this.#newest(key)
    if (row !== undefined) this.#kept.set(key, row)
  }

  /** A row that was read from disk, or null if there is none: kept, and cached. @param size in characters */
  fetched(key: Key, row: Row | null, size: number): void {
    this.#kept.set(key, row)
    if (row !== null) this.#cache.set(key, row, { size })
  }

  /** Rows that are about to be read from disk although no work has named them yet. @returns those that are not at hand */
  awaited(keys: readonly Key[]): Key[] {
    const missing = keys.filter((key) => !this.has(key) && !this.#awaited.has(key))
    for (const key of missing) this.#awaited.add(key)
    return missing
  }

  /** One of them, as it was on disk at some moment since: cached, unless it may have become another one meanwhile. */
  readAhead(key: Key, row: Row | null, size: number): void {
    if (this.#awaited.delete(key) && row !== null && !this.has(key)) this.#cache.set(key, row, { size })
  }

  forgetKept(): void {
    if (this.#kept.size > 0) this.#kept = new Map()
  }

  /** The newest row; undefined if there is none. */
  get(key: Key): Row | undefined {
    const row = this.#newest(key)
    if (row === undefined) throw new Error(`${key} was read without having been named by the work`)
    return row ?? undefined
  }

  /** A row that was changed and does not lie under its own key yet, as it is now. */
  active(key: Key): Row | undefined {
    return this.#activeOf(key)?.newest ?? undefined
  }

  /** The row as it is durable, if it is at hand; null if there is none, undefined if only the disk knows. Nobody's use of it keeps it in the cache. */
  durable(key: Key): Row | null | undefined {
    const active = this.#active.get(key)
    if (active !== undefined) return active.row
    const cached = this.#cache.peek(key)
    return cached === ABSENT ? null : (cached as Row | undefined)
  }

  put(key: Key, row: Row): void {
    this.#change(key, row)
  }

  remove(key: Key): void {
    this.#change(key, null)
  }

  #change(key: Key, newest: Row | null): void {
    const active = this.#activeOf(key) ?? this.#activate(key)
    active.newest = newest
    if (active.isGathering) return
    active.isGathering = true
    this.#gathering.push(active)
  }

  #activate(key: Key): Active<Key, Row> {
    const row = this.#atRest(key) ?? null
    const active: Active<Key, Row> = {
      key,
      row,
      stored: row,
      newest: row,
      syncing: null,
      isGathering: false,
      isSyncing: false,
      since: 0,
      size: SIZE_OF_ABSENT,
    }
    this.#active.set(key, active)
    if (this.#awaited.size > 0) this.#awaited.delete(key)
    return active
  }

  /** Hands out what has been changed since the last call. What was handed out before MUST be synced. */
  takeGroup(): RowChange<Key, Row>[] {
    this.#syncing = this.#gathering
    this.#gathering = []
    return this.#syncing.map((active) => {
      active.isGathering = false
      active.isSyncing = true
      active.syncing = active.newest
      return { key: active.key, before: active.row, after: active.newest }
    })
  }

  /** The group that was taken is durable, in the journal, under this number. */
  synced(sequence: number): void {
    for (const active of this.#syncing) {
      active.isSyncing = false
      active.row = active.syncing
      if (active.since > 0) continue
      active.since = sequence
      this.#line.add(active)
    }
    this.#syncing = []
  }

  /** Rows that need the journal's groups up to one, durable as they are; of all groups without. */
  unwritten(upTo = Number.POSITIVE_INFINITY): IterableIterator<UnwrittenRow<Key, Row>> {
    return this.#line.upTo(upTo)
  }

  /** What `unwritten` gave now lies under its own keys. */
  written(upTo: number): void {
    this.#line.leave(upTo, (active) => this.#rest(active))
  }

  #rest(active: Active<Key, Row>): void {
    active.since = 0
    active.stored = active.row
    if (active.row !== null && !this.#isWanted(active.row)) this.#cache.delete(active.key)
    else this.#cache.set(active.key, active.row ?? ABSENT, { size: active.size })
    if (active.isGathering || active.isSyncing) return
    this.#active.delete(active.key)
    if (this.#last === active) this.#last = null
  }
}
