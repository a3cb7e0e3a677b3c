/** An order as the hub keeps it. */
import type { OrderKey } from '../../shared/ids.ts'
import type { Order } from '../../shared/messages.ts'
import type { EventName, OrderState } from '../../shared/protocol.ts'
import type { Failure } from './entry.ts'
import { type History, NO_HISTORY } from './history.ts'

export interface AcceptedEvent {
  readonly event: EventName
  readonly id: string
  readonly details?: Record<string, unknown>
  /** Its content is no longer known, the order's neither if it is the pickup. */
  readonly isErased?: true
}

export interface Lease {
  readonly driver: string
  /** Milliseconds since 1970. */
  readonly sinceMs: number
  /** The handover's `entry` on the wire: another one for each lease, so that an answer to an earlier lease says nothing about a later one. */
  readonly token: string
}

export interface Dispatch {
  /** Of the pickup in the fleet's queue; kept when it leaves and returns, so that it keeps its turn. */
  readonly position: number
  readonly place: 'none' | 'queue' | 'retry' | 'leased' | 'dead'
  /** Offers that were rejected or not acknowledged in time since the last replay. They count towards the delivery limit. */
  readonly failures: readonly Failure[]
  /** Every driver that was ever offered it. */
  readonly offered: readonly string[]
  /** Drivers that rejected it or let it time out, least recent first: asked after all others. */
  readonly declined: readonly string[]
  readonly lease: Lease | null
  /** It has come back from the dead letters. */
  readonly isReplay: boolean
}

/** Immutable: a change is a new record. Plain values, as they lie on disk. */
export interface OrderRecord {
  readonly key: OrderKey
  /** When its pickup was accepted, ISO 8601. */
  readonly time: string
  readonly order: Order
  readonly state: OrderState
  /** The one that acknowledged the pickup or reported it in transit; null while it waits. */
  readonly driver: string | null
  /** First to last. */
  readonly events: readonly AcceptedEvent[]
  /** Where the pickup is on its way to a driver. */
  readonly dispatch: Dispatch
  /** Entries of this order that lie in any queue, retry range or dead letters. */
  readonly owed: number
  /** When it was delivered, or its pickup dropped for good; milliseconds since 1970. */
  readonly endedMs: number | null
  readonly history: History
}

export const keyOf = ({ key }: OrderRecord): OrderKey => key

/** Who holds the order now: by a lease, an assignment or because it is on board. Null if nobody does. */
export const holderOf = (record: OrderRecord): string | null =>
  record.endedMs === null ? (record.driver ?? record.dispatch.lease?.driver ?? null) : null

const NOT_DISPATCHED: Dispatch = {
  position: 0,
  place: 'none',
  failures: [],
  offered: [],
  declined: [],
  lease: null,
  isReplay: false,
}

/** An order of which nothing is known. */
export const BLANK: OrderRecord = {
  key: '' as OrderKey,
  time: '',
  order: { store: '', orderId: '', customer: '', address: '' },
  state: 'waiting',
  driver: null,
  events: [],
  dispatch: NOT_DISPATCHED,
  owed: 0,
  endedMs: null,
  history: NO_HISTORY,
}

/** An order that has just been heard of, before its pickup is accepted. */
export const newOrder = (key: OrderKey, time: string, order: Order): OrderRecord => ({
  key,
  time,
  order,
  state: BLANK.state,
  driver: BLANK.driver,
  events: BLANK.events,
  dispatch: BLANK.dispatch,
  owed: BLANK.owed,
  endedMs: BLANK.endedMs,
  history: BLANK.history,
})

/**
 * The order after a step. Every record is made here, so that all have one shape: V8 copies and reads such objects faster than those that are put together in different ways.
 */
export const changed = (
  record: OrderRecord,
  changes: Partial<Omit<OrderRecord, 'key' | 'time' | 'order'>>,
): OrderRecord => ({
  key: record.key,
  time: record.time,
  order: record.order,
  state: changes.state ?? record.state,
  driver: changes.driver === undefined ? record.driver : changes.driver,
  events: changes.events ?? record.events,
  dispatch: changes.dispatch ?? record.dispatch,
  owed: changes.owed ?? record.owed,
  endedMs: changes.endedMs === undefined ? record.endedMs : changes.endedMs,
  history: changes.history ?? record.history,
})

/** Where its pickup is after a step. As with `changed`, all have one shape. */
export const dispatched = (dispatch: Dispatch, changes: Partial<Dispatch>): Dispatch => ({
  position: changes.position ?? dispatch.position,
  place: changes.place ?? dispatch.place,
  failures: changes.failures ?? dispatch.failures,
  offered: changes.offered ?? dispatch.offered,
  declined: changes.declined ?? dispatch.declined,
  lease: changes.lease === undefined ? dispatch.lease : changes.lease,
  isReplay: changes.isReplay ?? dispatch.isReplay,
})
