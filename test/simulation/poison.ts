/** Which events a participant never takes: drawn for an order, or for an order and a till, and the same whenever it is asked. */
import { driverOf, type ParticipantId } from '../../shared/ids.ts'
import type { HandedEvent } from '../../shared/protocol.ts'
import { dice } from './dice.ts'

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash
}

export class Poison {
  readonly #seed: number
  readonly #share: number
  #isCured = false

  /** @param share of the orders, from 0 to 1 */
  constructor(seed: number, share: number) {
    this.#seed = seed
    this.#share = share
  }

  get exists(): boolean {
    return this.#share > 0
  }

  cure(): void {
    this.#isCured = true
  }

  isPoisonous(participant: string, { payload: { store, orderId } }: HandedEvent): boolean {
    if (this.#isCured || this.#share === 0) return false
    const victim = driverOf(participant as ParticipantId) === null ? participant : 'all drivers'
    return dice(hashOf(`${this.#seed} ${victim} ${store}/${orderId}`)).chance(this.#share)
  }
}
