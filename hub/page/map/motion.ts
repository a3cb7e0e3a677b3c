/**
 * Where drivers are drawn. Positions come about once a second, and may be lost; a driver glides from where it is drawn to the newest position in as long as positions take to come, so it is shown about a second late and never jumps, unless it
 * was away or whoever looks wants no motion. Pure: the caller gives the time.
 */
import type { Place } from '../../../shared/watch.ts'

interface Glide {
  readonly from: Place
  readonly to: Place
  readonly startMs: number
  readonly durationMs: number
}

const LONGEST_GLIDE_MS = 1500
const SHORTEST_GLIDE_MS = 150
/** Longer without a position: it was away, and did not drive the straight line. */
const AWAY_MS = 10_000

const glidePoint = ({ from, to, startMs, durationMs }: Glide, nowMs: number): Place => {
  const part = durationMs <= 0 ? 1 : Math.min(1, Math.max(0, (nowMs - startMs) / durationMs))
  return { lat: from.lat + (to.lat - from.lat) * part, lng: from.lng + (to.lng - from.lng) * part }
}

export class Motion {
  readonly #glides = new Map<string, Glide>()
  /** A position goes straight to its place. */
  isStill = false

  /** @returns true if it is one that was not known */
  move(driver: string, to: Place, nowMs: number): boolean {
    const glide = this.#glides.get(driver)
    const sinceMs = glide === undefined ? Number.POSITIVE_INFINITY : nowMs - glide.startMs
    const jumps = this.isStill || glide === undefined || sinceMs > AWAY_MS
    const from = jumps ? to : glidePoint(glide, nowMs)
    const durationMs = jumps ? 0 : Math.min(LONGEST_GLIDE_MS, Math.max(SHORTEST_GLIDE_MS, sinceMs))
    this.#glides.set(driver, { from, to, startMs: nowMs, durationMs })
    return glide === undefined
  }

  keepOnly(drivers: ReadonlySet<string>): void {
    for (const driver of this.#glides.keys()) if (!drivers.has(driver)) this.#glides.delete(driver)
  }

  at(driver: string, nowMs: number): Place | null {
    const glide = this.#glides.get(driver)
    return glide === undefined ? null : glidePoint(glide, nowMs)
  }

  /** Is anybody still gliding? If not, a frame would show what the last one showed. */
  isMoving(nowMs: number): boolean {
    for (const { startMs, durationMs } of this.#glides.values()) if (nowMs < startMs + durationMs) return true
    return false
  }
}
