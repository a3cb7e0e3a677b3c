/**
 * What is left of an order when its personal fields are erased: who sent what and when, and what became of it. Customer and address, the details of its events and the reasons that people gave go, wherever the hub keeps them; what comes
 * to the order afterwards is kept as ever. Pure.
 */
import type { Order } from '../../shared/messages.ts'
import { type DeadLetter, type Entry, type Failure, orderKeyOf, type Retry } from './entry.ts'
import { masked, withItem, withoutReasons } from './history.ts'
import { type AcceptedEvent, changed, dispatched, type OrderRecord } from './order-record.ts'
import { Payload } from './payload.ts'
import { isoTime } from './time.ts'

/** Stands for a customer or an address that was erased. */
export const ERASED = '[erased]'

/** Which events, and failures up to when, are to be without personal fields. */
export interface Erasure {
  readonly eventIds: ReadonlySet<string>
  /** ISO 8601 */
  readonly time: string
}

type Fields = Pick<Order, 'store' | 'orderId'>

const bare = ({ store, orderId }: Fields): Order => ({ store, orderId, customer: ERASED, address: ERASED })

const eventWithoutDetails = ({ event, id }: AcceptedEvent): AcceptedEvent => ({ event, id, isErased: true })

const withoutReason = (failure: Failure): Failure => ({ ...failure, reason: masked(failure.reason) })

const isBare = ({ events, dispatch, history }: OrderRecord): boolean =>
  events.every(({ isErased }) => isErased) &&
  dispatch.failures.every(({ reason }) => masked(reason) === reason) &&
  withoutReasons(history) === history

/** The order without its personal fields; the same record if it has none. Its history says so, and never gets shorter. */
export const erased = (record: OrderRecord, timeMs: number): OrderRecord =>
  isBare(record)
    ? record
    : changed(
        { ...record, order: bare(record.order) },
        {
          events: record.events.map(eventWithoutDetails),
          dispatch: dispatched(record.dispatch, { failures: record.dispatch.failures.map(withoutReason) }),
          history: withItem(withoutReasons(record.history), timeMs, { what: 'erased' }),
        },
      )

/** For the entries of all that has happened to an order up to now. */
export const erasureOf = ({ events }: OrderRecord, timeMs: number): Erasure => ({
  eventIds: new Set(events.map(({ id }) => id)),
  time: isoTime(timeMs),
})

const failuresOf = (failures: readonly Failure[], { time }: Erasure): readonly Failure[] =>
  failures.map((failure) => (failure.time <= time ? withoutReason(failure) : failure))

/** An entry of the order without personal fields; one of an event that came later is left as it is. */
export const erasedEntry = <E extends Entry | Retry | DeadLetter>(entry: E, erasure: Erasure): E => {
  if (!erasure.eventIds.has(entry.id)) return entry
  const { payload } = entry
  const of = { key: orderKeyOf(entry), order: bare(payload), driver: payload.driver ?? null }
  const without = { ...entry, payload: new Payload(of, undefined) }
  return 'failures' in without ? { ...without, failures: failuresOf(without.failures, erasure) } : without
}
