/** A till: makes orders, as many as it is permitted, and hears what becomes of its store's. */
import type { Link } from '../../../shared/link/api.ts'
import { orderIdOf } from '../orders.ts'
import type { Life } from './life.ts'
import type { Moods } from './moods.ts'
import type { Past } from './past.ts'
import type { Publisher } from './publisher.ts'

const MOST_UNCONFIRMED = 200

export class Till {
  readonly #life: Life
  readonly #store: string
  readonly #publisher: Publisher
  #made: number
  #permit = 0

  constructor(life: Life, parts: { link: Link; publisher: Publisher; moods: Moods; past: Past }) {
    const { link, publisher, moods, past } = parts
    this.#life = life
    this.#store = life.store!
    this.#publisher = publisher
    this.#made = past.made
    if (life.hears)
      for (const event of ['in-transit', 'delivered'] as const)
        link.on(
          event,
          moods.handler(() => {}),
        )
    for (const key of past.again) this.#publish(key.slice(key.indexOf('/') + 1))
  }

  get made(): number {
    return this.#made
  }

  get isIdle(): boolean {
    return this.#made >= this.#permit
  }

  permit(permit: number): void {
    this.#permit = permit
    this.#make()
  }

  #make(): void {
    while (this.#made < this.#permit && this.#publisher.unconfirmed < MOST_UNCONFIRMED) {
      const orderId = orderIdOf(this.#life.id, this.#made, this.#life.hasPoison)
      this.#made += 1
      this.#publish(orderId)
    }
  }

  #publish(orderId: string): void {
    this.#publisher.publish('pickup', this.#store, orderId).then(() => this.#make())
  }
}
