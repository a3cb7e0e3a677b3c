/** How long nothing was confirmed when the database was restarted or lost: from what was done to it to the first receipt after it was back. */
import type { RunLine } from '../records.ts'
import { p99 } from './p99.ts'

interface Outage {
  readonly hitMs: number
  readonly backMs: number
  confirmedMs: number
}

export class Outages {
  readonly #outages: Outage[] = []

  constructor(run: readonly RunLine[]) {
    let hitMs = 0
    for (const [t, kind] of run) {
      if (kind === 'database-hit') hitMs = t
      if (kind === 'database-back') this.#outages.push({ hitMs, backMs: t, confirmedMs: Infinity })
    }
  }

  confirmed(t: number): void {
    const outage = this.#outages.findLast(({ backMs }) => backMs <= t)
    if (outage !== undefined) outage.confirmedMs = Math.min(outage.confirmedMs, t)
  }

  /** Null if there was none. */
  get p99Ms(): number | null {
    const over = this.#outages.filter(({ confirmedMs }) => confirmedMs < Infinity)
    return p99(over.map(({ hitMs, confirmedMs }) => confirmedMs - hitMs))
  }
}
