/** How the memory of a hub goes while something happens, and whether it grows. */
import type { MeasuredHub } from '../../load/measured-hub.ts'

const PERIOD_MS = 250

/** Runs `work`; gives what it gave, and the resident memory meanwhile in bytes, four times a second. */
export const courseOf = async <T>(
  hub: Pick<MeasuredHub, 'memory'>,
  work: () => Promise<T>,
): Promise<{ result: T; course: readonly number[] }> => {
  const course: number[] = []
  let isOver = false
  const look = async () => {
    while (!isOver) {
      course.push((await hub.memory()).rssBytes)
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS))
    }
  }
  const worked = work().finally(() => {
    isOver = true
  })
  const [result] = await Promise.all([worked, look()])
  return { result, course }
}

/**
 * By how much the highest of the second half is above the highest of the first: what grows with the way grows from one half to the next, what only finds its size does so in the first. Negative if it is below;
 * NaN for less than two values.
 */
export const growthIn = (course: readonly number[]): number => {
  if (course.length < 2) return Number.NaN
  const half = Math.ceil(course.length / 2)
  return Math.max(...course.slice(half)) - Math.max(...course.slice(0, half))
}
