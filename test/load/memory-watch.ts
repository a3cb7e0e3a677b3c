/** Watches the memory of a hub while something goes on: how high it was, without asking V8 to collect anything. */
import type { MeasuredHub, Memory } from './measured-hub.ts'

const PERIOD_MS = 250

/** The greatest of each figure. */
export const highest = (one: Memory, other: Memory): Memory => ({
  rssBytes: Math.max(one.rssBytes, other.rssBytes),
  ownBytes: Math.max(one.ownBytes, other.ownBytes),
  mappedBytes: Math.max(one.mappedBytes, other.mappedBytes),
  heapUsedBytes: Math.max(one.heapUsedBytes, other.heapUsedBytes),
  heapTotalBytes: Math.max(one.heapTotalBytes, other.heapTotalBytes),
  externalBytes: Math.max(one.externalBytes, other.externalBytes),
  handles: Math.max(one.handles, other.handles),
})

/** Runs `work`; gives what it gave and the peaks meanwhile. */
export const watchMemory = async <T>(
  hub: Pick<MeasuredHub, 'memory'>,
  work: () => Promise<T>,
): Promise<{ result: T; peak: Memory }> => {
  let peak = await hub.memory()
  let isOver = false
  const look = async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS))
      peak = highest(peak, await hub.memory())
    }
  }
  const watched = work().finally(() => {
    isOver = true
  })
  const [result] = await Promise.all([watched, look()])
  return { result, peak }
}
