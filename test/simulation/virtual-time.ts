/**
 * The time of a simulated world, and the clocks of the processes in it. Nothing happens by itself: each step fires the one timer that is next, by due time and then by creation, and lets
 * everything that it started come to rest (promises, and the ends of turns) before the next. All that a simulated world waits for resolves in microtasks, so coming to rest needs no turn of
 * Node's own event loop; that is what makes a world cheap.
 */
import type { Clock } from '../../shared/clock.ts'

interface Timer {
  readonly dueMs: number
  readonly number: number
  /** null when cancelled. */
  run: (() => void) | null
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.number < other.number)

/** A binary heap, the next timer first. */
class Timers {
  readonly #heap: Timer[] = []

  get size(): number {
    return this.#heap.length
  }

  add(timer: Timer): void {
    const heap = this.#heap
    let at = heap.push(timer) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (isBefore(heap[parent]!, timer)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = timer
  }

  take(): Timer | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (first !== last && last !== undefined) this.#sink(last)
    return first
  }

  #sink(timer: Timer): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (isBefore(timer, heap[child]!)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = timer
  }
}

/** Node runs ticks only when no microtask is left, so this resolves behind every promise chain that needs nothing else. */
const microtasksDrained = (): Promise<void> =>
  new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)))

/** More turns than any step needs: what schedules itself for ever fails instead of hanging the run. */
const MOST_TURNS = 100_000

export class VirtualTime {
  #nowMs = 0
  #timers = new Timers()
  #created = 0
  #turnEnds: (() => void)[] = []

  /** Milliseconds since the world began. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** @returns cancels it */
  after(delayMs: number, run: () => void): () => void {
    this.#created += 1
    // Whole milliseconds, as all clocks of ours tell.
    const dueMs = this.#nowMs + Math.max(Math.ceil(delayMs), 0)
    const timer: Timer = { dueMs, number: this.#created, run }
    this.#timers.add(timer)
    return () => {
      timer.run = null
    }
  }

  endOfTurn(run: () => void): void {
    this.#turnEnds.push(run)
  }

  /** Fires timers until `isOver`, which is asked after each step. */
  async run(isOver: () => boolean): Promise<void> {
    await this.settle()
    while (!isOver()) {
      const timer = this.#timers.take()
      if (timer === undefined) throw new Error('nothing will ever happen any more in this world')
      if (timer.run === null) continue
      this.#nowMs = timer.dueMs
      timer.run()
      await this.settle()
    }
  }

  /** Lets promises run and turns end until nothing is left. */
  async settle(): Promise<void> {
    for (let turns = 0; ; turns += 1) {
      await microtasksDrained()
      if (this.#turnEnds.length === 0) return
      if (turns === MOST_TURNS) throw new Error('the ends of turns add each other for ever')
      this.turn()
    }
  }

  /** Ends the current turn alone. */
  turn(): void {
    const ending = this.#turnEnds
    this.#turnEnds = []
    for (const run of ending) run()
  }
}

/** A machine's wall clock, which somebody may set. A process goes by it when it starts, as `systemClock` does. */
export interface Wall {
  offsetMs: number
}

/** When every world begins. */
export const BEGIN_MS = Date.UTC(2026, 0, 1)

/** The clock of one process life: when it is killed, nothing that it was waiting for happens any more. */
export class ProcessClock implements Clock {
  readonly #time: VirtualTime
  readonly #offsetMs: number
  #isDead = false

  constructor(time: VirtualTime, wall: Wall) {
    this.#time = time
    this.#offsetMs = wall.offsetMs
  }

  now(): number {
    return BEGIN_MS + this.#time.nowMs + this.#offsetMs
  }

  after(delayMs: number, run: () => void): () => void {
    return this.#time.after(delayMs, this.#ifAlive(run))
  }

  endOfTurn(run: () => void): void {
    this.#time.endOfTurn(this.#ifAlive(run))
  }

  kill(): void {
    this.#isDead = true
  }

  #ifAlive(run: () => void): () => void {
    return () => {
      if (!this.#isDead) run()
    }
  }
}
