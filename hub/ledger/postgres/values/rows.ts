/** Changes of rows, sorted into those that are new and those that were there, and their columns as arrays. */
import { int8Array, textArray } from '../arrays.ts'
import type { RowChange } from '../cached-rows.ts'

export type Put<Key, Row> = Omit<RowChange<Key, Row>, 'after'> & { readonly after: Row }
export type Changed<Key, Row> = Put<Key, Row> & { readonly before: Row }

export const isPut = <Key, Row>(change: RowChange<Key, Row>): change is Put<Key, Row> => change.after !== null
export const isNew = <Key, Row>(change: Put<Key, Row>): boolean => change.before === null
export const isChanged = <Key, Row>(change: Put<Key, Row>): change is Changed<Key, Row> =>
  change.before !== null

export const texts = <T>(all: readonly T[], of: (one: T) => string | null): Buffer => textArray(all.map(of))
export const numbers = <T>(all: readonly T[], of: (one: T) => number | null): Buffer => int8Array(all.map(of))

/** Two hubs that lock the same rows lock them in the same order. */
export const byKey = <Key extends string, Row>(
  changes: readonly RowChange<Key, Row>[],
): RowChange<Key, Row>[] => [...changes].sort((one, other) => (one.key < other.key ? -1 : 1))
