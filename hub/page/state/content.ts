/** What a view shows of the hub's answer, and how changes alter it. Pure. */
import type {
  Changed,
  EntryRow,
  LetterList,
  List,
  MapView,
  OrderRow,
  OrderView,
  QueueRow,
  Shown,
} from '../../../shared/watch.ts'

/** What the hub has shown for the look that is on; `order` of `order` is null if there is none. */
export type Content =
  | { readonly kind: 'loading' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'course' }
  | { readonly kind: 'map'; readonly map: MapView }
  | { readonly kind: 'orders'; readonly list: List<OrderRow> }
  | { readonly kind: 'order'; readonly found: OrderView }
  | { readonly kind: 'queues'; readonly list: List<QueueRow> }
  | { readonly kind: 'queue'; readonly queue: QueueRow; readonly list: List<EntryRow> }
  | { readonly kind: 'dead-letters'; readonly list: LetterList }

/** A list holds a page; what the hub might send beyond is not kept. */
const MOST_ROWS = 500

const bounded = <L extends List<unknown>>(list: L): L =>
  list.rows.length > MOST_ROWS ? { ...list, rows: list.rows.slice(0, MOST_ROWS) } : list

export const contentOf = (shown: Shown): Content => {
  if (!shown.ok) return { kind: 'refused', code: shown.code, message: shown.message }
  switch (shown.view) {
    case 'now':
    case 'system':
      return { kind: 'course' }
    case 'map':
      return { kind: 'map', map: shown.map }
    case 'orders':
      return { kind: 'orders', list: bounded(shown.list) }
    case 'order':
      return { kind: 'order', found: shown.found }
    case 'queues':
      return { kind: 'queues', list: bounded(shown.list) }
    case 'queue':
      return { kind: 'queue', queue: shown.queue, list: bounded(shown.list) }
    case 'dead-letters':
      return { kind: 'dead-letters', list: bounded(shown.list) }
    default:
      return shown satisfies never
  }
}

/** The rows with those that have changed in their places; others are not on this page. */
const withRows = <Row>(
  rows: readonly Row[],
  changed: readonly Row[] | undefined,
  nameOf: (row: Row) => string,
): readonly Row[] => {
  if (changed === undefined || changed.length === 0) return rows
  const byName = new Map(changed.map((row) => [nameOf(row), row]))
  return rows.map((row) => byName.get(nameOf(row)) ?? row)
}

const orderName = ({ key }: OrderRow): string => key
const queueName = ({ participant }: QueueRow): string => participant

/** The map's orders are those that have not ended: new ones come in front, delivered ones go. */
const withOrdersOnMap = (map: MapView, changed: readonly OrderRow[] | undefined): MapView => {
  if (changed === undefined || changed.length === 0) return map
  const names = new Set(changed.map(orderName))
  const open = changed.filter(({ state, to }) => state !== 'delivered' && to !== undefined)
  const rest = map.orders.filter(({ key }) => !names.has(key))
  return { ...map, orders: [...open, ...rest].slice(0, MOST_ROWS) }
}

export const withChanges = (content: Content, { orders, queues, found }: Changed): Content => {
  switch (content.kind) {
    case 'orders':
      return { ...content, list: { ...content.list, rows: withRows(content.list.rows, orders, orderName) } }
    case 'queues':
      return { ...content, list: { ...content.list, rows: withRows(content.list.rows, queues, queueName) } }
    case 'queue':
      return { ...content, queue: withRows([content.queue], queues, queueName)[0]! }
    case 'order':
      return found === undefined ? content : { ...content, found }
    case 'map':
      return { ...content, map: withOrdersOnMap(content.map, orders) }
    default:
      return content
  }
}
