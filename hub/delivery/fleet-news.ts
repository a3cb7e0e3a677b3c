/**
 * Which of the orders that a step has changed concern the fleet. Where several hubs share a database a till's acknowledgement is added to whatever the order has become, and the hub that adds it may remember the order from long ago, when its pickup was leased: of an order that nobody here follows, and of
 * which the step has changed nothing that the fleet goes by, there is nothing to be learned [FL1].
 */
import type { OrderKey } from '../../shared/ids.ts'
import type { OrderRecord } from '../domain/order-record.ts'
import type { Committed } from '../domain/work.ts'

const isAsBefore = (before: OrderRecord, after: OrderRecord): boolean =>
  before.state === after.state &&
  before.driver === after.driver &&
  before.dispatch === after.dispatch &&
  before.endedMs === after.endedMs

/** Orders as they are now. */
export const fleetNewsOf = (
  { orderChanges }: Pick<Committed, 'orderChanges'>,
  isTracked: (key: OrderKey) => boolean,
): OrderRecord[] => {
  const news: OrderRecord[] = []
  for (const { key, before, after } of orderChanges) {
    if (after === null) continue
    const isOld = before !== null && isAsBefore(before, after) && !isTracked(key)
    if (!isOld) news.push(after)
  }
  return news
}
