/**
 * All screens, and which of them wants to hear of what: an order that nobody looks at costs one look into a map, whoever watches, and nothing when nobody does.
 */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { Committed } from '../../domain/work.ts'
import type { Interests, Screen } from './screen.ts'

class Index<Key> {
  readonly #screens = new Map<Key, Set<Screen>>()

  add(key: Key, screen: Screen): void {
    const screens = this.#screens.get(key)
    if (screens === undefined) this.#screens.set(key, new Set([screen]))
    else screens.add(screen)
  }

  remove(key: Key, screen: Screen): void {
    const screens = this.#screens.get(key)
    if (screens?.delete(screen) && screens.size === 0) this.#screens.delete(key)
  }

  get isEmpty(): boolean {
    return this.#screens.size === 0
  }

  /** undefined if nobody wants to hear of it, as is so nearly always. */
  of(key: Key): Iterable<Screen> | undefined {
    return this.#screens.get(key)
  }
}

interface Keys {
  readonly orders: Set<OrderKey>
  readonly participants: Set<ParticipantId>
}

export class ScreenRegistry {
  readonly #screens = new Map<Screen, Keys>()
  readonly #byOrder = new Index<OrderKey>()
  readonly #byParticipant = new Index<ParticipantId>()

  /** Adds a screen, or says anew what one wants to hear of. */
  show(screen: Screen, { orders, participants }: Interests): void {
    this.hide(screen)
    const keys = { orders: new Set(orders), participants: new Set(participants) }
    this.#screens.set(screen, keys)
    for (const order of keys.orders) this.#byOrder.add(order, screen)
    for (const participant of keys.participants) this.#byParticipant.add(participant, screen)
  }

  /** The screen wants to hear of one more order, and no longer of another one (null: of none less). */
  exchange(screen: Screen, { come, gone }: { come: OrderKey; gone: OrderKey | null }): void {
    const orders = this.#screens.get(screen)?.orders
    if (orders === undefined) return
    if (gone !== null && orders.delete(gone)) this.#byOrder.remove(gone, screen)
    orders.add(come)
    this.#byOrder.add(come, screen)
  }

  hide(screen: Screen): void {
    const keys = this.#screens.get(screen)
    if (keys === undefined) return
    for (const order of keys.orders) this.#byOrder.remove(order, screen)
    for (const participant of keys.participants) this.#byParticipant.remove(participant, screen)
    this.#screens.delete(screen)
  }

  committed(committed: Committed): void {
    if (this.#screens.size === 0) return
    if (!this.#byOrder.isEmpty) this.#tellOrders(committed)
    if (!this.#byParticipant.isEmpty) this.#tellParticipants(committed)
    for (const screen of this.#screens.keys()) screen.committed(committed)
  }

  #tellOrders({ orders }: Committed): void {
    for (const record of orders) {
      const screens = this.#byOrder.of(record.key)
      if (screens !== undefined) for (const screen of screens) screen.orderChanged(record)
    }
  }

  #tellParticipants({ participantChanges }: Committed): void {
    for (const change of participantChanges) {
      const screens = this.#byParticipant.of(change.key)
      if (screens !== undefined) for (const screen of screens) screen.participantChanged(change)
    }
  }
}
