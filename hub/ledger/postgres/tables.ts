/** Everything that work reads and writes, in memory: the newest rows, and the changes of entries that gather. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { CachedRows, type CacheLimits, type RowChange, type RowRead } from './cached-rows.ts'
import { type EntryChange, GatheredEntries } from './gathered-entries.ts'
import { NamedEntries } from './named-entries.ts'
import { OrderTurns } from './order-turns.ts'
import { isOnlyCounted, isOnlySettled } from './row-columns.ts'

export type Roster = readonly ParticipantId[]

/** What a group has changed. */
export interface Changes {
  readonly orders: readonly RowChange<OrderKey, OrderRecord>[]
  readonly participants: readonly RowChange<ParticipantId, ParticipantRecord>[]
  readonly rosters: readonly RowChange<string, Roster>[]
  readonly entries: readonly EntryChange[]
  /** Orders that were looked at and left as they are: what was answered of them must be so. */
  readonly readOrders: readonly RowRead<OrderKey>[]
  /** Was anything looked at? Then whatever was answered rests on what others have told this hub. */
  readonly hasRead: boolean
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
  readonly named = new NamedEntries()
  readonly turns = new OrderTurns()

  /** @param cache of each kind of row */
  constructor(cache: CacheLimits) {
    this.orders = new CachedRows(cache, {
      weigh: weighOrder,
      // Of an order that has ended and is owed to nobody hardly anything is ever heard again.
      isWanted: ({ endedMs, owed }) => endedMs === null || owed > 0,
      isAdded: isOnlySettled,
    })
    this.participants = new CachedRows(cache, {
      weigh: () => 200,
      isWanted: () => true,
      isAdded: isOnlyCounted,
    })
    this.rosters = new CachedRows(cache, {
      weigh: ({ length }) => 50 * (length + 1),
      isWanted: () => true,
      isAdded: () => false,
    })
  }

  get #rows(): readonly Pick<Tables['rosters'], 'synced' | 'forgetKept' | 'forgetGathering' | 'hasRead'>[] {
    return [this.orders, this.participants, this.rosters]
  }

  /** Hands out what has been changed since the last call. What was handed out before MUST be durable. */
  takeGroup(): Changes {
    this.turns.groupTaken()
    const orders = this.orders.takeGroup()
    const participants = this.participants.takeGroup()
    const rosters = this.rosters.takeGroup()
    return {
      orders,
      participants,
      rosters,
      readOrders: this.orders.reads,
      hasRead: this.#rows.some(({ hasRead }) => hasRead),
      entries: this.entries.takeGroup(),
    }
  }

  /** The group that was taken is durable. */
  synced(): void {
    for (const rows of this.#rows) rows.synced()
    this.turns.synced()
  }

  forgetKept(): void {
    for (const rows of this.#rows) rows.forgetKept()
    this.named.forget()
  }

  /** What gathers was never decided. */
  forgetGathering(): void {
    for (const rows of this.#rows) rows.forgetGathering()
    this.turns.forgetGathering()
    this.entries.takeGroup()
  }

  /** The group that was taken was not written: what it and those behind it have looked at is to be read anew. */
  forgetGroups(): void {
    this.turns.forgetGroups()
    this.orders.forgetGroups()
    this.participants.forgetGroups()
    this.rosters.forgetGroups()
    this.entries.takeGroup()
  }

  /** Other hubs have changed them. */
  forgetOrders(orders: Iterable<OrderKey>): void {
    this.orders.forgetRows(orders)
  }

  /** Other hubs have changed who has a queue. */
  forgetParticipants(): void {
    this.participants.forgetCached()
    this.rosters.forgetCached()
  }

  /** Counters, and what is owed of orders that have ended, change with other hubs as well, and nobody tells. */
  forgetCounters(): void {
    this.participants.forgetCached()
    this.orders.forgetCached((_, row) => row !== null && row.endedMs !== null)
  }
}
