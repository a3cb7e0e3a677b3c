/** Where a driver is: a straight line from the store to the door, both somewhere in one town. Pure, and the same for an order every time. */
import { createHash } from 'node:crypto'
import type { Position } from '../shared/messages.ts'

export interface Route {
  readonly from: Position
  readonly to: Position
}

const TOWN: Position = { lat: 47.6062, lng: -122.3321 }
/** Degrees from the middle of the town to its edges. */
const TOWN_RADIUS = 0.1

const GREATEST = 0xffffffff

/** Two numbers of 32 bits, as a place in the town. */
const placeAt = (first: number, second: number): Position => ({
  lat: TOWN.lat + (first / GREATEST - 0.5) * 2 * TOWN_RADIUS,
  lng: TOWN.lng + (second / GREATEST - 0.5) * 2 * TOWN_RADIUS,
})

const placeOf = (name: string): Position => {
  const digest = createHash('sha256').update(name).digest()
  return placeAt(digest.readUInt32LE(0), digest.readUInt32LE(4))
}

export const routeOf = (store: string, orderId: string): Route => ({
  from: placeOf(store),
  to: placeOf(`${store}/${orderId}`),
})

/** The place after `elapsedMs` of a way that takes `travelMs`; at its ends before and after. */
export const positionAt = ({ from, to }: Route, elapsedMs: number, travelMs: number): Position => {
  const part = travelMs === 0 ? 1 : Math.min(1, Math.max(0, elapsedMs / travelMs))
  return { lat: from.lat + (to.lat - from.lat) * part, lng: from.lng + (to.lng - from.lng) * part }
}
