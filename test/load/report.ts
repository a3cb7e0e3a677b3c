/** What a load scenario reports, and the goals that its figures are held against. A goal says where it comes from. */

export interface Report {
  /** Every goal is reached. */
  readonly ok: boolean
  /** Everything that was measured, for `--json`. */
  readonly figures: Readonly<Record<string, unknown>>
  /** The same for people. */
  readonly lines: readonly string[]
}

export interface Goal {
  /** What is measured, in words. */
  readonly what: string
  /** How the value must stand to the bound. */
  readonly is: 'most' | 'least' | 'exactly'
  readonly bound: number
  readonly unit: string
  /** Who asks for it. */
  readonly source: string
}

export interface Measured {
  readonly goal: Goal
  readonly value: number
}

/** What was not measured (NaN) reaches nothing. */
export const isReached = ({ goal: { is, bound }, value }: Measured): boolean => {
  switch (is) {
    case 'most':
      return value <= bound
    case 'least':
      return value >= bound
    case 'exactly':
      return value === bound
    default:
      throw new Error(`unknown goal ${is satisfies never}`)
  }
}

/** Three digits tell enough. */
const inWords = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 })

const lineOf = (measured: Measured): string => {
  const { goal, value } = measured
  const verdict = isReached(measured) ? 'ok    ' : 'MISSED'
  return `${verdict} ${goal.what}: ${inWords(value)} ${goal.unit} (${goal.is} ${inWords(goal.bound)}; ${goal.source})`
}

/** Good if there are goals and all of them are reached. */
export const reportOf = (
  measured: readonly Measured[],
  figures: Readonly<Record<string, unknown>>,
  lines: readonly string[],
): Report => ({
  ok: measured.length > 0 && measured.every(isReached),
  figures: {
    ...figures,
    goals: measured.map((one) => ({ ...one.goal, value: one.value, ok: isReached(one) })),
  },
  lines: [...lines, ...measured.map(lineOf)],
})
