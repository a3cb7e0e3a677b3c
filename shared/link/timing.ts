import type { Clock } from '../clock.ts'

/** What makes one run differ from the next: time, and chance. */
export interface Timing {
  readonly clock: Clock
  /** From 0 up to 1, like `Math.random`. */
  readonly random: () => number
}
