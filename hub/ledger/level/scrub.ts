/**
 * Lets the bytes of removed and overwritten values go from LevelDB's files. LevelDB drops an old value when it merges tables of one level into the next, and nothing says when it will; and what has gathered in memory goes into one
 * table with all its old values, which may come to lie at the last level at once, where no merge rewrites it. So that is done first; then markers, removals of keys that never were, are written at both ends of each range, and merged
 * down through it with all that lies there (https://github.com/google/leveldb/blob/main/doc/impl.md, "Compactions").
 */
import type { KeyRange } from './keys.ts'

/** The part of classic-level that this needs. */
export interface Compactable {
  compactRange(first: string, last: string): Promise<void>
  batch(removals: { type: 'del'; key: string }[]): Promise<void>
}

/** @returns false if it was over before all was done */
export type Scrub = (ranges: readonly KeyRange[], isOver: () => boolean) => Promise<boolean>

/** No key ends with a slash. */
const markersOf = ({ gt, lt }: KeyRange): { type: 'del'; key: string }[] => [
  { type: 'del', key: `${gt}/` },
  { type: 'del', key: `${lt}/` },
]

export const scrubOf =
  (db: Compactable): Scrub =>
  async (ranges, isOver) => {
    const [first] = ranges
    if (first === undefined) return true
    await db.compactRange(first.gt, first.lt)
    await db.batch(ranges.flatMap(markersOf))
    for (const { gt, lt } of ranges) {
      if (isOver()) return false
      await db.compactRange(gt, lt)
    }
    return true
  }
