/** What is picked on the map: from a point of the screen to what lies there, and from what is picked to its place. */
import type { MapView, OrderRow, Place } from '../../../shared/watch.ts'
import type { Picked } from '../addresses.ts'
import { type Camera, onScreen, type Point, type Projection } from './projection.ts'

const MARK_REACH = 16

const isPlaced = (order: OrderRow): boolean => order.from !== undefined && order.to !== undefined

/** All that the map must hold. */
export const placesOf = ({ drivers, orders, stores }: MapView): readonly Place[] => [
  ...drivers,
  ...stores,
  ...orders.flatMap(({ from, to }) => (from === undefined || to === undefined ? [] : [from, to])),
]

const nearest = (point: Point, marks: readonly { id: string; at: Point }[]): string | null => {
  let found: string | null = null
  let least = MARK_REACH
  for (const { id, at } of marks) {
    const distance = Math.hypot(at.x - point.x, at.y - point.y)
    if (distance < least) [found, least] = [id, distance]
  }
  return found
}

interface Ground {
  readonly map: MapView
  readonly projection: Projection
  readonly camera: Camera
  /** Drivers are where they are drawn. */
  driverAt(point: Point): string | null
}

/** What lies at a point of the screen: drivers above stores above doors. */
export const pickedAt = (point: Point, { map, projection, camera, driverAt }: Ground): Picked | null => {
  const driver = driverAt(point)
  if (driver !== null) return { kind: 'driver', id: driver }
  const at = (place: { lat: number; lng: number }) => onScreen(projection.pointOf(place), camera)
  const store = nearest(
    point,
    map.stores.map((row) => ({ id: row.store, at: at(row) })),
  )
  if (store !== null) return { kind: 'store', id: store }
  const order = nearest(
    point,
    map.orders.filter(isPlaced).map(({ key, to }) => ({ id: key, at: at(to!) })),
  )
  return order === null ? null : { kind: 'order', id: order }
}

/** Where whatever is picked is, if it is one place. */
export const placeOf = (picked: Picked | null, map: MapView): Place | undefined => {
  if (picked?.kind === 'driver') return map.drivers.find(({ driver }) => driver === picked.id)
  if (picked?.kind === 'store') return map.stores.find(({ store }) => store === picked.id)
  return picked === null ? undefined : map.orders.find(({ key }) => key === picked.id)?.to
}
