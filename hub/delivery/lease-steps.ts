/** The durable steps of a pickup on its way to a driver. Each looks at the order as it is now, and does nothing if that is no longer what it expected. */
import { FLEET, type OrderKey } from '../../shared/ids.ts'
import {
  assign,
  buryPickup,
  giveBack,
  isLeasable,
  isLeased,
  leaseTo,
  pickupEntry,
  type Return,
} from '../domain/dispatch.ts'
import { keyOf, type OrderRecord } from '../domain/order-record.ts'
import type { DeliveryOptions, DeliveryTransaction } from './ports.ts'
import { retryDelayMs } from './retry-delay.ts'

export interface Lot {
  readonly order: OrderKey
  readonly position: number
  readonly driver: string
}

/** KEYS the order, the fleet's entry at `position`. EFFECT leased to `driver`; @returns false if it may not be leased any more. */
export const lease = (transaction: DeliveryTransaction, { order, position, driver }: Lot): boolean => {
  const record = transaction.order(order)
  if (record === undefined || !isLeasable(record) || record.dispatch.position !== position) return false
  transaction.take(record.dispatch.place === 'retry' ? 'retry' : 'queue', FLEET, position)
  transaction.putOrder(leaseTo(record, driver, transaction.nowMs))
  return true
}

/** KEYS the order. EFFECT assigned to the driver that holds the lease; @returns false if that lease has ended. */
export const assignLeased = (transaction: DeliveryTransaction, leased: OrderRecord): boolean => {
  const record = transaction.order(keyOf(leased))
  if (record === undefined || !isLeased(record, leased.dispatch.lease!.token)) return false
  transaction.putOrder(assign(record, transaction.nowMs))
  return true
}

const askAgainMs = ({ dispatch }: OrderRecord, options: DeliveryOptions): number => {
  const last = dispatch.failures.at(-1)
  return last === undefined ? 0 : Date.parse(last.time) + retryDelayMs(dispatch.failures.length, options)
}

/**
 * May drivers that declined the pickup be asked again? A failure that lies ahead was noted by an earlier hub, before the wall clock was set back: nobody knows how long ago, so it
 * is no reason to wait.
 */
export const mayAskAgain = (record: OrderRecord, nowMs: number, options: DeliveryOptions): boolean => {
  const last = record.dispatch.failures.at(-1)
  return (last !== undefined && Date.parse(last.time) > nowMs) || askAgainMs(record, options) <= nowMs
}

/** KEYS the order, the fleet's entry. EFFECT back with the fleet, or with its dead letters at the limit. @returns true if it is dead. */
export const putBack = (
  transaction: DeliveryTransaction,
  held: { record: OrderRecord; driver: string; back: Omit<Return, 'timeMs'> },
  options: DeliveryOptions,
): boolean => {
  const timeMs = transaction.nowMs
  const returned = giveBack(held.record, held.driver, { ...held.back, timeMs })
  const { failures } = returned.dispatch
  if (failures.length >= options.deliveryLimit) {
    transaction.putOrder(buryPickup(returned, timeMs))
    transaction.addDeadLetter(FLEET, { ...pickupEntry(returned), failures, deadMs: timeMs })
    return true
  }
  transaction.putOrder(returned)
  transaction.addRetry(FLEET, { ...pickupEntry(returned), failures, dueMs: askAgainMs(returned, options) })
  return false
}
