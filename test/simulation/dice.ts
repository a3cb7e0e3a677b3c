/** Chance, all of it drawn from one seed: the same seed gives the same world. */
import { type Seeded, seeded } from '../support/seeded.ts'

export interface Dice extends Seeded {
  /** From 0 up to 1. */
  fraction(): number
  /** True that often, from 0 (never) to 1 (always). */
  chance(probability: number): boolean
  /** Dice of its own: what one part of a world draws does not change what the others get. */
  fork(): Dice
}

const GREATEST_SEED = 2 ** 31 - 1
const FINEST = 2 ** 30

export const dice = (seed: number): Dice => {
  const draws = seeded(seed)
  const fraction = () => draws.whole(0, FINEST - 1) / FINEST
  return {
    ...draws,
    fraction,
    chance: (probability) => fraction() < probability,
    fork: () => dice(draws.whole(0, GREATEST_SEED)),
  }
}
