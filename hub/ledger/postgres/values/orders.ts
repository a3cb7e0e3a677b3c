/** What a group writes of orders: new ones, changed ones, those of which only less is owed, those that are removed, and those that were only looked at. */
import type { OrderKey } from '../../../../shared/ids.ts'
import { holderOf, type OrderRecord } from '../../../domain/order-record.ts'
import { isOnlySettled, orderTexts } from '../row-columns.ts'
import type { Changes } from '../tables.ts'
import { byKey, type Changed, isChanged, isNew, isPut, numbers, type Put, texts } from './rows.ts'

const newOrders = (orders: readonly Put<OrderKey, OrderRecord>[]) => ({
  n_key: texts(orders, ({ key }) => key),
  n_time: texts(orders, ({ after }) => after.time),
  n_state: texts(orders, ({ after }) => after.state),
  n_driver: texts(orders, ({ after }) => after.driver),
  n_holder: texts(orders, ({ after }) => holderOf(after)),
  n_owed: numbers(orders, ({ after }) => after.owed),
  n_ended_ms: numbers(orders, ({ after }) => after.endedMs),
  n_details: texts(orders, ({ after }) => JSON.stringify(after.order)),
  n_events: texts(orders, ({ after }) => JSON.stringify(after.events)),
  n_dispatch: texts(orders, ({ after }) => JSON.stringify(after.dispatch)),
  n_history: texts(orders, ({ after }) => after.history),
})

const changedOrders = (orders: readonly Changed<OrderKey, OrderRecord>[]) => {
  const changes = orders.map(({ before, after }) => orderTexts(before, after))
  return {
    c_key: texts(orders, ({ key }) => key),
    c_version: numbers(orders, ({ version }) => version),
    c_time: texts(orders, ({ before, after }) => (before.time === after.time ? null : after.time)),
    c_state: texts(orders, ({ after }) => after.state),
    c_driver: texts(orders, ({ after }) => after.driver),
    c_holder: texts(orders, ({ after }) => holderOf(after)),
    c_owed: numbers(orders, ({ before, after }) => after.owed - before.owed),
    c_ended_ms: numbers(orders, ({ after }) => after.endedMs),
    c_details: texts(changes, ({ details }) => details),
    c_events: texts(changes, ({ events }) => events),
    c_dispatch: texts(changes, ({ dispatch }) => dispatch),
    c_history: texts(changes, ({ history }) => history),
    c_old_bytes: numbers(changes, ({ oldBytes }) => oldBytes),
  }
}

const settledOrders = (orders: readonly Changed<OrderKey, OrderRecord>[]) => ({
  s_key: texts(orders, ({ key }) => key),
  s_owed: numbers(orders, ({ before, after }) => after.owed - before.owed),
  s_history: texts(orders, ({ before, after }) => after.history.slice(before.history.length)),
})

export const orderValues = ({ orders, readOrders }: Changes) => {
  const sorted = byKey(orders)
  const gone = sorted.filter(({ before, after }) => before !== null && after === null)
  const changed = sorted.filter(isPut).filter(isChanged)
  return {
    l_key: texts(readOrders, ({ key }) => key),
    l_version: numbers(readOrders, ({ version }) => version),
    ...newOrders(sorted.filter(isPut).filter(isNew)),
    ...changedOrders(changed.filter(({ before, after }) => !isOnlySettled(before, after))),
    ...settledOrders(changed.filter(({ before, after }) => isOnlySettled(before, after))),
    g_key: texts(gone, ({ key }) => key),
    g_version: numbers(gone, ({ version }) => version),
    g_owed: numbers(gone, ({ before }) => before?.owed ?? 0),
  }
}
