/**
 * What the hub's process takes of its machine. The delay of the event loop is how late a timer of 20 ms comes; it runs only while somebody watches. Node's own (`monitorEventLoopDelay`) forgets the delay that is under way
 * whenever it is read, and so every long turn that ends with a reading.
 */
import { type Clock, every } from '../../../shared/clock.ts'
import type { System } from '../../../shared/watch.ts'
import { SlidingHistogram } from './histogram.ts'

export type MachineFigures = Pick<System, 'loopDelayP99Ms' | 'rssBytes' | 'heapBytes' | 'processorShare'>

export interface Machine {
  /** From now on figures are asked for. Idempotent. */
  start(): void
  stop(): void
  /** Since the last call. */
  take(): MachineFigures
}

const PERIOD_MS = 20
const MICROSECONDS = 1000

class LoopDelay {
  readonly #clock: Clock
  readonly #delays = new SlidingHistogram(1)
  #lastMs = 0
  #stop: (() => void) | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  start(): void {
    this.#lastMs = this.#clock.now()
    this.#stop ??= every(this.#clock, PERIOD_MS, () => {
      const nowMs = this.#clock.now()
      this.#delays.add(nowMs - this.#lastMs - PERIOD_MS)
      this.#lastMs = nowMs
    })
  }

  stop(): void {
    this.#stop?.()
    this.#stop = null
  }

  takeP99(): number {
    const found = this.#delays.percentiles()
    this.#delays.turn()
    return found?.p99 ?? 0
  }
}

export class ProcessMachine implements Machine {
  readonly #loop: LoopDelay
  /** Of the process's start. */
  #processor = { user: 0, system: 0 }
  #sinceMs = 0

  constructor(clock: Clock) {
    this.#loop = new LoopDelay(clock)
  }

  start(): void {
    this.#loop.start()
    this.#takeProcessorShare()
  }

  stop(): void {
    this.#loop.stop()
  }

  take(): MachineFigures {
    const { rss, heapUsed } = process.memoryUsage()
    return {
      loopDelayP99Ms: this.#loop.takeP99(),
      rssBytes: rss,
      heapBytes: heapUsed,
      processorShare: this.#takeProcessorShare(),
    }
  }

  #takeProcessorShare(): number {
    const { user, system } = process.cpuUsage(this.#processor)
    const nowMs = performance.now()
    const share = (user + system) / MICROSECONDS / Math.max(1, nowMs - this.#sinceMs)
    this.#processor = process.cpuUsage()
    this.#sinceMs = nowMs
    return Math.round(share * 1000) / 1000
  }
}
