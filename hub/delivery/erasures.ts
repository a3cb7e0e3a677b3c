/**
 * Orders that were erased while entries of them lie in the memory of deliveries. Those are not searched: an entry is handed over, and written anew when it fails or moves, in the form that is noted here. What lies on the disk is for
 * whoever erases, who is told how often an entry was written meanwhile. An order is forgotten when nothing of it is owed.
 */
import type { OrderKey } from '../../shared/ids.ts'
import type { Entry } from '../domain/entry.ts'
import { orderKeyOf } from '../domain/entry.ts'
import { type Erasure, erasedEntry } from '../domain/erasure.ts'
import type { OrderRecord } from '../domain/order-record.ts'

interface Noted extends Erasure {
  writes: number
}

export class Erasures {
  readonly #byOrder = new Map<OrderKey, Noted>()

  /** To be called in the step that erases the order. */
  note(order: OrderKey, erasure: Erasure): void {
    this.#byOrder.set(order, { ...erasure, writes: this.writesOf(order) })
  }

  /** An entry as it is to be handed over. */
  formOf<E extends Entry>(entry: E): E {
    const noted = this.#of(entry)
    return noted === undefined ? entry : erasedEntry(entry, noted)
  }

  /** An entry as it is to be written. To be called in the step that writes it. */
  written<E extends Entry>(entry: E): E {
    const noted = this.#of(entry)
    if (noted === undefined) return entry
    noted.writes += 1
    return erasedEntry(entry, noted)
  }

  /** How many entries of the order were written since it was noted. */
  writesOf(order: OrderKey): number {
    return this.#byOrder.get(order)?.writes ?? 0
  }

  committed(orders: readonly OrderRecord[]): void {
    if (this.#byOrder.size === 0) return
    for (const { key, owed } of orders) if (owed === 0) this.#byOrder.delete(key)
  }

  /** Orders that are noted. */
  get noted(): Iterable<OrderKey> {
    return this.#byOrder.keys()
  }

  /** Nothing of them is owed any more. */
  forget(orders: readonly OrderKey[]): void {
    for (const order of orders) this.#byOrder.delete(order)
  }

  #of(entry: Entry): Noted | undefined {
    return this.#byOrder.size === 0 ? undefined : this.#byOrder.get(orderKeyOf(entry))
  }
}
