/**
 * The newest rows: what waits to be written, what is being written, what is cached, what was just read. A row is always taken from the newest of them, so that evicting one from the
 * cache can never bring an older one back. Rows are immutable; a change is a new one. The cache is bounded by rows and by their size on disk: an order may have 16 KiB of details, and a history
 * that grows with every till that acknowledges.
 */
import { LRUCache } from 'lru-cache'

const ABSENT = Symbol('absent')
/** A key without a row costs something too. */
const SIZE_OF_ABSENT = 64

export interface CacheLimits {
  readonly rows: number
  /** Of all rows together as they lie on disk, in characters. What they take in memory is about one and a half times that. */
  readonly size: number
}

export class Rows<Key extends string, Row extends object> {
  readonly #cache: LRUCache<Key, Row | typeof ABSENT>
  /** Written, not yet durable: the group that gathers and the one that syncs. null is a removal. */
  #gathering = new Map<Key, Row | null>()
  #syncing = new Map<Key, Row | null>()
  /** Read for the work that is about to be decided; kept until it is decided, however many they are. */
  #fetched = new Map<Key, Row | null>()

  constructor({ rows, size }: CacheLimits) {
    this.#cache = new LRUCache({ max: rows, maxSize: size })
  }

  #newest(key: Key): Row | null | undefined {
    const written = this.#gathering.get(key)
    if (written !== undefined) return written
    const syncing = this.#syncing.get(key)
    if (syncing !== undefined) return syncing
    const cached = this.#cache.get(key)
    if (cached !== undefined) return cached === ABSENT ? null : (cached as Row)
    return this.#fetched.get(key)
  }

  /**
   * Keeps the newest row of `key` for the work that is about to be decided, whatever the cache evicts and whatever sync ends until then.
   * @returns false if it must be read from disk first
   */
  secure(key: Key): boolean {
    const row = this.#newest(key)
    if (row === undefined) return false
    this.#fetched.set(key, row)
    return true
  }

  /** A row that was read from disk, or null if there is none. @param size in characters */
  fetched(key: Key, row: Row | null, size: number): void {
    this.#fetched.set(key, row)
    if (row !== null) this.#cache.set(key, row, { size })
  }

  forgetFetched(): void {
    if (this.#fetched.size > 0) this.#fetched = new Map()
  }

  /** The newest row; undefined if there is none. */
  get(key: Key): Row | undefined {
    const row = this.#newest(key)
    if (row === undefined) throw new Error(`${key} was read without having been named by the work`)
    return row ?? undefined
  }

  put(key: Key, row: Row): void {
    this.#gathering.set(key, row)
  }

  remove(key: Key): void {
    this.#gathering.set(key, null)
  }

  /** Hands out what has been written since the last call: it stays readable until `synced`. Each row must be told `staged`. */
  takeGroup(): ReadonlyMap<Key, Row | null> {
    this.#syncing = this.#gathering
    this.#gathering = new Map()
    return this.#syncing
  }

  /** A row of the group that was taken is about to be written, and cached from now on. @param size in characters; null for a removal */
  staged(key: Key, size: number | null): void {
    this.#cache.set(key, this.#syncing.get(key) ?? ABSENT, { size: size ?? SIZE_OF_ABSENT })
  }

  synced(): void {
    this.#syncing = new Map()
  }
}
