/** The slope of a series, with its uncertainty. Pure. */
import { median } from './figures.ts'

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Slope {
  /** y for one x. */
  readonly perX: number
  /** Ends of the 95 % confidence interval. */
  readonly low: number
  readonly high: number
}

/** 97.5 % of a normal distribution lie below. */
const NORMAL_975 = 1.959964

const pairSlopes = (points: readonly Point[]): number[] =>
  points.flatMap(({ x, y }, index) =>
    points
      .slice(index + 1)
      .filter((later) => later.x !== x)
      .map((later) => (later.y - y) / (later.x - x)),
  )

/**
 * Theil and Sen's slope: the median of the slopes of all pairs. A few outliers, such as a sample between two collections of garbage, do not move it. The interval is Sen's
 * (P. K. Sen 1968, "Estimates of the regression coefficient based on Kendall's tau"): the pair slopes whose ranks are N/2 -+ 1.96 sqrt(n(n-1)(2n+5)/18)/2. It takes the points'
 * deviations for independent of each other.
 * @returns NaN with an unbounded interval for less than three points
 */
export const theilSen = (points: readonly Point[]): Slope => {
  const slopes = ascending(pairSlopes(points))
  if (points.length < 3 || slopes.length === 0)
    return { perX: Number.NaN, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  const n = points.length
  const spread = NORMAL_975 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  const below = Math.floor((slopes.length - spread) / 2)
  const above = Math.ceil((slopes.length + spread) / 2)
  return {
    perX: median(slopes),
    low: slopes[below] ?? Number.NEGATIVE_INFINITY,
    high: slopes[above] ?? Number.POSITIVE_INFINITY,
  }
}
