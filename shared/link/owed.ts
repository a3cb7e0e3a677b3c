/**
 * What the sender owes to the hub, linked to its neighbours of the same order: an event goes out when the one before it is settled, or on its
 * way for the first time, so that a refused event holds back the later ones of its order and nothing else.
 */
import type { OrderKey } from '../ids.ts'
import type { OutboxItem } from '../outbox/api.ts'
import type { Accepted } from '../protocol.ts'
import type { Written } from './publication.ts'

/** Where the promise of a publish waits; null for an event that an earlier process left behind. */
export interface Waiting {
  resolve(receipt: Accepted): void
  reject(fault: Error): void
}

export interface Owed extends OutboxItem, Written {
  readonly waiting: Waiting | null
  /** The event before it of the same order, as long as that one is owed. */
  previous: Owed | null
  next: Owed | null
  /** `held`: taken out of the line because the one before it was refused. `resting`: refused for now. */
  state: 'storing' | 'ready' | 'held' | 'sent' | 'resting'
  /** Temporary refusals so far. */
  refusals: number
  /** The one before it was owed when this was last sent: then `out-of-order` says nothing about this event. */
  wasBehind: boolean
  /** Sent in a frame of its own, because a frame with others was refused as a whole. */
  isAlone: boolean
}

/** Behind an event that was refused before, one round trip of waiting is better than being refused along with it again. */
export const isHeldBack = ({ previous }: Owed): boolean =>
  previous !== null && (previous.state !== 'sent' || previous.refusals > 0)

/** All that is owed, in the order in which it came. */
export class Debts {
  readonly #all = new Set<Owed>()
  readonly #lastOf = new Map<OrderKey, Owed>()

  get size(): number {
    return this.#all.size
  }

  add(number: number, { order, bytes, text }: Written, waiting: Waiting | null): Owed {
    const previous = this.#lastOf.get(order) ?? null
    const owed: Owed = {
      number,
      order,
      bytes,
      text,
      waiting,
      previous,
      next: null,
      state: 'storing',
      refusals: 0,
      wasBehind: false,
      isAlone: false,
    }
    if (previous !== null) previous.next = owed
    this.#lastOf.set(order, owed)
    this.#all.add(owed)
    return owed
  }

  /** @returns the next one of the order, if it was held back by this one */
  settle(owed: Owed): Owed | null {
    const { order, previous, next } = owed
    this.#all.delete(owed)
    if (this.#lastOf.get(order) === owed) this.#setLast(order, previous)
    if (previous !== null) previous.next = next
    if (next !== null) next.previous = previous
    return next?.state === 'held' && previous === null ? next : null
  }

  /** Oldest first. */
  all(): Iterable<Owed> {
    return this.#all.values()
  }

  #setLast(order: OrderKey, previous: Owed | null): void {
    if (previous === null) this.#lastOf.delete(order)
    else this.#lastOf.set(order, previous)
  }
}
