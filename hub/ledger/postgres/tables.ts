/** Everything that work reads and writes, in memory: the newest rows, and the changes of entries that gather. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { CachedRows, type CacheLimits, type RowChange } from './cached-rows.ts'
import { type EntryChange, GatheredEntries } from './gathered-entries.ts'

export type Roster = readonly ParticipantId[]

/** What a group has changed. */
export interface Changes {
  readonly orders: readonly RowChange<OrderKey, OrderRecord>[]
  readonly participants: readonly RowChange<ParticipantId, ParticipantRecord>[]
  readonly rosters: readonly RowChange<string, Roster>[]
  readonly entries: readonly EntryChange[]
}

/** Details may be up to four times as long; most have none. */
const DETAILS_WEIGHT = 4096
const ORDER_WEIGHT = 800

const weighOrder = ({ order, events, history }: OrderRecord): number => {
  let details = order.details === undefined ? 0 : 1
  for (const event of events) if (event.details !== undefined) details += 1
  return ORDER_WEIGHT + history.length + details * DETAILS_WEIGHT
}

export class Tables {
  readonly orders: CachedRows<OrderKey, OrderRecord>
  readonly participants: CachedRows<ParticipantId, ParticipantRecord>
  readonly rosters: CachedRows<string, Roster>
  readonly entries = new GatheredEntries()

  /** @param cache of each kind of row */
  constructor(cache: CacheLimits) {
    this.orders = new CachedRows(cache, {
      weigh: weighOrder,
      // Of an order that has ended and is owed to nobody hardly anything is ever heard again.
      isWanted: ({ endedMs, owed }) => endedMs === null || owed > 0,
    })
    this.participants = new CachedRows(cache, { weigh: () => 200, isWanted: () => true })
    this.rosters = new CachedRows(cache, { weigh: ({ length }) => 50 * (length + 1), isWanted: () => true })
  }

  get #rows(): readonly Pick<Tables['rosters'], 'synced' | 'forgetKept' | 'forgetGathering' | 'forgetAll'>[] {
    return [this.orders, this.participants, this.rosters]
  }

  /** Hands out what has been changed since the last call. What was handed out before MUST be durable. */
  takeGroup(): Changes {
    return {
      orders: this.orders.takeGroup(),
      participants: this.participants.takeGroup(),
      rosters: this.rosters.takeGroup(),
      entries: this.entries.takeGroup(),
    }
  }

  /** The group that was taken is durable. */
  synced(): void {
    for (const rows of this.#rows) rows.synced()
  }

  forgetKept(): void {
    for (const rows of this.#rows) rows.forgetKept()
  }

  /** What gathers was never decided. */
  forgetGathering(): void {
    for (const rows of this.#rows) rows.forgetGathering()
    this.entries.takeGroup()
  }

  /** The group that was taken was not written: all is to be read anew. */
  forgetAll(): void {
    for (const rows of this.#rows) rows.forgetAll()
    this.entries.takeGroup()
  }
}
