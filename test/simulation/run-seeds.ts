/** Many worlds, spread over processes: each has its own heap, and a machine's cores are all there is to make them faster. */
import { startWorker } from '../load/worker.ts'
import type { seedFunctions, WorldReport } from './seed-worker.ts'

export interface SeedRange {
  readonly from: number
  readonly count: number
}

/** Enough of them that no process is idle for long at the end. */
const SEEDS_A_CALL = 5

const WORKER = new URL('./seed-worker.ts', import.meta.url)

/** In the order of the seeds. @throws Fault `worker` when a process ends by itself */
export const runSeeds = async ({ from, count }: SeedRange, workers: number): Promise<WorldReport[]> => {
  const reports: WorldReport[] = []
  let next = from
  const work = async () => {
    const worker = startWorker<typeof seedFunctions>(WORKER)
    try {
      while (next < from + count) {
        const seeds = Array.from({ length: Math.min(SEEDS_A_CALL, from + count - next) }, (_, n) => next + n)
        next += seeds.length
        reports.push(...(await worker.call('run', seeds)))
      }
    } finally {
      await worker.stop()
    }
  }
  await Promise.all(Array.from({ length: Math.min(workers, Math.ceil(count / SEEDS_A_CALL)) }, work))
  return reports.sort((one, other) => one.seed - other.seed)
}
