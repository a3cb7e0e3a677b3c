/** What stands still on the map: stores, doors, and the ways between them. */
import type { OrderRow, Place } from '../../../shared/watch.ts'
import type { Picked } from '../addresses.ts'
import type { Point } from './projection.ts'

interface Ways {
  /** Paths of SVG, on the screen. */
  readonly waiting: string
  readonly under: string
  readonly picked: string
  readonly doors: string
  readonly pickedDoors: readonly Point[]
}

/** Does an order belong to what is picked? */
export const isOf = (order: OrderRow, picked: Picked | null): boolean => {
  if (picked === null) return false
  if (picked.kind === 'driver') return order.driver === picked.id
  return picked.kind === 'store' ? order.store === picked.id : order.key === picked.id
}

const line = (from: Point, to: Point): string =>
  `M${from.x.toFixed(1)} ${from.y.toFixed(1)}L${to.x.toFixed(1)} ${to.y.toFixed(1)}`

const door = ({ x, y }: Point): string => `M${(x - 2.5).toFixed(1)} ${(y - 2.5).toFixed(1)}h5v5h-5z`

export const waysOf = (
  orders: readonly OrderRow[],
  picked: Picked | null,
  pointOf: (place: Place) => Point,
): Ways => {
  const ways = { waiting: '', under: '', picked: '', doors: '' }
  const pickedDoors: Point[] = []
  for (const order of orders) {
    if (order.from === undefined || order.to === undefined) continue
    const [from, to] = [pointOf(order.from), pointOf(order.to)]
    if (isOf(order, picked)) {
      ways.picked += line(from, to)
      pickedDoors.push(to)
      continue
    }
    if (order.state === 'waiting') ways.waiting += line(from, to)
    else ways.under += line(from, to)
    ways.doors += door(to)
  }
  return { ...ways, pickedDoors }
}

interface MarksProps {
  /** Too many ways to see one. */
  readonly isCrowded: boolean
  readonly ways: Ways
  readonly stores: readonly { readonly store: string; readonly at: Point }[]
  readonly picked: Picked | null
}

export const Marks = ({ ways, stores, picked, isCrowded }: MarksProps) => (
  <g class={`marks ${picked === null ? '' : 'dimmed'} ${isCrowded ? 'crowded' : ''}`}>
    <path class="way waiting" d={ways.waiting} />
    <path class="way" d={ways.under} />
    <path class="door" d={ways.doors} />
    <path class="way picked" d={ways.picked} />
    {ways.pickedDoors.map(({ x, y }, index) => (
      <rect key={`${index}`} class="door picked" x={x - 4.5} y={y - 4.5} width="9" height="9" rx="1.5" />
    ))}
    {stores.map(({ store, at }) => (
      <g
        key={store}
        class={picked?.kind === 'store' && picked.id === store ? 'store picked' : 'store'}
        transform={`translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`}
      >
        <rect x="-10" y="-10" width="20" height="20" rx="5" />
        <path d="M-5.5-1.5-4-5.5h8L5.5-1.5M-5.5-1.5h11M-4.5-1.5v6.5h9v-6.5" />
        <text x="15" y="4">
          {store}
        </text>
      </g>
    ))}
  </g>
)
