/**
 * The map as everybody sees it who looks at it. Its orders are read at most once a second, and its drivers told as they are; changes and moves are one message for all.
 */
import { driverId } from '../../shared/ids.ts'
import type { Changed, DriverRow, MapView, OrderRow, Place } from '../../shared/watch.ts'
import type { Delivering, Presence } from './feed-ports.ts'
import type { Lists } from './ports.ts'
import type { Positions } from './positions.ts'
import { MAP_ORDERS, MapScreen } from './screens/map-screen.ts'
import type { ScreenRegistry } from './screens/registry.ts'

const MOST_DRIVERS = 1000
const READ_PERIOD_MS = 1000
/** Where other hubs change orders, of which nobody tells this one. */
const STALE_MS = 2000

export interface MapParts {
  readonly lists: Pick<Lists, 'openOrders'>
  readonly positions: Positions
  readonly presence: Pick<Presence, 'isConnected'>
  readonly delivering: Pick<Delivering, 'heldBy'>
  readonly registry: ScreenRegistry
  /** Are there other hubs? */
  hasOthers(): boolean
  now(): number
}

const storesOf = (orders: readonly OrderRow[]): MapView['stores'] => {
  const stores = new Map<string, Place>()
  for (const { store, from } of orders) if (from !== undefined && !stores.has(store)) stores.set(store, from)
  return [...stores].map(([store, place]) => ({ store, lat: place.lat, lng: place.lng }))
}

export class CityMap {
  readonly #parts: MapParts
  readonly screen: MapScreen
  #reading: Promise<readonly OrderRow[]> | null = null
  #readMs = 0
  #lookers = 0
  #staleMs = 0

  constructor(parts: MapParts) {
    this.#parts = parts
    this.screen = new MapScreen((keys) => parts.registry.exchange(this.screen, keys))
  }

  /** What has changed, for all who look. */
  take(nowMs: number): Changed | null {
    const changed = this.screen.take(nowMs)
    if (!this.#parts.hasOthers() || nowMs - this.#staleMs < STALE_MS) return changed
    this.#staleMs = nowMs
    return { ...(changed ?? { view: 'map' }), isStale: true }
  }

  get isLookedAt(): boolean {
    return this.#lookers > 0
  }

  enter(): void {
    this.#lookers += 1
    if (this.#lookers === 1) this.#parts.positions.follow(true)
  }

  leave(): void {
    this.#lookers -= 1
    if (this.#lookers > 0) return
    this.#parts.positions.follow(false)
    this.#parts.registry.hide(this.screen)
    this.#reading = null
  }

  async look(): Promise<MapView> {
    const nowMs = this.#parts.now()
    if (this.#reading === null || nowMs - this.#readMs >= READ_PERIOD_MS) {
      this.#readMs = nowMs
      this.#reading = this.#read()
    }
    const orders = await this.#reading
    return { drivers: this.#drivers(), orders, stores: storesOf(orders) }
  }

  async #read(): Promise<readonly OrderRow[]> {
    const { lists, registry } = this.#parts
    const orders = await lists.openOrders(MAP_ORDERS)
    this.screen.read(orders.map(({ key }) => key))
    registry.show(this.screen, { orders: this.screen.orders, participants: [] })
    return orders
  }

  #drivers(): DriverRow[] {
    const { positions, presence, delivering } = this.#parts
    const rows: DriverRow[] = []
    for (const [driver, { elsewhere, ...position }] of positions.entries()) {
      if (rows.length === MOST_DRIVERS) break
      const isHere = presence.isConnected(driverId(driver))
      const held = delivering.heldBy(driver)
      const orders = isHere || held.length > 0 ? held : (elsewhere?.orders ?? [])
      rows.push({ driver, ...position, connected: isHere || (elsewhere?.isConnected ?? false), orders })
    }
    return rows
  }
}
