/**
 * An order as the hub keeps it, and what an event does to it. `decide` says whether an event is accepted, a repeat, or refused; `accept` gives the
 * order as it is afterwards. Nothing here reads a clock, waits, or changes what it was given.
 *
 * waiting --(acknowledged by the driver that holds the lease)--> assigned --in-transit--> in-transit --delivered--> delivered
 * assigned --(released, or no progress)--> waiting
 */
import type { ReceiptCode } from '../../shared/codes.ts'
import { isSameContent } from '../../shared/equality.ts'
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { Order, Progress } from '../../shared/messages.ts'
import type { EventName, OrderState } from '../../shared/protocol.ts'
import type { Failure } from './entry.ts'
import { type Happening, type History, NO_HISTORY, withItem } from './history.ts'
import { LIFECYCLE, type Lifecycle } from './lifecycle.ts'
import { Payload } from './payload.ts'
import { isoTime } from './time.ts'

export interface AcceptedEvent {
  readonly event: EventName
  readonly id: string
  readonly details?: Record<string, unknown>
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

/** Who sends, as admission has established it; never taken from a payload. */
export type Sender =
  | {
      readonly role: 'vendor'
      readonly participant: ParticipantId
      readonly store: string
      readonly id: string
    }
  | { readonly role: 'driver'; readonly participant: ParticipantId; readonly id: string }

/** An event that somebody wants to publish: decoded, permitted, not yet decided. `key` is the order's. */
export type Proposal = { readonly key: OrderKey; readonly sender: Sender } & (
  | { readonly event: 'pickup'; readonly payload: Order }
  | { readonly event: Exclude<EventName, 'pickup'>; readonly payload: Progress }
)

/** What the hub adds to an accepted event. */
export interface Stamp {
  readonly id: string
  readonly timeMs: number
}

export type Decision =
  | { readonly kind: 'accept' }
  | { readonly kind: 'duplicate'; readonly id: string }
  | { readonly kind: 'refuse'; readonly code: ReceiptCode; readonly message: string }

export const keyOf = ({ key }: OrderRecord): OrderKey => key

/** Who holds the order now: by a lease, an assignment or because it is on board. Null if nobody does. */
export const holderOf = (record: OrderRecord): string | null =>
  record.endedMs === null ? (record.driver ?? record.dispatch.lease?.driver ?? null) : null

const refuse = (code: ReceiptCode, message: string): Decision => ({ kind: 'refuse', code, message })

const sentContent = (proposal: Proposal): unknown =>
  proposal.event === 'pickup' ? proposal.payload : proposal.payload.details

/** A driver's right to the order: nobody but its holder, or one that was offered it before while nobody holds it (a late report). */
const claimFault = (record: OrderRecord, driver: string): Decision | null => {
  const carrier = record.driver ?? holderOf(record)
  if (carrier === driver) return null
  if (carrier !== null) return refuse('held-by-another', 'Another driver holds this order.')
  return record.dispatch.offered.includes(driver)
    ? null
    : refuse('not-offered', 'This order was never offered to this driver.')
}

const decideRepeat = (record: OrderRecord, proposal: Proposal, lifecycle: Lifecycle): Decision | null => {
  const { event } = proposal
  const accepted = record.events.filter((one) => one.event === event)
  const sent = sentContent(proposal)
  const same = accepted.find(({ details }) =>
    isSameContent(sent, event === 'pickup' ? record.order : details),
  )
  if (same !== undefined) return { kind: 'duplicate', id: same.id }
  if (accepted.length === 0 || lifecycle[event].repeats) return null
  return refuse('identity-conflict', `This order has a ${event} event with other content.`)
}

const decideState = ({ state, endedMs }: OrderRecord, event: EventName, lifecycle: Lifecycle): Decision => {
  const { from } = lifecycle[event]
  if (from.includes(state) && endedMs === null) return { kind: 'accept' }
  const now = endedMs === null ? `is ${state}` : 'has ended'
  return refuse('out-of-order', `The order ${now}; ${event} comes after ${from.join(' or ')}.`)
}

/**
 * What becomes of a proposed event.
 *
 * @param record the order's newest state; undefined if the hub does not know the order
 */
export const decide = (
  record: OrderRecord | undefined,
  proposal: Proposal,
  lifecycle: Lifecycle = LIFECYCLE,
): Decision => {
  if (record === undefined)
    return lifecycle[proposal.event].from.length === 0
      ? { kind: 'accept' }
      : refuse('unknown-order', 'The hub does not know this order, or no longer.')
  const fault = proposal.sender.role === 'driver' ? claimFault(record, proposal.sender.id) : null
  if (fault !== null) return fault
  return decideRepeat(record, proposal, lifecycle) ?? decideState(record, proposal.event, lifecycle)
}

/**
 * The order after a step. Every record is made here, so that all have one shape: V8 reads and copies such objects several times faster than those that are put together in different ways.
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

const firstRecord = (key: OrderKey, order: Order, timeMs: number): OrderRecord =>
  changed({ ...BLANK, key, order, time: isoTime(timeMs) }, {})

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

const acceptedEvent = (id: string, { event, payload: { details } }: Proposal): AcceptedEvent =>
  details === undefined ? { event, id } : { event, id, details }

/**
 * The order after an accepted event. The entries that it makes are the caller's to append, and to count in `owed`; so is the removal of a pickup
 * that still lies in the fleet's queue.
 */
export const accept = (
  record: OrderRecord | undefined,
  proposal: Proposal,
  stamp: Stamp,
  lifecycle: Lifecycle = LIFECYCLE,
): OrderRecord => {
  const row = lifecycle[proposal.event]
  const before =
    proposal.event === 'pickup' ? firstRecord(proposal.key, proposal.payload, stamp.timeMs) : record!
  const { event, sender } = proposal
  return changed(before, {
    state: row.to,
    driver: sender.role === 'driver' ? sender.id : before.driver,
    events: [...before.events, acceptedEvent(stamp.id, proposal)],
    dispatch:
      row.to === 'waiting' ? before.dispatch : dispatched(before.dispatch, { place: 'none', lease: null }),
    endedMs: row.ends ? stamp.timeMs : before.endedMs,
    history: withItem(before.history, stamp.timeMs, { what: event, participant: sender.participant }),
  })
}

/** What participants are told with an event: the order's fields, the driver, and that event's own `details`. */
export const payloadOf = (record: OrderRecord, event: EventName): Payload =>
  new Payload(record, record.events.findLast((one) => one.event === event)?.details)

/** The order after one of its entries is no longer owed to `participant`, and why it is not. */
export const settleEntry = (record: OrderRecord, happening: Happening, timeMs: number): OrderRecord =>
  changed(record, {
    owed: Math.max(0, record.owed - 1),
    history: withItem(record.history, timeMs, happening),
  })

export const addHistory = (record: OrderRecord, happening: Happening, timeMs: number): OrderRecord =>
  changed(record, { history: withItem(record.history, timeMs, happening) })
