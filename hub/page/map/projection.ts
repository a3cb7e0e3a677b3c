/** From places on the earth to points of the map, and the part of the map that is on screen. Over a city the earth is flat. Pure. */
import type { Place } from '../../../shared/watch.ts'

export interface Bounds {
  readonly south: number
  readonly west: number
  readonly north: number
  readonly east: number
}

/** In units of the map: a degree of latitude is `UNITS_PER_DEGREE`. */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** `screen = (map - origin) * scale`. */
export interface Camera extends Point {
  readonly scale: number
}

/** A metre is about a hundredth of a unit: numbers that SVG draws without rounding. */
const UNITS_PER_DEGREE = 1000

/** What the map shows as long as nothing has a place. */
export const SOMEWHERE: Bounds = { south: 47.53, west: -122.44, north: 47.68, east: -122.22 }

export const boundsOf = (places: readonly Place[]): Bounds | null => {
  if (places.length === 0) return null
  let [south, west, north, east] = [90, 180, -90, -180]
  for (const { lat, lng } of places) {
    south = Math.min(south, lat)
    north = Math.max(north, lat)
    west = Math.min(west, lng)
    east = Math.max(east, lng)
  }
  return { south, west, north, east }
}

const contains = (outer: Bounds, inner: Bounds): boolean =>
  outer.south <= inner.south &&
  outer.north >= inner.north &&
  outer.west <= inner.west &&
  outer.east >= inner.east

const STEP_DEGREES = 0.01
/** Of a step: what lies on the grid itself would lie on the edge. */
const A_LITTLE = 0.01
/** Of the extent, on every side. */
const MARGIN = 0.06

const snapped = ({ south, west, north, east }: Bounds): Bounds => {
  const [high, wide] = [(north - south) * MARGIN, (east - west) * MARGIN]
  const down = (degrees: number) => Math.floor(degrees / STEP_DEGREES - A_LITTLE) * STEP_DEGREES
  const up = (degrees: number) => Math.ceil(degrees / STEP_DEGREES + A_LITTLE) * STEP_DEGREES
  return {
    south: down(south - high),
    west: down(west - wide),
    north: up(north + high),
    east: up(east + wide),
  }
}

const joined = (first: Bounds, second: Bounds): Bounds => ({
  south: Math.min(first.south, second.south),
  west: Math.min(first.west, second.west),
  north: Math.max(first.north, second.north),
  east: Math.max(first.east, second.east),
})

/**
 * The bounds of the city: they hold everything, with a margin, and stay as they are while they do, so that the map does not move under
 * the eyes of whoever looks. They lie on a grid, so that a reload gives the same ones.
 */
export const cityBounds = (before: Bounds | null, places: readonly Place[]): Bounds => {
  const now = boundsOf(places)
  if (now === null) return before ?? SOMEWHERE
  if (before !== null && contains(before, now)) return before
  return before === null ? snapped(now) : joined(before, snapped(now))
}

export class Projection {
  readonly size: Size
  readonly #bounds: Bounds
  readonly #stretch: number

  constructor(bounds: Bounds) {
    this.#bounds = bounds
    // Meridians come closer to one another towards the poles.
    this.#stretch = Math.cos((((bounds.south + bounds.north) / 2) * Math.PI) / 180)
    const { x: width } = this.pointOf({ lat: bounds.north, lng: bounds.east })
    this.size = { width, height: (bounds.north - bounds.south) * UNITS_PER_DEGREE }
  }

  pointOf({ lat, lng }: Place): Point {
    return {
      x: (lng - this.#bounds.west) * this.#stretch * UNITS_PER_DEGREE,
      y: (this.#bounds.north - lat) * UNITS_PER_DEGREE,
    }
  }
}

/** The camera that shows all of `city` in the middle of the screen. */
export const fitted = (city: Size, screen: Size): Camera => {
  const scale = Math.min(screen.width / city.width, screen.height / city.height)
  return {
    scale,
    x: city.width / 2 - screen.width / scale / 2,
    y: city.height / 2 - screen.height / scale / 2,
  }
}

export const onScreen = ({ x, y }: Point, camera: Camera): Point => ({
  x: (x - camera.x) * camera.scale,
  y: (y - camera.y) * camera.scale,
})

/** Nearer by `factor`; the place below `anchor` (on the screen) stays below it. */
export const zoomed = (camera: Camera, factor: number, anchor: Point, least: number): Camera => {
  const scale = Math.min(Math.max(camera.scale * factor, least), least * 24)
  return {
    scale,
    x: camera.x + anchor.x / camera.scale - anchor.x / scale,
    y: camera.y + anchor.y / camera.scale - anchor.y / scale,
  }
}

export const panned = (camera: Camera, dx: number, dy: number): Camera => ({
  scale: camera.scale,
  x: camera.x - dx / camera.scale,
  y: camera.y - dy / camera.scale,
})

/** The same part of the city on a screen of another size, its middle in the middle. */
export const resized = (camera: Camera, from: Size, to: Size): Camera => {
  const factor = Math.min(to.width / from.width, to.height / from.height)
  const scale = camera.scale * factor
  return {
    scale,
    x: camera.x + from.width / camera.scale / 2 - to.width / scale / 2,
    y: camera.y + from.height / camera.scale / 2 - to.height / scale / 2,
  }
}
