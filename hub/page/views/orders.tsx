/** Orders by whatever one knows of them. The filter is the address; with every letter the list follows. */
import type { OrderState } from '../../../shared/protocol.ts'
import type { OrderFilter, OrderRow } from '../../../shared/watch.ts'
import { ordersView, orderView, type View } from '../addresses.ts'
import { Badge, Empty, Section, StateBadge } from '../parts/basics.tsx'
import { Field, Select } from '../parts/fields.tsx'
import { Link } from '../parts/link.tsx'
import { Pager } from '../parts/pager.tsx'
import { Shown } from '../parts/shown.tsx'
import { Time } from '../parts/time.tsx'
import { go } from '../state/navigation.ts'
import { STATE_WORDS } from '../words.ts'

const STATES: readonly (readonly [value: string, label: string])[] = [
  ['', 'Any state'],
  ...Object.entries(STATE_WORDS),
]

/** The filter with another value; an empty one is none. */
const changed = (filter: OrderFilter, name: keyof OrderFilter, value: string | number | undefined): View =>
  ordersView(
    Object.fromEntries(
      Object.entries({ ...filter, [name]: value }).filter(([, kept]) => kept !== undefined && kept !== ''),
    ),
  )

const MINUTE_MS = 60_000

/** As the browser's field for dates has it: local time, without a zone. */
const localText = (timeMs: number | undefined): string =>
  timeMs === undefined
    ? ''
    : new Date(timeMs - new Date(timeMs).getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16)

const timeOf = (text: string): number | undefined => {
  const timeMs = new Date(text).getTime()
  return Number.isNaN(timeMs) ? undefined : timeMs
}

const Filter = ({ filter }: { readonly filter: OrderFilter }) => {
  const set = (name: keyof OrderFilter) => (value: string) => go(changed(filter, name, value), true)
  const setTime = (name: 'fromMs' | 'toMs') => (value: string) =>
    go(changed(filter, name, timeOf(value)), true)
  return (
    <search class="filter">
      <Field
        label="Order"
        kind="search"
        value={filter.search ?? ''}
        hint="id or store/id"
        onValue={set('search')}
        isWide
      />
      <Field label="Store" value={filter.store ?? ''} onValue={set('store')} />
      <Field label="Driver" value={filter.driver ?? ''} onValue={set('driver')} />
      <Select label="State" value={filter.state ?? ''} options={STATES} onValue={set('state')} />
      <Field
        label="From"
        kind="datetime-local"
        value={localText(filter.fromMs)}
        onValue={setTime('fromMs')}
      />
      <Field label="Until" kind="datetime-local" value={localText(filter.toMs)} onValue={setTime('toMs')} />
    </search>
  )
}

const Row = ({ order }: { readonly order: OrderRow }) => (
  <tr data-order={order.key} class={order.trouble ? 'in-trouble' : ''}>
    <th scope="row">
      <Link to={orderView(order.key)} class="id">
        {order.orderId}
      </Link>
    </th>
    <td data-label="Store" class="name">
      <Link to={ordersView({ store: order.store })}>{order.store}</Link>
    </td>
    <td class="state">
      <StateBadge state={order.state as OrderState} />
      {order.trouble && <Badge tone="bad">Trouble</Badge>}
    </td>
    <td data-label="Customer" class="text">
      {order.customer}
      <span class="under">{order.address}</span>
    </td>
    <td data-label="Driver" class="name">
      {order.driver === null ? (
        <span class="muted">none yet</span>
      ) : (
        <Link to={ordersView({ driver: order.driver })}>{order.driver}</Link>
      )}
    </td>
    <td data-label="Accepted" class="number">
      <Time ms={order.acceptedMs} />
    </td>
    <td data-label="Last news" class="number">
      <Time ms={order.changedMs} />
    </td>
  </tr>
)

const Table = ({ rows }: { readonly rows: readonly OrderRow[] }) => (
  <table class="table" data-list="orders">
    <thead>
      <tr>
        <th scope="col">Order</th>
        <th scope="col">Store</th>
        <th scope="col">State</th>
        <th scope="col">Customer</th>
        <th scope="col">Driver</th>
        <th scope="col" class="number">
          Accepted
        </th>
        <th scope="col" class="number">
          Last news
        </th>
      </tr>
    </thead>
    <tbody>
      {rows.map((order) => (
        <Row key={order.key} order={order} />
      ))}
    </tbody>
  </table>
)

const NoOrders = ({ filter }: { readonly filter: OrderFilter }) =>
  Object.keys(filter).length === 0 ? (
    <Empty icon="orders" title="No orders yet">
      They stand here as soon as a store asks for a pickup: <code>npm run vendor</code> starts one.
    </Empty>
  ) : (
    <Empty icon="search" title="No order is like this">
      Ids are searched from their beginning. <Link to={ordersView()}>Show all orders</Link>
    </Empty>
  )

export const Orders = ({
  filter,
  after,
}: {
  readonly filter: OrderFilter
  readonly after: string | null
}) => (
  <Section title="Orders">
    <Filter filter={filter} />
    <Shown kind="orders">
      {({ list }) => (
        <>
          {list.rows.length === 0 && list.partial !== true ? (
            <NoOrders filter={filter} />
          ) : (
            <Table rows={list.rows} />
          )}
          <Pager
            list={list}
            noun={['order', 'orders']}
            isFirst={after === null}
            at={(place) => ({ name: 'orders', filter, after: place })}
          />
        </>
      )}
    </Shown>
  </Section>
)
