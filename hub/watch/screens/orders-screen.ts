/** A page of the list of orders: rows of those on it as they change, and whether others may have come or gone. */
import type { OrderKey } from '../../../shared/ids.ts'
import type { Changed, Look } from '../../../shared/watch.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { Change, Committed } from '../../domain/work.ts'
import { orderRowOf } from '../rows.ts'
import { belongsTo } from './order-filter.ts'
import type { Screen } from './screen.ts'

export class OrdersScreen implements Screen {
  readonly #look: Extract<Look, { view: 'orders' }>
  readonly #shown: ReadonlySet<OrderKey>
  readonly #changed = new Map<OrderKey, OrderRecord>()
  #isStale = false

  constructor(look: Extract<Look, { view: 'orders' }>, shown: readonly OrderKey[]) {
    this.#look = look
    this.#shown = new Set(shown)
  }

  orderChanged(record: OrderRecord): void {
    this.#changed.set(record.key, record)
  }

  participantChanged(): void {}

  committed({ orderChanges }: Committed): void {
    for (const change of orderChanges) {
      if (this.#isStale) return
      this.#isStale = this.#moves(change)
    }
  }

  /** Orders come at the beginning of the list, but for one in the order of ids. */
  #moves({ key, before, after }: Change<OrderKey, OrderRecord>): boolean {
    const { filter, after: cursor } = this.#look
    const belongs = after !== null && belongsTo(after, filter)
    if (this.#shown.has(key)) return !belongs
    if (!belongs || (cursor !== undefined && filter.search === undefined)) return false
    return before === null || !belongsTo(before, filter)
  }

  take(nowMs: number): Changed | null {
    if (this.#changed.size === 0 && !this.#isStale) return null
    const rows = [...this.#changed.values()].map((record) => orderRowOf(record, nowMs))
    const isStale = this.#isStale
    this.#changed.clear()
    this.#isStale = false
    return {
      view: 'orders',
      ...(rows.length > 0 && { orders: rows }),
      ...(isStale && { isStale }),
    }
  }
}
