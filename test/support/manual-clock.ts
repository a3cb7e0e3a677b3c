/**
 * A clock that a test moves by hand. Time stands still between calls. A turn of the event loop ends when the test says so: `advance` ends
 * the current one before time moves and after every timer, `turn` ends it alone. The `Async` kinds also let promises run in between, for code
 * that awaits something in memory; they know nothing of disks and sockets, so for those wait for their event instead.
 */
import { setImmediate as nextLoop } from 'node:timers/promises'
import type { Clock } from '../../shared/clock.ts'

interface Timer {
  readonly dueMs: number
  readonly run: () => void
}

export interface ManualClock extends Clock {
  /** Moves time by `ms` and fires what is due on the way, by due time and then by creation; time reads the due time meanwhile. */
  advance(ms: number): void
  /** Runs `endOfTurn` callbacks until none is left, those added meanwhile included. */
  turn(): void
  /** As `advance`, with `settle` where that one has `turn`. */
  advanceAsync(ms: number): Promise<void>
  /** Runs promises and `endOfTurn` callbacks until several loops in a row brought nothing new. */
  settle(): Promise<void>
  /** Timers that are armed: 0 after a `close()` that cleaned up. */
  readonly armed: number
}

/** Between one of our callbacks and the next a promise chain may pass through setImmediate a few times. */
const QUIET_LOOPS = 4
/** More than any test needs: code that schedules itself for ever fails here instead of hanging the run. */
const MOST_CALLS = 1_000_000

class HandDrivenClock implements ManualClock {
  #nowMs: number
  /** By due time, then creation. */
  readonly #timers: Timer[] = []
  #turnEnd: (() => void)[] = []

  constructor(startMs: number) {
    this.#nowMs = startMs
  }

  get armed(): number {
    return this.#timers.length
  }

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(delayMs, 0), run }
    this.#timers.splice(this.#timers.findLastIndex((other) => other.dueMs <= timer.dueMs) + 1, 0, timer)
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index !== -1) this.#timers.splice(index, 1)
    }
  }

  endOfTurn(run: () => void): void {
    this.#turnEnd.push(run)
  }

  turn(): void {
    for (let calls = 0; this.#turnEnd.length > 0; calls += 1) {
      if (calls === MOST_CALLS) throw new Error('endOfTurn callbacks add each other for ever')
      this.#endTurn()
    }
  }

  async settle(): Promise<void> {
    let quietLoops = 0
    while (quietLoops < QUIET_LOOPS) {
      quietLoops = this.#turnEnd.length === 0 ? quietLoops + 1 : 0
      this.#endTurn()
      await nextLoop()
    }
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    this.turn()
    for (let calls = 0; this.#fireNext(untilMs); calls += 1) {
      if (calls === MOST_CALLS) throw new Error(`timers arm each other for ever before ${untilMs}`)
      this.turn()
    }
    this.#nowMs = untilMs
  }

  async advanceAsync(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await this.settle()
    while (this.#fireNext(untilMs)) await this.settle()
    this.#nowMs = untilMs
  }

  /** What a callback adds belongs to the next turn, as with setImmediate. */
  #endTurn(): void {
    const ending = this.#turnEnd
    this.#turnEnd = []
    for (const run of ending) run()
  }

  #fireNext(untilMs: number): boolean {
    const next = this.#timers[0]
    if (next === undefined || next.dueMs > untilMs) return false
    this.#timers.shift()
    this.#nowMs = next.dueMs
    next.run()
    return true
  }
}

export const createManualClock = (startMs = Date.UTC(2026, 0, 1)): ManualClock => new HandDrivenClock(startMs)
