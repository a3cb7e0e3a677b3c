/** What is picked on the map: its state, its orders, and where to see more of it. */
import type { MapView, OrderRow } from '../../../shared/watch.ts'
import { ordersView, orderView, type Picked, queueView, type View } from '../addresses.ts'
import { Badge, StateBadge } from '../parts/basics.tsx'
import { Icon } from '../parts/icons.tsx'
import { Link } from '../parts/link.tsx'
import { Time } from '../parts/time.tsx'
import { lastSeenMs } from '../state/store.ts'
import { isOf } from './marks.tsx'

/** Of one driver or store; the others are in the list of orders. */
const MOST_ROWS = 60

const viewOf = (picked: Picked | null): View => ({ name: 'map', picked })

const OrderLine = ({ order, hasDriver }: { readonly order: OrderRow; readonly hasDriver: boolean }) => (
  <li data-order={order.key}>
    <Link to={orderView(order.key)} class="id" title={order.orderId}>
      {order.orderId}
    </Link>
    <StateBadge state={order.state} />
    <span class="muted">{order.address}</span>
    {hasDriver && order.driver !== null && (
      <Link to={viewOf({ kind: 'driver', id: order.driver })} class="aside">
        <Icon name="truck" size={14} /> {order.driver}
      </Link>
    )}
  </li>
)

const PickedHead = ({ map, picked }: { map: MapView; picked: Picked }) => {
  const driver = picked.kind === 'driver' ? map.drivers.find((row) => row.driver === picked.id) : undefined
  return (
    <>
      <h2>
        <Icon name={({ driver: 'truck', store: 'store', order: 'orders' } as const)[picked.kind]} size={18} />{' '}
        {picked.id}
      </h2>
      {driver !== undefined && (
        <p>
          <Badge tone={driver.connected ? 'good' : 'bad'} {...(!driver.connected && { icon: 'away' })}>
            {driver.connected ? 'Connected' : 'Away'}
          </Badge>{' '}
          <span class="muted">
            seen <Time ms={Math.max(driver.timeMs, lastSeenMs(driver.driver))} />
          </span>
        </p>
      )}
      <p class="picked-links">
        {picked.kind === 'driver' && <Link to={queueView(`driver/${picked.id}`)}>Its queue</Link>}
        {picked.kind === 'driver' && <Link to={ordersView({ driver: picked.id })}>All its orders</Link>}
        {picked.kind === 'store' && <Link to={ordersView({ store: picked.id })}>All its orders</Link>}
        {picked.kind === 'order' && <Link to={orderView(picked.id)}>Its timeline</Link>}
      </p>
    </>
  )
}

export const PickedCard = ({ map, picked }: { map: MapView; picked: Picked }) => {
  const orders = map.orders.filter((order) => isOf(order, picked))
  return (
    <section
      class="picked-card"
      aria-label={`Picked: ${picked.id}`}
      data-picked={`${picked.kind} ${picked.id}`}
    >
      <Link to={viewOf(null)} class="quiet close" label="Pick nothing">
        <Icon name="cross" />
      </Link>
      <PickedHead map={map} picked={picked} />
      {orders.length === 0 ? (
        <p class="muted">No parcel of it is on the map.</p>
      ) : (
        <ul class="order-lines">
          {orders.slice(0, MOST_ROWS).map((order) => (
            <OrderLine key={order.key} order={order} hasDriver={picked.kind !== 'driver'} />
          ))}
        </ul>
      )}
    </section>
  )
}
