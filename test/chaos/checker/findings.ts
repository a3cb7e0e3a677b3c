/** What a check finds: every violation is counted in its column, the first ones are kept in words. */

export const BAD_COLUMNS = [
  'lost',
  'undelivered',
  'duplicated',
  'reordered',
  'misrouted',
  'doubleClaimed',
  'overfull',
  'miscounted',
  'broken',
] as const
export type BadColumn = (typeof BAD_COLUMNS)[number]

export interface Violation {
  readonly column: BadColumn
  /** Which promise is broken, in words. */
  readonly invariant: string
  /** Whom and which order it concerns, where it concerns one. */
  readonly participant: string | null
  readonly order: string | null
  readonly detail: string
}

const MOST_KEPT = 50

export class Findings {
  readonly counts = Object.fromEntries(BAD_COLUMNS.map((column) => [column, 0])) as Record<BadColumn, number>
  readonly violations: Violation[] = []

  add(
    column: BadColumn,
    invariant: string,
    about: { participant?: string | null; order?: string | null; detail?: string } = {},
  ): void {
    this.counts[column] += 1
    const { participant = null, order = null, detail = '' } = about
    if (this.violations.length < MOST_KEPT)
      this.violations.push({ column, invariant, participant, order, detail })
  }

  get isClean(): boolean {
    return Object.values(this.counts).every((count) => count === 0)
  }
}
