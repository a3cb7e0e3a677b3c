/** Events a second, from counters that only grow. */
import type { Flow } from '../../../shared/watch.ts'

/** Of the hub's counters. */
export interface FlowCounts {
  readonly accepted: number
  readonly handovers: number
  readonly acknowledged: number
  readonly redelivered: number
}

/** Entries as they are. */
export type Levels = Pick<Flow, 'ready' | 'unacknowledged'>

const SECOND_MS = 1000

const copyOf = ({ accepted, handovers, acknowledged, redelivered }: FlowCounts): FlowCounts => ({
  accepted,
  handovers,
  acknowledged,
  redelivered,
})

export class FlowMeter {
  readonly #counts: FlowCounts
  #last: FlowCounts
  #lastMs: number

  constructor(counts: FlowCounts, nowMs: number) {
    this.#counts = counts
    this.#last = copyOf(counts)
    this.#lastMs = nowMs
  }

  /** Rates since the last call. */
  take(nowMs: number, levels: Levels): Flow {
    const before = this.#last
    const perMs = SECOND_MS / Math.max(1, nowMs - this.#lastMs)
    this.#last = copyOf(this.#counts)
    this.#lastMs = nowMs
    const rate = (name: keyof FlowCounts) => Math.round((this.#last[name] - before[name]) * perMs * 10) / 10
    return {
      in: rate('accepted'),
      out: rate('handovers'),
      acknowledged: rate('acknowledged'),
      redelivered: rate('redelivered'),
      ...levels,
    }
  }
}
