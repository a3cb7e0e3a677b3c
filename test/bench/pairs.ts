/**
 * Interleaved windows: every round measures each side once, and each round begins with another side, so that a machine that is slow for a while is slow for all of them. What is compared is
 * the ratio within a round; what is told is the median of all rounds.
 */
import { median } from '../load/figures.ts'
import type { Figures } from './scenario.ts'

/** One window of each side a round, by the side's name; `rounds` in their order. */
export const interleaved = async <N extends string, T>(
  sides: Readonly<Record<N, () => Promise<T>>>,
  rounds: number,
): Promise<Record<N, T[]>> => {
  const names = Object.keys(sides) as N[]
  const windows = Object.fromEntries(names.map((name): [N, T[]] => [name, []])) as Record<N, T[]>
  for (let round = 0; round < rounds; round += 1)
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length]!
      windows[name].push(await sides[name]())
    }
  return windows
}

const NAMES = [
  'eventsPerSecond',
  'hubMicrosPerEvent',
  'p50Ms',
  'p99Ms',
  'hubMiB',
  'clientMicrosPerEvent',
] as const satisfies readonly (keyof Figures)[]

/** Each figure's own median. */
export const medianFigures = (windows: readonly Figures[]): Figures =>
  Object.fromEntries(
    NAMES.map((name) => [name, median(windows.map((window) => window[name]))]),
  ) as unknown as Figures

/** The median over the rounds of `one` by `other`. NaN when they are not of the same rounds. */
export const medianRatio = <T>(
  one: readonly T[],
  other: readonly T[],
  figure: (window: T) => number,
): number =>
  one.length === other.length
    ? median(one.map((window, round) => figure(window) / figure(other[round]!)))
    : Number.NaN
