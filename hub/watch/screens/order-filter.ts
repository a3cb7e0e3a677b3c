/** Does an order belong to a list with this filter? As the list itself decides it (`lists/orders.ts`), for orders that change while it is shown. Pure. */
import type { OrderFilter } from '../../../shared/watch.ts'
import type { OrderRecord } from '../../domain/order-record.ts'

const isSearched = ({ key, order }: OrderRecord, search: string | undefined): boolean =>
  search === undefined || (search.includes('/') ? key : order.orderId).startsWith(search)

const isBetween = ({ time }: OrderRecord, { fromMs, toMs }: OrderFilter): boolean => {
  if (fromMs === undefined && toMs === undefined) return true
  const acceptedMs = Date.parse(time)
  return acceptedMs >= (fromMs ?? 0) && acceptedMs < (toMs ?? Number.POSITIVE_INFINITY)
}

export const belongsTo = (record: OrderRecord, filter: OrderFilter): boolean => {
  const { search, store, driver, state } = filter
  return (
    (state === undefined || record.state === state) &&
    (store === undefined || record.order.store === store) &&
    (driver === undefined || (record.driver ?? record.dispatch.lease?.driver) === driver) &&
    isSearched(record, search) &&
    isBetween(record, filter)
  )
}
