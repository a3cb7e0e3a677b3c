/**
 * What watching needs of others. `Lists` is the seam between its two sides: the live one (subscriptions, changes, figures) asks the reading one for what a page shows, and does nothing itself that reads ranges of the ledger or changes it.
 */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type {
  Action,
  ActionReply,
  EntryRow,
  LetterList,
  List,
  OrderFilter,
  OrderRow,
  OrderView,
  QueueRow,
} from '../../shared/watch.ts'
import type { DeadLetter, Entry, Place } from '../domain/entry.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import type { Committed } from '../domain/work.ts'

/** Behind which row a page of a list begins; null for the first one. What is no `next` of such a list begins anew. */
export type After = string | null

export interface QueuesAsked {
  readonly onlyTrouble?: boolean | undefined
  /** Beginning of a participant's name, with or without its role. */
  readonly search?: string | undefined
  readonly after: After
}

/** Pages of at most 50 rows; the work of a call is bounded, whatever there is. Rejects only when the ledger cannot be read, which its owner has been told. */
export interface Lists {
  /** Newest first; with `search` by store and order id. */
  orders(filter: OrderFilter, after: After): Promise<List<OrderRow>>
  /** null if there is none. */
  order(store: string, orderId: string): Promise<OrderView | null>
  /** In trouble first, then those that are owed most; who is owed nothing follows by name. */
  queues(asked: QueuesAsked): Promise<List<QueueRow>>
  /** One participant and a page of what lies in one of its places, oldest first; null if it is not known. */
  queue(
    participant: string,
    place: Place,
    after: After,
  ): Promise<{ readonly queue: QueueRow; readonly list: List<EntryRow> } | null>
  /** Of one participant, or by participants in the order of their names. */
  deadLetters(asked: {
    readonly participant?: string | undefined
    readonly after: After
  }): Promise<LetterList>
  /** Rows of participants that are shown, as they are now; those that are gone are left out. */
  queueRows(participants: readonly ParticipantId[]): Promise<readonly QueueRow[]>
  /** Orders that have not ended and whose places are known, newest first, for the map. */
  openOrders(limit: number): Promise<readonly OrderRow[]>
  /** The caller knows that whoever asks may do so. */
  act(action: Action): Promise<ActionReply>
}

/** What is known of a participant besides its row, since this hub started. */
export interface LiveQueue {
  /** Of the fleet: is any driver, at whichever hub? */
  readonly connected: boolean
  /** Since when it is connected; null if it is not, or nobody knows. */
  readonly connectedMs: number | null
  /** Handed over and not answered; null when only another hub knows. */
  readonly inFlight: number | null
  /** null when only another hub knows. */
  readonly redelivered: number | null
  /** Since when an operator has stopped delivery to it; null if none has. */
  readonly pausedMs: number | null
  /** Orders that a driver holds; null when only another hub knows. */
  readonly carrying: number | null
}

/** Who is there and what delivery does, as it is now. */
export interface LiveQueues {
  liveOf(participant: ParticipantId): LiveQueue
  /** MUST be quick: it is asked for everybody who is owed something. */
  isConnected(participant: ParticipantId): boolean
  /** Is it connected to another hub on the same data, by its row? Never the fleet. MUST be quick, too. */
  isElsewhere(record: ParticipantRecord): boolean
  /** Participants that are in trouble although nothing may be owed to them: those that are paused, and drivers that are away and hold orders. */
  troubled(): readonly ParticipantId[]
}

/** Delivery as an operator stops it and lets it go on. Both hold at once, resolve when that is durable, and give false if there was nothing to change. */
export interface Pausing {
  pause(participant: ParticipantId): Promise<boolean>
  resume(participant: ParticipantId): Promise<boolean>
}

/** What becomes of dead letters, one request after another. Each gives how many it has dealt with, when that is durable. */
export interface DeadLetterDesk {
  list(
    participant: ParticipantId,
    from: { after: number; limit: number },
  ): Promise<readonly (DeadLetter & { readonly place: Place })[]>
  replay(participant: ParticipantId, positions: readonly number[]): Promise<number>
  drop(participant: ParticipantId, positions: readonly number[]): Promise<number>
}

/** A page of an index of orders, and where it goes on. */
export interface OrderPage {
  readonly orders: readonly OrderKey[]
  /** For `after`; null at the end of the range. */
  readonly next: string | null
}

/** Ranges of the ledger as they are durable. Each gives at most as much as it is asked for. */
export interface ListsLedger {
  onCommitted(listener: (committed: Committed) => void): () => void
  /** Newest first. Times as orders have them, ISO 8601; `to` excluded. */
  ordersByTime(range: { from: string; to: string; after: After; limit: number }): Promise<OrderPage>
  /** Of a store, or of all (null), whose ids begin so, in the order of keys. A page may have fewer than there are. */
  ordersNamed(range: {
    store: string | null
    beginning: string
    after: After
    limit: number
  }): Promise<OrderPage>
  /** By a driver, in the order of keys; by all (null) one driver after another. */
  ordersHeldBy(range: { driver: string | null; after: After; limit: number }): Promise<OrderPage>
  /** In the order asked for; those that are not there are left out. */
  orderRecords(orders: readonly OrderKey[]): Promise<readonly OrderRecord[]>
  /** Whose names begin so, in the order of names, after a name (or ''). */
  participantsFrom(range: {
    beginning: string
    after: string
    limit: number
  }): Promise<readonly ParticipantRecord[]>
  participantRecord(participant: ParticipantId): Promise<ParticipantRecord | null>
  /** What lies in one place of a participant, in queue order, after a position. */
  entriesIn(
    place: Place,
    participant: ParticipantId,
    range: { after: number; limit: number },
  ): Promise<readonly Entry[]>
  /** Nothing that comes later lies at or below it. */
  lastPosition(): Promise<number>
}
