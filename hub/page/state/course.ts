/** The lines of the charts: what the hub gave at first, carried on with every summary. Points are capped, as the contract has them: a minute by seconds, an hour by ten seconds. Pure. */
import type { Course, CoursePoint, Flow, Summary } from '../../../shared/watch.ts'

const MINUTE_POINTS = 60
const HOUR_POINTS = 360
const HOUR_STEP_MS = 10_000

export const NO_COURSE: Course = { minute: [], hour: [] }

const RATES = ['in', 'out', 'acknowledged', 'redelivered'] as const satisfies (keyof Flow)[]

const capped = <T>(points: readonly T[], most: number): readonly T[] =>
  points.length > most ? points.slice(-most) : points

/** Of the seconds behind `afterMs`: rates are means, entries as they are at the end. */
const meanOf = (points: readonly CoursePoint[], afterMs: number): CoursePoint | null => {
  const last = points.at(-1)
  const recent = points.filter(({ timeMs }) => timeMs > afterMs)
  if (last === undefined || recent.length === 0) return null
  const means = RATES.map((rate) => [
    rate,
    recent.reduce((sum, point) => sum + point[rate], 0) / recent.length,
  ])
  return { ...last, ...Object.fromEntries(means) }
}

export const withSummary = (course: Course, { nowMs, flow }: Summary): Course => {
  const last = course.minute.at(-1)
  // A summary that was under way while the course was asked for is in it already.
  if (last !== undefined && nowMs <= last.timeMs) return course
  const minute = capped([...course.minute, { timeMs: nowMs, ...flow }], MINUTE_POINTS)
  const lastStepMs = course.hour.at(-1)?.timeMs ?? 0
  if (nowMs - lastStepMs < HOUR_STEP_MS) return { ...course, minute }
  const step = meanOf(minute, Math.max(lastStepMs, nowMs - HOUR_STEP_MS))
  return { minute, hour: step === null ? course.hour : capped([...course.hour, step], HOUR_POINTS) }
}
