/** Rows of the lists, made of what the ledger holds and of what is known of connections; and when something counts as trouble. Pure. */
import type { ParticipantId } from '../../shared/ids.ts'
import type { EntryRow, Place as MapPlace, OrderRow, OrderView, QueueRow } from '../../shared/watch.ts'
import { type DeadLetter, type Entry, orderKeyOf, type Place, type Retry } from '../domain/entry.ts'
import { itemsOf, newestMsOf } from '../domain/history.ts'
import { keyOf, type OrderRecord } from '../domain/order-record.ts'
import { owedTo, type ParticipantRecord } from '../domain/participant.ts'
import { tokenOf } from '../domain/token.ts'
import type { LiveQueue } from './ports.ts'

/** What is owed for longer is trouble. */
export const OLD_EVENT_MS = 60_000

const isBetween = (value: unknown, bound: number): value is number =>
  typeof value === 'number' && Math.abs(value) <= bound

/** A place in an order's details; undefined for anything else that stands there. */
const placeIn = (value: unknown): MapPlace | undefined => {
  const { lat, lng } = (value ?? {}) as Record<string, unknown>
  return isBetween(lat, 90) && isBetween(lng, 180) ? { lat, lng } : undefined
}

const placesOf = ({ order }: OrderRecord): Pick<OrderRow, 'from' | 'to'> => {
  const { from, to } = order.details ?? {}
  const [start, end] = [placeIn(from), placeIn(to)]
  return { ...(start && { from: start }), ...(end && { to: end }) }
}

/** Its pickup was given up, or was declined and still waits, or something of it is owed and nothing has happened for long. */
const isOrderInTrouble = ({ dispatch, state, owed }: OrderRecord, restingMs: number): boolean =>
  dispatch.place === 'dead' ||
  (state === 'waiting' && dispatch.failures.length > 0) ||
  (owed > 0 && restingMs > OLD_EVENT_MS)

export const orderRowOf = (record: OrderRecord, nowMs: number): OrderRow => {
  const { store, orderId, customer, address } = record.order
  const acceptedMs = Date.parse(record.time)
  const changedMs = newestMsOf(record.history) ?? acceptedMs
  return {
    key: keyOf(record),
    store,
    orderId,
    customer,
    address,
    state: record.state,
    driver: record.driver,
    acceptedMs,
    changedMs,
    owed: record.owed,
    trouble: record.endedMs === null || record.owed > 0 ? isOrderInTrouble(record, nowMs - changedMs) : false,
    ...placesOf(record),
  }
}

export const orderViewOf = (record: OrderRecord, nowMs: number): OrderView => {
  const { details } = record.order
  return {
    order: { ...orderRowOf(record, nowMs), ...(details && { details }) },
    history: itemsOf(record.history),
    durable: true,
  }
}

/** Dead letters; what lies in the queue of an expired session reads as such. */
export const deadLettersOf = ({ dead, closed }: ParticipantRecord): number =>
  dead + (closed?.reason === 'expired' ? closed.entries : 0)

type Owed = Pick<QueueRow, 'connected' | 'depth' | 'deadLetters' | 'paused' | 'carrying'>

const isPlainTrouble = ({ connected, depth, deadLetters, paused, carrying }: Owed): boolean =>
  paused || deadLetters > 0 || (!connected && (depth > 0 || (carrying ?? 0) > 0))

/** What is known of a participant. Of one that is connected to another hub that one alone knows what delivery does. */
export const knownOf = (here: LiveQueue, isElsewhere: boolean): LiveQueue =>
  here.connected || !isElsewhere
    ? here
    : { ...here, connected: true, inFlight: null, redelivered: null, carrying: null }

/** @param oldestMs when the oldest entry that it owes was accepted; null if it owes nothing */
export const queueRowOf = (
  record: ParticipantRecord,
  live: LiveQueue & { readonly oldestMs: number | null },
  nowMs: number,
): QueueRow => {
  const { connected, connectedMs, oldestMs, inFlight, redelivered, pausedMs, carrying } = live
  const owed = {
    connected,
    depth: owedTo(record),
    deadLetters: deadLettersOf(record),
    paused: pausedMs !== null,
    carrying,
  }
  return {
    participant: record.id,
    ...owed,
    pausedMs,
    sinceMs: connected ? connectedMs : record.awaySinceMs,
    oldestMs,
    inFlight,
    retrying: record.retrying,
    redelivered,
    trouble: isPlainTrouble(owed) || (oldestMs !== null && nowMs - oldestMs > OLD_EVENT_MS),
  }
}

const timeMsOf = (entry: Entry & Partial<Retry & DeadLetter>, place: Place): number | null =>
  (place === 'dead' ? entry.deadMs : place === 'retry' ? entry.dueMs : null) ?? null

export const entryRowOf = (
  participant: ParticipantId,
  place: Place,
  entry: Entry | Retry | DeadLetter,
): EntryRow => ({
  entry: tokenOf(entry.position),
  participant,
  place,
  event: entry.event,
  order: orderKeyOf(entry),
  eventMs: Date.parse(entry.time),
  failures: 'failures' in entry ? entry.failures : [],
  timeMs: timeMsOf(entry, place),
})
