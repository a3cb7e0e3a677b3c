/** What a run of the simulation tells: as JSON for programmes, and in words. */
import type { Invariant } from './checks/check.ts'
import type { WorldReport } from './seed-worker.ts'
import { isMood } from './trouble.ts'

export interface Summary {
  readonly seeds: number
  /** By kind. */
  readonly faults: Readonly<Record<string, number>>
  readonly simulatedHours: number
  readonly violations: readonly {
    readonly seed: number
    readonly invariant: Invariant
    readonly detail: string
  }[]
}

const HOUR_MS = 3_600_000

export const summaryOf = (reports: readonly WorldReport[]): Summary => {
  const faults: Record<string, number> = {}
  for (const report of reports)
    for (const [kind, times] of Object.entries(report.faults)) faults[kind] = (faults[kind] ?? 0) + times
  const virtualMs = reports.reduce((sum, report) => sum + report.virtualMs, 0)
  return {
    seeds: reports.length,
    faults: Object.fromEntries(Object.entries(faults).sort(([, one], [, other]) => other - one)),
    simulatedHours: Math.round((virtualMs / HOUR_MS) * 100) / 100,
    violations: reports.flatMap(({ seed, violations }) =>
      violations.map(({ invariant, detail }) => ({ seed, invariant, detail })),
    ),
  }
}

/** Faults that are somebody's or something's failing; a handler's moods and a slow disk are none. */
export const damagesIn = (faults: Readonly<Record<string, number>>): number =>
  Object.entries(faults).reduce((sum, [kind, times]) => (isMood(kind) ? sum : sum + times), 0)

/** In words: what was simulated, what went wrong in it, and what broke a promise. */
export const linesOf = (reports: readonly WorldReport[]): string[] => {
  const { seeds, faults, simulatedHours, violations } = summaryOf(reports)
  const least = Math.min(...reports.map((report) => damagesIn(report.faults)))
  const width = Math.max(0, ...Object.keys(faults).map((kind) => kind.length))
  return [
    `${seeds} seeds, ${simulatedHours} simulated hours, at least ${least} faults a seed`,
    ...Object.entries(faults).map(([kind, times]) => `  ${kind.padEnd(width)}  ${times}`),
    ...reports.filter((report) => report.violations.length > 0).flatMap(violationLinesOf),
    violations.length === 0 ? 'no violation' : `${violations.length} violations`,
  ]
}

const violationLinesOf = ({ seed, violations, lastSteps }: WorldReport): string[] => [
  '',
  ...violations.map(({ invariant, detail }) => `seed ${seed}: ${invariant}: ${detail}`),
  ...lastSteps.map((step) => `  ${step}`),
  `  npm run simulate -- --seed ${seed} --trace`,
]
