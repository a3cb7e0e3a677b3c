/**
 * Starts a hub on a full folder and on an empty one, in turn. What a start costs besides waiting is its processor time, which other programs do not disturb: if it is about the same on both, the start
 * does not read what lies in the folder.
 */
import { inMs, median } from './figures.ts'
import { processorMs } from './machine.ts'
import { startMeasuredHub } from './measured-hub.ts'
import type { Goal } from './report.ts'
import { withTemporaryData } from './temporary-data.ts'

export interface Start {
  /** From spawn to ready line. */
  readonly wholeMs: number
  /** Of that, from the first line of the hub's own code on. */
  readonly ownMs: number
  /** Until the ready line, of all its threads. */
  readonly processorMs: number
}

export interface Starts {
  readonly full: readonly Start[]
  readonly empty: readonly Start[]
}

const STARTS = 5

export const START_COST: Goal = {
  what: 'processor time of a start, more than on an empty folder (medians)',
  is: 'most',
  bound: 300,
  unit: 'ms',
  source: "ours: LevelDB's log of up to 16 MB may be read, and nothing else",
}

const measureStart = async (folder: string): Promise<Start> => {
  const hub = await startMeasuredHub({ folder })
  const start = {
    wholeMs: inMs(hub.readyMs - hub.spawnedMs),
    ownMs: inMs(hub.ownStartMs),
    processorMs: processorMs(hub.pid),
  }
  await hub.kill()
  return start
}

/** Each ends with a `kill -9`. */
export const measureStarts = async (folder: string): Promise<Starts> => {
  const [full, empty]: [Start[], Start[]] = [[], []]
  for (let done = 0; done < STARTS; done += 1) {
    full.push(await measureStart(folder))
    empty.push(await withTemporaryData('load-start-', measureStart))
  }
  return { full, empty }
}

export const startCostOf = ({ full, empty }: Starts): number =>
  median(full.map((start) => start.processorMs)) - median(empty.map((start) => start.processorMs))

const lineOf = (name: string, starts: readonly Start[]): string =>
  `starts on ${name}, spawn to ready (the hub's own code; processor time): ${starts
    .map((start) => `${start.wholeMs} (${start.ownMs}; ${start.processorMs}) ms`)
    .join(', ')}`

export const startLines = ({ full, empty }: Starts): string[] => [
  lineOf('the full folder', full),
  lineOf('an empty folder', empty),
]
