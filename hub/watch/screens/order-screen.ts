/** One order with all that happens to it. */
import type { Changed } from '../../../shared/watch.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import { orderViewOf } from '../rows.ts'
import type { Screen } from './screen.ts'

export class OrderScreen implements Screen {
  #changed: OrderRecord | null = null

  orderChanged(record: OrderRecord): void {
    this.#changed = record
  }

  participantChanged(): void {}

  committed(): void {}

  take(nowMs: number): Changed | null {
    const record = this.#changed
    this.#changed = null
    return record && { view: 'order', found: orderViewOf(record, nowMs) }
  }
}
