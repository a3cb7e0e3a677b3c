/**
 * Is a series flat? Pure. A leak is a line that goes up, hidden in noise: the slope of what was seen after warming up, and how far it may lie off, decide. *Flat*: with 95 % confidence it has grown by less
 * than is tolerated. *Grows*: with the same confidence it goes up, and by more. *Unclear* is everything else: the run was too short for its noise.
 */
import { rounded } from './figures.ts'
import { type Point, theilSen } from './slope.ts'

export interface Flatness {
  readonly verdict: 'flat' | 'grows' | 'unclear'
  readonly samples: number
  /** Of the part that was looked at. */
  readonly hours: number
  readonly mbPerHour: number
  /** Ends of the 95 % interval. */
  readonly lowMbPerHour: number
  readonly highMbPerHour: number
  /** What a leak must have been at least to be seen for sure. */
  readonly seenFromMbPerHour: number
}

/** @param points x in hours, y in MB @param tolerated growth over the whole series, in MB */
export const flatnessOf = (points: readonly Point[], tolerated: number): Flatness => {
  const hours = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0)
  const { perX, low, high } = theilSen(points)
  const isFlat = high * hours < tolerated
  const isGrowing = low > 0 && perX * hours >= tolerated
  return {
    verdict: isFlat ? 'flat' : isGrowing ? 'grows' : 'unclear',
    samples: points.length,
    hours,
    mbPerHour: rounded(perX),
    lowMbPerHour: rounded(low),
    highMbPerHour: rounded(high),
    seenFromMbPerHour: rounded(tolerated / hours + (high - low) / 2),
  }
}

/** The part after warming up: caches fill, code is compiled, LevelDB has its tables. */
export const afterWarmUp = <P extends { readonly x: number }>(points: readonly P[], warmUp: number): P[] =>
  points.filter(({ x }) => x >= warmUp)
