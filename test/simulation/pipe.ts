/**
 * One direction of a connection: what is sent arrives later, in order. It can be stalled (what is under way waits, and arrives in one burst when the stall is over) and cut (what is under
 * way, and all that is sent from then on, is lost).
 */
import type { VirtualTime } from './virtual-time.ts'

export class Pipe {
  readonly #time: VirtualTime
  readonly #latencyMs: () => number
  #lastDueMs = 0
  #isCut = false
  #isStalled = false
  readonly #backlog: (() => void)[] = []
  #underWay = 0

  constructor(time: VirtualTime, latencyMs: () => number) {
    this.#time = time
    this.#latencyMs = latencyMs
  }

  /** Messages that would be lost by a cut. */
  get underWay(): number {
    return this.#isCut ? 0 : this.#underWay
  }

  get isStalled(): boolean {
    return this.#isStalled
  }

  send(arrive: () => void): void {
    if (this.#isCut) return
    this.#underWay += 1
    this.#lastDueMs = Math.max(this.#time.nowMs + this.#latencyMs(), this.#lastDueMs)
    this.#time.after(this.#lastDueMs - this.#time.nowMs, () => {
      if (this.#isStalled) this.#backlog.push(arrive)
      else this.#arrive(arrive)
    })
  }

  stall(): void {
    this.#isStalled = true
  }

  /** @returns how many messages were held up */
  resume(): number {
    this.#isStalled = false
    const held = this.#backlog.splice(0)
    for (const arrive of held) this.#arrive(arrive)
    return held.length
  }

  /** @returns how many messages are lost */
  cut(): number {
    const lost = this.underWay
    this.#isCut = true
    return lost
  }

  #arrive(arrive: () => void): void {
    if (this.#isCut) return
    this.#underWay -= 1
    arrive()
  }
}
