/** The list of all that is on the map, to be picked with the keys as well. What has the focus here is marked on the map. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { DriverRow, MapView } from '../../../shared/watch.ts'
import type { Picked } from '../addresses.ts'
import { counted } from '../formats.ts'
import { Field } from '../parts/fields.tsx'
import { Icon, type IconName } from '../parts/icons.tsx'
import { Link } from '../parts/link.tsx'
import { STATE_WORDS } from '../words.ts'
import { hinted } from './hinted.ts'

/** More rows help nobody: whoever looks for one types. */
const MOST_ROWS = 60

interface PickProps {
  readonly picked: Picked
  readonly isPicked: boolean
  readonly icon: IconName
  readonly title: string
  readonly note: string
}

/** One line of the list. */
const Pick = ({ picked, isPicked, icon, title, note }: PickProps) => {
  const driver = picked.kind === 'driver' ? picked.id : null
  const point = (to: string | null) => () => {
    hinted.value = to
  }
  return (
    <li
      data-pick={`${picked.kind} ${picked.id}`}
      onMouseEnter={point(driver)}
      onMouseLeave={point(null)}
      onFocusIn={point(driver)}
      onFocusOut={point(null)}
    >
      <Link to={{ name: 'map', picked: isPicked ? null : picked }} class="pick-line" isCurrent={isPicked}>
        <Icon name={icon} />
        <span class="pick-title">{title}</span>
        <span class="muted">{note}</span>
      </Link>
    </li>
  )
}

const driverState = ({ connected, orders }: DriverRow): string => {
  if (!connected) return orders.length > 0 ? `away with ${orders.length}` : 'away'
  return orders.length > 0 ? counted(orders.length, 'parcel') : 'free'
}

const driverIcon = ({ connected, orders }: DriverRow): IconName => {
  if (!connected) return 'away'
  return orders.length > 0 ? 'truck' : 'ring'
}

const Group = (props: {
  readonly title: string
  readonly count: number
  readonly isOpen: boolean
  readonly children: ComponentChildren
}) => (
  <details class="group" open={props.isOpen}>
    <summary>
      {props.title} <span class="muted">{props.count}</span>
    </summary>
    {props.count === 0 ? <p class="muted none">None on the map.</p> : <ul>{props.children}</ul>}
    {props.count > MOST_ROWS && (
      <p class="muted none">{`${props.count - MOST_ROWS} more: type to find them.`}</p>
    )}
  </details>
)

interface SideProps {
  readonly map: MapView
  readonly picked: Picked | null
}

const matches = (needle: string) => (text: string) => text.toLowerCase().includes(needle)

const NAMES = new Intl.Collator('en', { numeric: true })

const byName = (first: DriverRow, second: DriverRow): number => NAMES.compare(first.driver, second.driver)

const isPickedAs = (picked: Picked | null, kind: Picked['kind'], id: string): boolean =>
  picked?.kind === kind && picked.id === id

export const Picks = ({ map, picked }: SideProps) => {
  const search = useSignal('')
  const fits = matches(search.value.toLowerCase())
  const drivers = map.drivers.filter(({ driver }) => fits(driver)).toSorted(byName)
  const stores = map.stores.filter(({ store }) => fits(store))
  const orders = map.orders.filter(({ key, customer }) => fits(key) || fits(customer))
  return (
    <>
      <Field
        label="Find on the map"
        kind="search"
        hint="driver, store, parcel or customer"
        value={search.value}
        onValue={(text) => {
          search.value = text
        }}
        isWide
      />
      <Group title="Drivers" count={drivers.length} isOpen>
        {drivers.slice(0, MOST_ROWS).map((row) => (
          <Pick
            key={row.driver}
            picked={{ kind: 'driver', id: row.driver }}
            isPicked={isPickedAs(picked, 'driver', row.driver)}
            icon={driverIcon(row)}
            title={row.driver}
            note={driverState(row)}
          />
        ))}
      </Group>
      <Group title="Stores" count={stores.length} isOpen>
        {stores.slice(0, MOST_ROWS).map(({ store }) => (
          <Pick
            key={store}
            picked={{ kind: 'store', id: store }}
            isPicked={isPickedAs(picked, 'store', store)}
            icon="store"
            title={store}
            note={counted(map.orders.filter((order) => order.store === store).length, 'parcel')}
          />
        ))}
      </Group>
      <Group title="Parcels" count={orders.length} isOpen={search.value !== ''}>
        {orders.slice(0, MOST_ROWS).map(({ key, customer, state }) => (
          <Pick
            key={key}
            picked={{ kind: 'order', id: key }}
            isPicked={isPickedAs(picked, 'order', key)}
            icon="orders"
            title={customer}
            note={STATE_WORDS[state]}
          />
        ))}
      </Group>
    </>
  )
}
