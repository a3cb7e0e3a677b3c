/**
 * A pickup on its way to a driver: what leasing, acknowledging, declining, returning and dead-lettering do to an order. The fleet's queue holds
 * the pickup while `place` is `queue` or `retry`; while it is `leased` only the order's record knows it.
 *
 * queue -> leased -> none (assigned) | retry -> leased … | dead -> retry (replayed) | none (dropped)
 */

import { driverId } from '../../shared/ids.ts'
import type { Entry, Retry } from './entry.ts'
import { type Happening, withItem } from './history.ts'
import { changed, type Dispatch, dispatched, type OrderRecord } from './order-record.ts'
import { Payload } from './payload.ts'
import { isoTime } from './time.ts'
import { leaseTokenOf } from './token.ts'

const step = (
  record: OrderRecord,
  happening: Happening,
  timeMs: number,
  changes: Pick<OrderRecord, 'dispatch'> &
    Partial<Pick<OrderRecord, 'state' | 'driver' | 'owed' | 'endedMs'>>,
): OrderRecord => changed(record, { ...changes, history: withItem(record.history, timeMs, happening) })

const including = (list: readonly string[], name: string): readonly string[] =>
  list.includes(name) ? list : [...list, name]

/** Waiting and held by nobody: may it be leased? */
export const isLeasable = (record: OrderRecord): boolean =>
  record.state === 'waiting' && (record.dispatch.place === 'queue' || record.dispatch.place === 'retry')

/** Does the order lie with that very lease, not with a later one of the same driver? */
export const isLeased = ({ dispatch }: OrderRecord, token: string): boolean => dispatch.lease?.token === token

export const leaseTo = (record: OrderRecord, driver: string, timeMs: number): OrderRecord => {
  const token = leaseTokenOf(record.dispatch.position, record.history.length)
  const dispatch = dispatched(record.dispatch, {
    place: 'leased',
    offered: including(record.dispatch.offered, driver),
    lease: { driver, sinceMs: timeMs, token },
  })
  return step(record, { what: 'leased', participant: driverId(driver) }, timeMs, { dispatch })
}

/** The lease's holder has acknowledged the pickup: nothing of it is owed any more. */
export const assign = (record: OrderRecord, timeMs: number): OrderRecord => {
  const { driver } = record.dispatch.lease!
  const dispatch = dispatched(record.dispatch, { place: 'none', lease: null })
  const changes = { state: 'assigned', driver, owed: record.owed - 1, dispatch } as const
  return step(record, { what: 'assigned', participant: driverId(driver) }, timeMs, changes)
}

export interface Return {
  readonly what: 'rejected' | 'not-acknowledged' | 'driver-away' | 'assignment-expired' | 'released'
  readonly reason: string
  readonly timeMs: number
}

/** Drivers that have declined a pickup, as its entry among the retries tells. */
export const declinersOf = (entry: Entry | Retry): readonly string[] =>
  'failures' in entry
    ? entry.failures.flatMap(({ reason }) => /^driver\/(\S+): /.exec(reason)?.[1] ?? [])
    : []

/** Reasons that count towards the delivery limit; a lost connection or a driver's own decision later on do not. */
export const isFailure = (what: Return['what']): boolean => what === 'rejected' || what === 'not-acknowledged'

const declineBy = (
  dispatch: Dispatch,
  driver: string,
  back: Return,
): Pick<Dispatch, 'declined' | 'failures'> => ({
  declined:
    back.what === 'driver-away'
      ? dispatch.declined
      : [...dispatch.declined.filter((name) => name !== driver), driver],
  failures: isFailure(back.what)
    ? [...dispatch.failures, { time: isoTime(back.timeMs), reason: `driver/${driver}: ${back.reason}` }]
    : dispatch.failures,
})

/** The pickup goes back to the fleet: its lease has ended, or its assignment. It waits among the retries, at its old turn. */
export const giveBack = (record: OrderRecord, driver: string, back: Return): OrderRecord => {
  const wasAssigned = record.state === 'assigned'
  const dispatch = dispatched(record.dispatch, {
    ...declineBy(record.dispatch, driver, back),
    place: 'retry',
    lease: null,
  })
  const item = {
    what: back.what,
    participant: driverId(driver),
    event: 'pickup' as const,
    reason: back.reason,
  }
  const owed = record.owed + (wasAssigned ? 1 : 0)
  return step(record, item, back.timeMs, { state: 'waiting', driver: null, owed, dispatch })
}

/** The pickup has reached the delivery limit. It stays owed, as a dead letter. */
export const buryPickup = (record: OrderRecord, timeMs: number): OrderRecord =>
  step(record, { what: 'dead-letter', event: 'pickup' }, timeMs, {
    dispatch: dispatched(record.dispatch, { place: 'dead', lease: null }),
  })

/** The dead pickup is offered again, to everybody, from the first attempt on. */
export const replayPickup = (record: OrderRecord, position: number, timeMs: number): OrderRecord =>
  step(record, { what: 'replayed', event: 'pickup' }, timeMs, {
    dispatch: dispatched(record.dispatch, {
      position,
      place: 'queue',
      failures: [],
      declined: [],
      isReplay: true,
    }),
  })

/** The dead pickup is given up: nobody will carry the order, so it has ended. */
export const dropPickup = (record: OrderRecord, timeMs: number): OrderRecord =>
  step(record, { what: 'dropped', event: 'pickup' }, timeMs, {
    dispatch: dispatched(record.dispatch, { place: 'none' }),
    owed: record.owed - 1,
    endedMs: record.endedMs ?? timeMs,
  })

/** The pickup as an entry of the fleet's queue. */
export const pickupEntry = (record: OrderRecord): Entry => ({
  position: record.dispatch.position,
  id: record.events[0]!.id,
  event: 'pickup',
  time: record.time,
  payload: new Payload({ key: record.key, order: record.order, driver: null }, record.order.details),
  ...(record.dispatch.isReplay ? { replay: true as const } : {}),
})
