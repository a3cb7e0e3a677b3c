/** Which names are written on the map: none that would cover another one. Pure. */
import type { Point } from './projection.ts'

export interface Label {
  readonly text: string
  /** Of the sign that it stands beside. */
  readonly at: Point
  /** Of the text. */
  readonly width: number
  /** Written whatever it covers. */
  readonly isMarked: boolean
}

/** From the sign to its name. */
export const LABEL_GAP = 12
const HALF_HEIGHT = 8

const covers = (one: Label, other: Label): boolean =>
  Math.abs(one.at.y - other.at.y) < 2 * HALF_HEIGHT &&
  one.at.x < other.at.x + other.width &&
  other.at.x < one.at.x + one.width

/** Marked ones go before all others, and those before what comes behind them. @param fixed names that stand there already */
export const writtenOf = (labels: readonly Label[], fixed: readonly Label[]): readonly Label[] => {
  const written = labels.filter(({ isMarked }) => isMarked)
  for (const label of labels)
    if (!label.isMarked && ![...written, ...fixed].some((other) => covers(label, other))) written.push(label)
  return written
}
