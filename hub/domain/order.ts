/**
 * What an event does to an order. `decide` says whether an event is accepted, a repeat, or refused; `accept` gives the
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
import { type Happening, withItem } from './history.ts'
import { LIFECYCLE, type Lifecycle } from './lifecycle.ts'
import {
  type AcceptedEvent,
  changed,
  type Dispatch,
  dispatched,
  holderOf,
  newOrder,
  type OrderRecord,
} from './order-record.ts'
import { Payload } from './payload.ts'
import { isoTime } from './time.ts'

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
  /** Entries of the order that are owed from now on, above those before. Default: none, the caller counts them. */
  readonly owed?: number
  /** Of its entry in the fleet's queue, if it is a pickup. Default: the caller says where it lies. */
  readonly position?: number
}

export type Decision =
  | { readonly kind: 'accept' }
  | { readonly kind: 'duplicate'; readonly id: string }
  | { readonly kind: 'refuse'; readonly code: ReceiptCode; readonly message: string }

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
  const { repeats } = lifecycle[event]
  // What was erased cannot be compared: the sender of a repeat must not be told that it was never accepted.
  const same = accepted.find(({ details, isErased }) =>
    isErased ? !repeats : isSameContent(sent, event === 'pickup' ? record.order : details),
  )
  if (same !== undefined) return { kind: 'duplicate', id: same.id }
  if (accepted.length === 0 || repeats) return null
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

const acceptedEvent = (id: string, { event, payload: { details } }: Proposal): AcceptedEvent =>
  details === undefined ? { event, id } : { event, id, details }

/** Of a pickup: an order of which nothing else is known yet. */
const recordBefore = (record: OrderRecord | undefined, proposal: Proposal, timeMs: number): OrderRecord =>
  proposal.event === 'pickup' ? newOrder(proposal.key, isoTime(timeMs), proposal.payload) : record!

const driverAfter = (before: OrderRecord, { sender }: Proposal): string | null =>
  sender.role === 'driver' ? sender.id : before.driver

const dispatchAfter = ({ dispatch }: OrderRecord, to: OrderState, position: number | undefined): Dispatch => {
  if (to === 'waiting')
    return position === undefined ? dispatch : dispatched(dispatch, { position, place: 'queue' })
  return dispatch.place === 'none' ? dispatch : dispatched(dispatch, { place: 'none', lease: null })
}

/**
 * The order after an accepted event. The entries that it makes are the caller's to append; so is the removal of a pickup that still lies in the fleet's queue. It is made in one go: an order's records are what the hub makes most of.
 */
export const accept = (
  record: OrderRecord | undefined,
  proposal: Proposal,
  stamp: Stamp,
  lifecycle: Lifecycle = LIFECYCLE,
): OrderRecord => {
  const { to, ends } = lifecycle[proposal.event]
  const before = recordBefore(record, proposal, stamp.timeMs)
  const { timeMs, owed = 0 } = stamp
  return {
    key: before.key,
    time: before.time,
    order: before.order,
    state: to,
    driver: driverAfter(before, proposal),
    events: [...before.events, acceptedEvent(stamp.id, proposal)],
    dispatch: dispatchAfter(before, to, stamp.position),
    owed: before.owed + owed,
    endedMs: ends ? timeMs : before.endedMs,
    history: withItem(before.history, timeMs, {
      what: proposal.event,
      participant: proposal.sender.participant,
    }),
  }
}

/** What participants are told with an event: the order's fields, the driver, and that event's own `details`. */
export const payloadOf = (record: OrderRecord, event: EventName): Payload =>
  new Payload(record, record.events.findLast((one) => one.event === event)?.details)

/** The same of an event that is about to be accepted. @param record the order before */
export const proposedPayload = (record: OrderRecord | undefined, proposal: Proposal): Payload => {
  const isPickup = proposal.event === 'pickup'
  const key = isPickup ? proposal.key : record!.key
  const order = isPickup ? proposal.payload : record!.order
  const driver = proposal.sender.role === 'driver' ? proposal.sender.id : (record?.driver ?? null)
  return new Payload({ key, order, driver }, proposal.payload.details)
}

/** The order after one of its entries is no longer owed to `participant`, and why it is not. */
export const settleEntry = (record: OrderRecord, happening: Happening, timeMs: number): OrderRecord =>
  changed(record, {
    owed: record.owed - 1,
    history: withItem(record.history, timeMs, happening),
  })

export const addHistory = (record: OrderRecord, happening: Happening, timeMs: number): OrderRecord =>
  changed(record, { history: withItem(record.history, timeMs, happening) })
