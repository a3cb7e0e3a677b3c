/**
 * What became of a plant. One that belongs to a rule is caught when tests failed and every one of them cites that rule, of the tests that the plant names. Those
 * are all unit tests of the part that could see it; models, fuzz runs and tests of the whole system are left out, since they are the net below the rules and
 * catch nearly everything. With `--thorough` all tests that run in mocha's own process are asked, and others may fail as well.
 */
import type { BoundedRun } from './bounded-run.ts'
import type { Plant } from './plant.ts'
import type { TestRun } from './test-run.ts'

export type Verdict =
  | { readonly kind: 'caught'; readonly by: readonly string[]; readonly others: readonly string[] }
  /** Nothing noticed it. */
  | { readonly kind: 'survived' }
  /** Tests of other rules noticed it, or only those. */
  | {
      readonly kind: 'not by its rule alone'
      readonly by: readonly string[]
      readonly others: readonly string[]
    }
  /** It says nothing about the tests: it does not apply, or they did not even run. */
  | { readonly kind: 'fault'; readonly reason: string }

export interface Runs {
  readonly tests: TestRun | null
  readonly programme: BoundedRun | null
  readonly isThorough: boolean
}

const cites = (title: string, rule: string): boolean => title.includes(`[${rule}]`)

const faultOf = (plant: Plant, { tests, programme }: Runs): string | null => {
  if (plant.mayHang) return null
  if (tests?.isOutOfTime || programme?.isOutOfTime) return 'the time is over; mayHang if that is the bug'
  if (tests !== null && !tests.isComplete)
    return `the tests did not run to their end: ${tests.lastLines.slice(-8).join(' | ')}`
  return null
}

/** What tells of a violation, in the words of the programme. */
const programmeTitle = ({ programme: args = [] }: Plant, run: BoundedRun): string => {
  const command = args.slice(args.findIndex((arg) => arg.startsWith('test/'))).join(' ')
  const words = run.isOutOfTime
    ? 'does not end'
    : (run.lastLines.findLast((line) => line.trim() !== '') ?? '')
  return `${command}: ${words.trim().slice(0, 200)}`
}

const catchersOf = (plant: Plant, { tests, programme }: Runs): string[] => [
  ...(tests?.failed ?? []),
  ...(tests?.isOutOfTime ? [`no end of ${plant.tests.join(' ')}`] : []),
  ...(programme !== null && programme.exitCode !== 0 ? [programmeTitle(plant, programme)] : []),
]

export const verdictOf = (plant: Plant, runs: Runs): Verdict => {
  const reason = faultOf(plant, runs)
  if (reason !== null) return { kind: 'fault', reason }
  const catchers = catchersOf(plant, runs)
  if (catchers.length === 0) return { kind: 'survived' }
  const { rule } = plant
  if (rule === undefined) return { kind: 'caught', by: catchers, others: [] }
  const by = catchers.filter((title) => cites(title, rule))
  const others = catchers.filter((title) => !cites(title, rule))
  const isCaught = by.length > 0 && (others.length === 0 || runs.isThorough)
  return { kind: isCaught ? 'caught' : 'not by its rule alone', by, others }
}
