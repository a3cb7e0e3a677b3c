/**
 * Which run a vendor is in when it starts: the one that it left, or a new one. A seed that was given names its run, so a restarted vendor goes on where it
 * stopped, and one that asks for more orders than before makes the rest. Without a seed one is drawn, and kept until that run's orders are done.
 */
import { randomUUID } from 'node:crypto'
import type { Journal, Run } from './journal.ts'

export interface WantedRun {
  readonly seed: string | null
  /** 0: without end. */
  readonly orders: number
}

const goesOn = (run: Run, wanted: WantedRun): boolean =>
  wanted.seed === null
    ? run.isDrawn && !run.isFinished && run.orders === wanted.orders
    : !run.isDrawn && run.seed === wanted.seed

/**
 * @param progress the outbox's
 * @returns the run that this process works on; it is on disk
 */
export const resumeRun = async (
  journal: Pick<Journal, 'run' | 'startRun'>,
  progress: number,
  wanted: WantedRun,
): Promise<Run> => {
  const left = journal.run()
  if (left !== null && goesOn(left, wanted)) return left
  const run: Run = {
    seed: wanted.seed ?? randomUUID(),
    isDrawn: wanted.seed === null,
    orders: wanted.orders,
    base: progress,
    isFinished: false,
  }
  await journal.startRun(run)
  return run
}
