/**
 * Sees to it that what comes of an order lies behind what has come of it before, in whichever queue, also if another hub has added that [PQ26]. A hub whose positions are older than those of the other one would add `delivered` in front of `in-transit`. So an order of which it has not added
 * the last event itself gets none but positions that were reserved when the order was already known to be so: those of the other one were reserved before.
 */
import { LRUCache } from 'lru-cache'
import type { OrderKey } from '../../../shared/ids.ts'
import { type Block, OutOfPositions } from './positions.ts'

/** One that is forgotten costs a reservation when it goes on. */
const MOST_OWN = 100_000

interface Turn {
  /** Reservations that had been begun when it was known how the order is. */
  readonly begun: number
  /** Null until there is a later one. */
  after: number | null
}

export class OrderTurns {
  /** Orders of which this hub has added the last event: durably, with the group that syncs, with the one that gathers. */
  readonly #own = new LRUCache<OrderKey, true>({ max: MOST_OWN })
  #syncing = new Set<OrderKey>()
  #gathering = new Set<OrderKey>()
  #waiting = new Map<OrderKey, Turn>()
  #begun = 0

  /** This hub adds what has become of an order. */
  added(order: OrderKey): void {
    this.#gathering.add(order)
  }

  #isOwn(order: OrderKey): boolean {
    return this.#gathering.has(order) || this.#syncing.has(order) || this.#own.has(order)
  }

  /** The position behind which the next event of an order must lie. @throws OutOfPositions if it is not known whether this hub has any there */
  after(order: OrderKey): number {
    if (this.#isOwn(order)) return 0
    const after = this.#waiting.get(order)?.after ?? null
    if (after === null) throw new OutOfPositions()
    return after
  }

  /** These orders are known as they are, and are decided again when more is reserved. */
  wait(orders: Iterable<OrderKey>): void {
    for (const order of orders)
      if (!this.#waiting.has(order)) this.#waiting.set(order, { begun: this.#begun, after: null })
  }

  /** @returns the number of a reservation that is begun */
  reserving(): number {
    this.#begun += 1
    return this.#begun
  }

  reserved(number: number, { first }: Block): void {
    for (const turn of this.#waiting.values())
      if (turn.after === null && turn.begun < number) turn.after = first - 1
  }

  /** All that was to be decided is. */
  decided(): void {
    if (this.#waiting.size > 0) this.#waiting = new Map()
  }

  groupTaken(): void {
    this.#syncing = this.#gathering
    this.#gathering = new Set()
  }

  synced(): void {
    for (const order of this.#syncing) this.#own.set(order, true)
    this.#syncing = new Set()
  }

  /** What gathers was never decided. */
  forgetGathering(): void {
    this.#gathering = new Set()
  }

  /** The group that was taken was not written, since others have changed what it rests on. */
  forgetGroups(): void {
    for (const order of [...this.#gathering, ...this.#syncing]) this.#own.delete(order)
    this.#gathering = new Set()
    this.#syncing = new Set()
  }
}
