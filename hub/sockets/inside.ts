/**
 * Inside parts of libraries that the hub leans on to be fast. Another version may have none of them, or others: whoever leans on them asks first, and goes the library's own way where one is missing.
 */

type Kind = 'boolean' | 'function' | 'number' | 'object' | 'string'

interface Part {
  readonly path: string
  readonly names: readonly string[]
  readonly kind: Kind
}

/** Ready to be asked for on each of thousands of connections. */
export type Parts = readonly Part[]

/** @param kinds paths of names, and what is found there; what may be null is an `object` */
export const partsOf = (kinds: Readonly<Record<string, Kind>>): Parts =>
  Object.entries(kinds).map(([path, kind]) => ({ path, names: path.split('.'), kind }))

const isIn = (thing: unknown, { names, kind }: Part): boolean => {
  let found = thing
  for (const name of names) found = (found as Record<string, unknown> | null | undefined)?.[name]
  return typeof found === kind
}

export const hasAll = (thing: unknown, parts: Parts): boolean => {
  for (const part of parts) if (!isIn(thing, part)) return false
  return true
}

/** @returns the paths at which there is nothing, or something else */
export const missingIn = (thing: unknown, parts: Parts): readonly string[] =>
  parts.filter((part) => !isIn(thing, part)).map(({ path }) => path)
