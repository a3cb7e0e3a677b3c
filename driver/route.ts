/**
 * Where a driver goes and where it is on the way: straight from one stop to the next, always to the nearest one, in a time that grows with the way. Pure. An order
 * that does not say where it comes from and goes to gets two places in the town, the same ones every time.
 */
import { createHash } from 'node:crypto'
import type { Order, Position } from '../shared/messages.ts'
import { TOWN, TOWN_RADIUS_KM } from '../shared/town.ts'

/** From one stop to the next. */
export interface Route {
  readonly from: Position
  readonly to: Position
  readonly durationMs: number
}

/** Of an order. */
export interface Places {
  readonly store: Position
  readonly door: Position
}

const KM_PER_DEGREE = 111.2
const GREATEST = 0xffffffff
/** Between two addresses of the town; a way as long takes the driver's travel time. */
const MEAN_WAY_KM = 0.6 * TOWN_RADIUS_KM
/** An address in another country is not worth a driver's day. */
const LONGEST_WAY = 4

/** Of a degree of longitude to one of latitude. */
const stretchAt = (lat: number): number => Math.cos((lat * Math.PI) / 180)

/** The place of whatever has this name, evenly spread over the town. */
export const placeOf = (name: string): Position => {
  const digest = createHash('sha256').update(name).digest()
  const angle = (digest.readUInt32LE(0) / GREATEST) * 2 * Math.PI
  const degrees = (Math.sqrt(digest.readUInt32LE(4) / GREATEST) * TOWN_RADIUS_KM) / KM_PER_DEGREE
  return {
    lat: TOWN.lat + Math.sin(angle) * degrees,
    lng: TOWN.lng + (Math.cos(angle) * degrees) / stretchAt(TOWN.lat),
  }
}

const isBetween = (value: unknown, bound: number): value is number =>
  typeof value === 'number' && Math.abs(value) <= bound

/** Details are somebody else's data: whatever stands there is no place until it is looked at. */
const placeIn = (value: unknown): Position | null => {
  const { lat, lng } = (value ?? {}) as Record<string, unknown>
  return isBetween(lat, 90) && isBetween(lng, 180) ? { lat, lng } : null
}

export const placesOf = ({
  store,
  orderId,
  details,
}: Pick<Order, 'store' | 'orderId' | 'details'>): Places => ({
  store: placeIn(details?.from) ?? placeOf(store),
  door: placeIn(details?.to) ?? placeOf(`${store}/${orderId}`),
})

/** Good enough within a town; everything else is bounded by the longest way. */
const kilometres = (from: Position, to: Position): number =>
  KM_PER_DEGREE * Math.hypot(to.lat - from.lat, (to.lng - from.lng) * stretchAt((from.lat + to.lat) / 2))

/** @param travelMs time of a way of mean length */
export const routeBetween = (from: Position, to: Position, travelMs: number): Route => ({
  from,
  to,
  durationMs: travelMs * Math.min(LONGEST_WAY, kilometres(from, to) / MEAN_WAY_KM),
})

/** The place after `elapsedMs`; at its ends before and after. */
export const positionAt = ({ from, to, durationMs }: Route, elapsedMs: number): Position => {
  const part = durationMs === 0 ? 1 : Math.min(1, Math.max(0, elapsedMs / durationMs))
  return { lat: from.lat + (to.lat - from.lat) * part, lng: from.lng + (to.lng - from.lng) * part }
}

/** The nearest of some places, the first of those that are equally near; null if there is none. */
export const nearestTo = (here: Position, places: readonly Position[]): Position | null => {
  let nearest: Position | null = null
  let least = Number.POSITIVE_INFINITY
  for (const place of places) {
    const distance = kilometres(here, place)
    if (distance < least) [nearest, least] = [place, distance]
  }
  return nearest
}
