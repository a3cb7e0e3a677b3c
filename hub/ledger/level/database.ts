/**
 * The part of an open LevelDB that the ledger needs: classic-level and memory-level are ones, and tests make one that crashes. Keys and values are text, keys in
 * byte order. A batch MUST be applied whole or not at all; when its synced write resolves, it and everything written before it MUST be durable.
 */
import type { KeyRange } from './keys.ts'

export interface Database {
  get(key: string): Promise<string | undefined>
  /** Waits for the disk, and everything else with it. */
  getSync(key: string): string | undefined
  getMany(keys: string[]): Promise<(string | undefined)[]>
  batch(): Batch
  iterator(range: Page): { all(): Promise<[key: string, value: string][]> }
  keys(range: Page): { all(): Promise<string[]> }
  close(): Promise<void>
}

export interface Batch {
  put(key: string, value: string): unknown
  del(key: string): unknown
  write(options: { sync: true }): Promise<void>
}

/** The first `limit` keys of a range; without a range of all, without a limit all of them. With `reverse` from its end, backwards. */
export interface Page extends Partial<KeyRange> {
  readonly limit?: number
  readonly reverse?: boolean
}
