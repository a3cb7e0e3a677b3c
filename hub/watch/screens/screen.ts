/** What a page shows, as far as changes are concerned. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { Changed } from '../../../shared/watch.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { Committed } from '../../domain/work.ts'
import type { ParticipantChange } from '../census.ts'

/** What it wants to hear of. */
export interface Interests {
  readonly orders: Iterable<OrderKey>
  readonly participants: Iterable<ParticipantId>
}

/** MUST NOT throw, and MUST be quick: it is told of everything that the hub does. */
export interface Screen {
  /** One of the orders that it wants to hear of, as it is now. */
  orderChanged(record: OrderRecord): void
  /** One of the participants that it wants to hear of. */
  participantChanged(change: ParticipantChange): void
  /** Something has become durable: may rows come or go? */
  committed(committed: Committed): void
  /** What has changed since the last call; null if nothing has. */
  take(nowMs: number): Changed | null
}

export const NOTHING: Interests = { orders: [], participants: [] }
