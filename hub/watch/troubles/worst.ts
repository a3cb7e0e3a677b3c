/**
 * Of all that is in trouble what to tell, worst first. Kinds take turns, so that a thousand participants who are away do not hide the one disk that is full; among themselves those of a kind go by how much they concern, and for how
 * long. Pure.
 */
import type { Trouble, TroubleKind } from '../../../shared/watch.ts'

const KINDS = [
  'disk-low',
  'slow-disk',
  'slow-hub',
  'silent-driver',
  'away-with-events',
  'old-event',
  'paused',
  'dead-letters',
] as const satisfies readonly TroubleKind[]

/** Of one kind before the others have their turn. */
const A_TURN = 3

const byWeight = (one: Trouble, other: Trouble): number =>
  (other.count ?? 0) - (one.count ?? 0) || (one.sinceMs ?? 0) - (other.sinceMs ?? 0)

/** Keeps the heaviest, in order. */
const insert = (kept: Trouble[], trouble: Trouble, most: number): void => {
  if (kept.length === most && byWeight(kept.at(-1)!, trouble) <= 0) return
  const at = kept.findIndex((other) => byWeight(trouble, other) < 0)
  kept.splice(at === -1 ? kept.length : at, 0, trouble)
  if (kept.length > most) kept.pop()
}

export const worstOf = (troubles: Iterable<Trouble>, most: number): { worst: Trouble[]; count: number } => {
  const byKind = new Map<TroubleKind, Trouble[]>(KINDS.map((kind) => [kind, []]))
  let count = 0
  for (const trouble of troubles) {
    count += 1
    insert(byKind.get(trouble.kind)!, trouble, most)
  }
  const turns = [...byKind.values()].flatMap((kept, rank) =>
    kept.map((trouble, place) => ({ trouble, turn: Math.floor(place / A_TURN), rank })),
  )
  turns.sort((one, other) => one.turn - other.turn || one.rank - other.rank)
  return { worst: turns.slice(0, most).map(({ trouble }) => trouble), count }
}
