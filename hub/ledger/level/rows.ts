/**
 * The newest rows: what is cached, what waits to be written, what was just read. A row is always taken from the newest of them, so that evicting one from the
 * cache can never bring an older one back. Rows are immutable; a change is a new one.
 */
import { LRUCache } from 'lru-cache'

const ABSENT = Symbol('absent')

export class Rows<Key extends string, Row extends object> {
  readonly #cache: LRUCache<Key, Row | typeof ABSENT>
  /** Written, not yet durable: the group that gathers and the one that syncs. null is a removal. */
  #gathering = new Map<Key, Row | null>()
  #syncing = new Map<Key, Row | null>()
  /** Read for the work that is about to be decided; kept until it is decided, however many they are. */
  #fetched = new Map<Key, Row | null>()

  constructor(cachedRows: number) {
    this.#cache = new LRUCache({ max: cachedRows })
  }

  #newest(key: Key): Row | null | undefined {
    const cached = this.#cache.get(key)
    if (cached !== undefined) return cached === ABSENT ? null : (cached as Row)
    const written = this.#gathering.get(key)
    if (written !== undefined) return written
    const syncing = this.#syncing.get(key)
    return syncing !== undefined ? syncing : this.#fetched.get(key)
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

  /** A row that was read from disk, or null if there is none. */
  fetched(key: Key, row: Row | null): void {
    this.#fetched.set(key, row)
    if (row !== null) this.#cache.set(key, row)
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
    this.#cache.set(key, row)
    this.#gathering.set(key, row)
  }

  remove(key: Key): void {
    this.#cache.set(key, ABSENT)
    this.#gathering.set(key, null)
  }

  /** Hands out what has been written since the last call: it stays readable until `synced`. */
  takeGroup(): ReadonlyMap<Key, Row | null> {
    this.#syncing = this.#gathering
    this.#gathering = new Map()
    return this.#syncing
  }

  synced(): void {
    this.#syncing = new Map()
  }
}
