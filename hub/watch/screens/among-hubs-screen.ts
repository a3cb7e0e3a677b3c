/**
 * A screen where other hubs change the same rows, which nobody tells this one of. Counters of a participant that this hub has at hand may lack what the others have added since it read them, so they are not shown: the page is told
 * now and then that it is stale, and looks again.
 */
import type { Changed, Look } from '../../../shared/watch.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { Committed } from '../../domain/work.ts'
import type { Screen } from './screen.ts'

const STALE_MS = 2000

export class AmongHubsScreen implements Screen {
  readonly #screen: Screen
  readonly #view: Look['view']
  #staleMs: number

  /** @param nowMs when it was read */
  constructor(screen: Screen, view: Look['view'], nowMs: number) {
    this.#screen = screen
    this.#view = view
    this.#staleMs = nowMs + STALE_MS
  }

  orderChanged(record: OrderRecord): void {
    this.#screen.orderChanged(record)
  }

  participantChanged(): void {}

  committed(committed: Committed): void {
    this.#screen.committed(committed)
  }

  take(nowMs: number): Changed | null {
    const changed = this.#screen.take(nowMs)
    if (nowMs < this.#staleMs) return changed
    this.#staleMs = nowMs + STALE_MS
    return { ...(changed ?? { view: this.#view }), isStale: true }
  }
}
