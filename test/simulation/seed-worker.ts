/** A process that runs worlds for `run-seeds.ts`. */
import { serveFunctions } from '../load/worker.ts'
import type { Violation } from './checker.ts'
import { runWorld } from './world.ts'

/** What is told of a world: its steps only if something was wrong, and only the last ones. */
export interface WorldReport {
  readonly seed: number
  readonly faults: Readonly<Record<string, number>>
  readonly virtualMs: number
  readonly orders: number
  readonly hash: string
  readonly violations: readonly Violation[]
  readonly lastSteps: readonly string[]
}

const LAST_STEPS = 15

const reportOf = async (seed: number): Promise<WorldReport> => {
  const { steps, ...result } = await runWorld(seed)
  return { ...result, lastSteps: result.violations.length > 0 ? steps.slice(-LAST_STEPS) : [] }
}

export const seedFunctions = {
  async run(seeds: number[]): Promise<WorldReport[]> {
    const reports: WorldReport[] = []
    for (const seed of seeds) reports.push(await reportOf(seed))
    return reports
  },
}

if (process.send !== undefined) serveFunctions(seedFunctions)
