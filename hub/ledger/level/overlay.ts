/** A range as it is durable: what lies under its own keys, and over it what only the journal holds. */
import type { KeyRange } from './keys.ts'

/** Values by key, newer than those on disk; null hides one. */
export type Newer<T> = ReadonlyMap<string, T | null>
/** A part of a range. */
export type Page<T> = readonly (readonly [key: string, value: T])[]

const isWithin = (key: string, { gt, lt }: KeyRange): boolean => key > gt && key < lt

const byKey = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1

export interface Part {
  readonly range: KeyRange
  readonly limit: number
  /** From the end of the range, backwards. */
  readonly reverse?: boolean
}

export type Read<T> = (part: Part) => Promise<Page<T>>

const valuesIn = <T>(page: Page<T>): T[] => page.map(([, value]) => value)

/** What is left of a part behind a page of it. */
const behind = (part: Part, page: Page<unknown>): Part => {
  const key = page.at(-1)?.[0]
  if (key === undefined) return part
  return { ...part, range: part.reverse ? { ...part.range, lt: key } : { ...part.range, gt: key } }
}

/** Keys of an index that are not on disk yet, and those there that no longer hold. */
export interface NewerKeys {
  readonly added: readonly string[]
  readonly hidden: ReadonlySet<string>
}

/** The first so many of a part's added keys: there may be thousands, of which a page wants fifty. */
const firstAdded = (added: readonly string[], { range, limit, reverse = false }: Part): string[] => {
  const isBefore = (one: string, other: string): boolean => (reverse ? one > other : one < other)
  const first: string[] = []
  // They come about in the order in which they were added. Backwards the first one is then found at once, and nearly all others are behind the last one wanted.
  for (let index = 0; index < added.length; index += 1) {
    const key = added[reverse ? added.length - 1 - index : index]!
    if (!isWithin(key, range)) continue
    if (first.length === limit && !isBefore(key, first.at(-1)!)) continue
    if (first.length === limit) first.pop()
    first.splice(first.findLastIndex((other) => isBefore(other, key)) + 1, 0, key)
  }
  return first
}

/** The first keys of a part. What is added may be on disk by the time that is read. */
export const firstKeysOf = async (
  read: Read<string>,
  { added, hidden }: NewerKeys,
  part: Part,
): Promise<string[]> => {
  const { limit, reverse = false } = part
  const found = new Set(firstAdded(added, part))
  let page: Page<string>
  let rest = part
  let stored = 0
  do {
    page = await read(rest)
    for (const [key] of page) {
      if (hidden.has(key)) continue
      found.add(key)
      stored += 1
    }
    rest = behind(rest, page)
  } while (page.length === limit && stored < limit)
  const sorted = [...found].sort()
  return (reverse ? sorted.reverse() : sorted).slice(0, limit)
}

/** The first values of a part, which is read forwards, what is hidden not counted. */
export const firstOf = async <T>(read: Read<T>, newer: Newer<T>, part: Part): Promise<T[]> => {
  if (newer.size === 0) return valuesIn(await read(part))
  const { range, limit } = part
  const found = [...newer].filter((one): one is [string, T] => one[1] !== null && isWithin(one[0], range))
  const stored: (readonly [string, T])[] = []
  let page: Page<T>
  let rest = part
  do {
    page = await read(rest)
    stored.push(...page.filter(([key]) => !newer.has(key)))
    rest = behind(rest, page)
  } while (page.length === limit && stored.length < limit)
  return valuesIn([...stored, ...found].sort(byKey).slice(0, limit))
}
