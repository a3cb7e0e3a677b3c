/**
 * Inside parts of libraries that the hub leans on to be fast. Another version may have none of them, or others: whoever leans on them asks first, and goes the library's own way where one is missing.
 */

type Kind = 'boolean' | 'function' | 'number' | 'object' | 'string'

/** Paths of names, and what is found there. What may be null is an `object`. */
export type Needed = Readonly<Record<string, Kind>>

const at = (thing: unknown, path: string): unknown => {
  let found = thing
  for (const name of path.split('.')) found = (found as Record<string, unknown> | null | undefined)?.[name]
  return found
}

/** @returns the paths at which there is nothing, or something else */
export const missingIn = (thing: unknown, needed: Needed): readonly string[] =>
  Object.entries(needed).flatMap(([path, kind]) => (typeof at(thing, path) === kind ? [] : [path]))
