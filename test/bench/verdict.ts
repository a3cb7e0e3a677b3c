/** Whether a scenario's checks are met. */
import { limitsInForce } from './limits.ts'
import type { Check, Disk, JudgedCheck, Measurement, Row, Scenario } from './scenario.ts'

/** A short run is noisy: it fails only when half of what must be is not there, in a ratio. */
const QUICK_SLACK = 2

/** What was not measured (NaN) reaches nothing. */
const isReached = (value: number, is: Check['is'], bound: number): boolean =>
  is === 'least' ? value >= bound : value <= bound

const slackened = ({ is, must, kind }: Check, isQuick: boolean): number | null => {
  if (must === null || !isQuick) return must
  if (kind === 'absolute') return null
  return is === 'least' ? must / QUICK_SLACK : must * QUICK_SLACK
}

export const judged = (check: Check, isQuick: boolean): JudgedCheck => {
  const bound = slackened(check, isQuick)
  return {
    ...check,
    ok: bound === null || isReached(check.value, check.is, bound),
    isGoalMet: check.goal === null || isReached(check.value, check.is, check.goal),
  }
}

/** The same row with one check more. */
export const withCheck = (row: Row, check: Check, isQuick: boolean): Row => {
  const added = judged(check, isQuick)
  return {
    ...row,
    checks: [...row.checks, added],
    ok: row.ok && added.ok,
    isGoalMet: row.isGoalMet && added.isGoalMet,
  }
}

export const rowOf = (
  { id, name, title }: Pick<Scenario, 'id' | 'name' | 'title'>,
  measurement: Measurement,
  { isQuick, disk }: { readonly isQuick: boolean; readonly disk: Disk },
): Row => {
  const { caps, control, controlName, limits, further = {}, notes = [] } = measurement
  const checks = measurement.checks.map((check) => judged(check, isQuick))
  const first = checks[0]
  return {
    scenario: id,
    name,
    title,
    ratio: first?.value ?? Number.NaN,
    goal: first?.goal ?? null,
    // Without a check nothing was shown.
    ok: first !== undefined && checks.every(({ ok }) => ok),
    isGoalMet: first !== undefined && checks.every(({ isGoalMet }) => isGoalMet),
    caps,
    control,
    controlName,
    checks,
    further,
    limits: limitsInForce(limits),
    disk,
    notes,
  }
}
