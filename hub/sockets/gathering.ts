/**
 * Hands on together what comes on a connection in one turn of the event loop: all acknowledgements as one piece of work, and all events as another, not one each, which costs most of what a frame an
 * event costs. Acknowledgements go before events that came before them: they are of other orders, or would come too late to count. Nothing else is held back or overtaken.
 */
import type { Delivery } from '../delivery/ports.ts'
import type { Publisher, Single } from '../intake/intake.ts'

/** Where it hands on to. */
export interface Ends {
  readonly intake: Publisher
  /** The grip on the queue; null if it has none, or has lost it. */
  readonly grip: Delivery | null
}

export class Gathering implements Publisher, Delivery {
  readonly #ends: Ends
  #isTurn = false
  #tokens: string[] = []
  #events: Single[] = []

  constructor(ends: Ends) {
    this.#ends = ends
  }

  /** What comes while it runs is handed on when it has run. */
  turn(run: () => void): void {
    this.#isTurn = true
    run()
    this.#isTurn = false
    this.handOn()
  }

  /** What has come so far. */
  handOn(): void {
    const [tokens, events] = [this.#tokens, this.#events]
    if (tokens.length > 0) {
      this.#tokens = []
      this.#ends.grip?.acknowledge(tokens)
    }
    if (events.length > 0) {
      this.#events = []
      this.#ends.intake.publishEach(events)
    }
  }

  publishOne(event: string, payload: unknown, reply: Single['reply']): void {
    if (this.#isTurn) this.#events.push({ event, payload, reply })
    else this.#ends.intake.publishOne(event, payload, reply)
  }

  publishEach(events: readonly Single[]): void {
    this.handOn()
    this.#ends.intake.publishEach(events)
  }

  publish(frame: unknown, reply: Parameters<Publisher['publish']>[1]): void {
    this.handOn()
    this.#ends.intake.publish(frame, reply)
  }

  heard(bytes: number): number {
    return this.#ends.intake.heard(bytes)
  }

  acknowledge(tokens: readonly string[]): void {
    if (this.#isTurn) this.#tokens.push(...tokens)
    else this.#ends.grip?.acknowledge(tokens)
  }

  reject(rejections: Parameters<Delivery['reject']>[0]): void {
    this.handOn()
    this.#ends.grip?.reject(rejections)
  }

  detach(): void {
    this.handOn()
    this.#ends.grip?.detach()
  }
}
