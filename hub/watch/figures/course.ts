/** What was, for the charts: a minute by seconds, an hour by ten seconds. In memory: it begins with the hub. */
import type { Course, CoursePoint } from '../../../shared/watch.ts'

const SECONDS = 60
const TENS = 360
const TEN = 10

const mean = (points: readonly CoursePoint[], name: 'in' | 'out' | 'acknowledged' | 'redelivered'): number =>
  Math.round((points.reduce((sum, point) => sum + point[name], 0) / points.length) * 10) / 10

/** Rates are means; time and levels are those of its end. */
const pointOf = (points: readonly CoursePoint[]): CoursePoint => ({
  ...points.at(-1)!,
  in: mean(points, 'in'),
  out: mean(points, 'out'),
  acknowledged: mean(points, 'acknowledged'),
  redelivered: mean(points, 'redelivered'),
})

const keep = (points: CoursePoint[], point: CoursePoint, most: number): void => {
  points.push(point)
  if (points.length > most) points.shift()
}

export class CourseRings {
  readonly #minute: CoursePoint[] = []
  readonly #hour: CoursePoint[] = []
  #gathering: CoursePoint[] = []

  /** Once a second. */
  add(point: CoursePoint): void {
    keep(this.#minute, point, SECONDS)
    this.#gathering.push(point)
    if (this.#gathering.length < TEN) return
    keep(this.#hour, pointOf(this.#gathering), TENS)
    this.#gathering = []
  }

  /** Oldest first. */
  course(): Course {
    return { minute: [...this.#minute], hour: [...this.#hour] }
  }
}
