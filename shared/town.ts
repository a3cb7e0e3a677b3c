/** The town that simulated stores, customers and drivers live in. */
import type { Position } from './messages.ts'

export const TOWN: Position = { lat: 47.6062, lng: -122.3321 }
export const TOWN_RADIUS_KM = 6
