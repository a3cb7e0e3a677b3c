/** A hub at rest: what it keeps when there is nothing left to collect, and when nothing goes on in it any more. */
import { setTimeout as pause } from 'node:timers/promises'
import type { MeasuredHub, Memory } from '../../load/measured-hub.ts'

const LOOK_EVERY_MS = 500
const MOST_LOOKS = 20
/** Of the resident memory: less than that is no longer a fall. */
const NOISE = 0.005

/**
 * Its memory after forced collections, until the resident memory falls no more: V8 gives pages back only some time after a collection, and closed generations of its heap with the next one. What a burst has left behind for
 * good (grown generations, freed blocks that the allocator keeps) stays counted.
 */
export const settledMemory = async (
  hub: Pick<MeasuredHub, 'memory'>,
  wait: (ms: number) => Promise<unknown> = pause,
): Promise<Memory> => {
  let last = await hub.memory({ collect: true })
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    await wait(LOOK_EVERY_MS)
    const next = await hub.memory({ collect: true })
    const hasSettled = next.rssBytes > last.rssBytes * (1 - NOISE)
    last = next
    if (hasSettled) break
  }
  return last
}

/** Of one processor; below it a hub does nothing but look at its clocks. */
const QUIET = 0.05
const QUIET_LIMIT_MS = 120_000

/**
 * Resolves when the hub rests: after a start it reads its tables once in the background, and LevelDB compacts what was written. Both are over after a while and are not what a window measures.
 * A hub that is still busy after two minutes is measured as it is.
 */
export const untilQuiet = async (hub: Pick<MeasuredHub, 'processorMicros'>): Promise<void> => {
  const endMs = performance.now() + QUIET_LIMIT_MS
  for (let busy = 1; busy > QUIET && performance.now() < endMs; ) {
    const [before, fromMs] = [await hub.processorMicros(), performance.now()]
    await pause(LOOK_EVERY_MS)
    busy = ((await hub.processorMicros()) - before) / 1000 / (performance.now() - fromMs)
  }
}
