/**
 * Which events a handler has succeeded with, so that a repeat is acknowledged without it. An event may be forgotten once the hub has certainly
 * processed its acknowledgement on the connection that handed it over: nothing can bring it again. That is known from a *barrier*, a request that
 * the hub answers only after everything before it on the same connection is durable. So an id is `acknowledged` -> `behindBarrier` ->
 * forgotten; a connection that breaks first makes it `uncertain`, and of these only the newest are kept.
 */
import { Newest } from '../newest.ts'
import type { HandedEvent } from '../protocol.ts'

const MOST_UNCERTAIN = 100_000

/**
 * An entry names what comes back: a replay brings an event back on purpose, and a pickup is leased to the same driver anew after it was given
 * back to the fleet. Any other event comes in one entry only.
 */
export const handledKeyOf = ({ id, entry, event, replay }: HandedEvent): string =>
  replay === true || event === 'pickup' ? `${id} ${entry}` : id

export class HandledEvents {
  #acknowledged = new Set<string>()
  #behindBarrier = new Set<string>()
  readonly #uncertain = new Newest<string>(MOST_UNCERTAIN)

  has(key: string): boolean {
    return this.#acknowledged.has(key) || this.#behindBarrier.has(key) || this.#uncertain.has(key)
  }

  /** How many were acknowledged on this connection since the last barrier. */
  get acknowledged(): number {
    return this.#acknowledged.size
  }

  get isBarrierUp(): boolean {
    return this.#behindBarrier.size > 0
  }

  /** Handled just now, and acknowledged on the open connection. */
  addAcknowledged(key: string): void {
    this.#acknowledged.add(key)
  }

  /** Acknowledged on the open connection, and handled long before. */
  addRepeat(key: string): void {
    this.#uncertain.delete(key)
    if (!this.#behindBarrier.has(key)) this.#acknowledged.add(key)
  }

  /** Handled, but the connection that handed it over is gone. */
  addUncertain(key: string): void {
    this.#uncertain.add(key)
  }

  /** The barrier leaves behind the acknowledgements that were sent. Only one is up at a time. */
  putUpBarrier(): void {
    this.#behindBarrier = this.#acknowledged
    this.#acknowledged = new Set()
  }

  /** @param isProcessed false if the hub did not answer as a barrier */
  takeDownBarrier(isProcessed: boolean): void {
    if (!isProcessed) this.#doubt(this.#behindBarrier)
    this.#behindBarrier = new Set()
  }

  connectionBroke(): void {
    this.#doubt(this.#behindBarrier)
    this.#doubt(this.#acknowledged)
    this.#behindBarrier = new Set()
    this.#acknowledged = new Set()
  }

  #doubt(keys: ReadonlySet<string>): void {
    for (const key of keys) this.#uncertain.add(key)
  }
}
