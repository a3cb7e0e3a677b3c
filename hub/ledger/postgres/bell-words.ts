/** What a hub says when it rings: who it is, and what it told the others last with its sign of life, as it is now. Nothing rests on it: who does not hear it learns the same from the next sign. */
import type { HubState } from '../hubs.ts'

export interface Said {
  readonly hub: number
  readonly state: HubState
}

const WORDS = /^(\d{1,9}) (\d{1,9}) (\d{1,9}) (\d{1,9})$/

export const sayingOf = (hub: number, { free, capacity, waiting }: HubState): string =>
  [hub, free, capacity, waiting].join(' ')

/** @returns null if it is not what a hub says: whoever may use the database can ring */
export const saidIn = (text: string): Said | null => {
  const [, ...words] = WORDS.exec(text) ?? []
  const [hub, free, capacity, waiting] = words.map(Number)
  if (waiting === undefined) return null
  return { hub: hub!, state: { free: free!, capacity: capacity!, waiting } }
}
