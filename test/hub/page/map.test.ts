import { expect } from 'chai'
import fc from 'fast-check'
import { cityOf } from '../../../hub/page/map/city.ts'
import { type Label, writtenOf } from '../../../hub/page/map/labels.ts'
import { Motion } from '../../../hub/page/map/motion.ts'
import {
  type Bounds,
  boundsOf,
  cityBounds,
  fitted,
  onScreen,
  Projection,
  panned,
  resized,
  SOMEWHERE,
  zoomed,
} from '../../../hub/page/map/projection.ts'

const place = fc.record({
  lat: fc.double({ min: 47, max: 48, noNaN: true }),
  lng: fc.double({ min: -123, max: -122, noNaN: true }),
})
const places = fc.array(place, { minLength: 1, maxLength: 20 })
const SCREEN = { width: 800, height: 600 }

/** Sixteen pixels high, from their signs on. */
const haveCommon = (one: Label, other: Label): boolean => {
  const [left, right] = [
    Math.max(one.at.x, other.at.x),
    Math.min(one.at.x + one.width, other.at.x + other.width),
  ]
  return left < right && Math.abs(one.at.y - other.at.y) < 16
}

const isWithin = ({ south, west, north, east }: Bounds, { lat, lng }: { lat: number; lng: number }) =>
  south <= lat && lat <= north && west <= lng && lng <= east

describe("the page's map", () => {
  it('[PA8] shows everything that has a place', () => {
    fc.assert(
      fc.property(places, (all) => {
        const bounds = cityBounds(null, all)
        const projection = new Projection(bounds)
        const camera = fitted(projection.size, SCREEN)
        for (const one of all) {
          expect(isWithin(bounds, one)).to.equal(true)
          const { x, y } = onScreen(projection.pointOf(one), camera)
          expect(x).to.be.within(0, SCREEN.width)
          expect(y).to.be.within(0, SCREEN.height)
        }
      }),
    )
  })

  it('[PA30] writes as many names as cover none of the others, and all that are marked', () => {
    const label = fc.record({
      text: fc.constant('driver-1'),
      at: fc.record({ x: fc.integer({ min: 0, max: 300 }), y: fc.integer({ min: 0, max: 100 }) }),
      width: fc.integer({ min: 20, max: 80 }),
      isMarked: fc.boolean(),
    })
    const labels = fc.array(label, { maxLength: 20 })
    fc.assert(
      fc.property(labels, labels, (wanted, fixed) => {
        const written = writtenOf(wanted, fixed)
        const [marked, others] = [true, false].map((is) => written.filter(({ isMarked }) => isMarked === is))
        expect(marked).to.deep.equal(wanted.filter(({ isMarked }) => isMarked))
        for (const one of others!) {
          const rest = [...written, ...fixed].filter((other) => other !== one)
          expect(rest.some((other) => haveCommon(one, other))).to.equal(false)
        }
        for (const one of wanted)
          if (!written.includes(one))
            expect([...written, ...fixed].some((other) => haveCommon(one, other))).to.equal(true)
      }),
    )
  })

  it('[PA8] stays as it is while it holds everything, and only grows', () => {
    fc.assert(
      fc.property(places, places, (first, second) => {
        const before = cityBounds(null, first)
        expect(cityBounds(before, first)).to.equal(before)
        expect(cityBounds(before, [])).to.equal(before)
        const grown = cityBounds(before, second)
        const all = [...first, ...second]
        for (const one of all) expect(isWithin(grown, one)).to.equal(true)
        // It grows where it must only: not by its margin each time.
        if (second.every(({ lng }) => lng > before.west + 0.5)) expect(grown.west).to.equal(before.west)
        expect(cityBounds(grown, second)).to.equal(grown)
      }),
    )
    expect(cityBounds(null, [])).to.equal(SOMEWHERE)
    expect(boundsOf([])).to.equal(null)
  })

  it('[PA8] has north above, east to the right, and one scale for both', () => {
    const projection = new Projection({ south: 47, west: -123, north: 48, east: -122 })
    const northWest = projection.pointOf({ lat: 48, lng: -123 })
    const southEast = projection.pointOf({ lat: 47, lng: -122 })
    expect(northWest).to.deep.equal({ x: 0, y: 0 })
    // A degree of longitude is as much shorter than one of latitude as the cosine of the latitude says.
    expect(southEast.x / southEast.y).to.be.closeTo(Math.cos((47.5 * Math.PI) / 180), 1e-9)
  })

  it('[PA8] keeps the place below the pointer when it is zoomed, and the middle when the screen changes', () => {
    const camera = fitted({ width: 200, height: 100 }, SCREEN)
    const anchor = { x: 123, y: 456 }
    const below = { x: camera.x + anchor.x / camera.scale, y: camera.y + anchor.y / camera.scale }
    const nearer = zoomed(camera, 2, anchor, camera.scale)
    expect(nearer.scale).to.equal(camera.scale * 2)
    expect(onScreen(below, nearer).x).to.be.closeTo(anchor.x, 1e-9)
    expect(onScreen(below, nearer).y).to.be.closeTo(anchor.y, 1e-9)
    expect(zoomed(camera, 0.1, anchor, camera.scale).scale, 'not farther than all of it').to.equal(
      camera.scale,
    )

    const narrow = { width: 400, height: 700 }
    const middle = { x: nearer.x + 400 / nearer.scale, y: nearer.y + 300 / nearer.scale }
    const after = onScreen(middle, resized(nearer, SCREEN, narrow))
    expect(after.x).to.be.closeTo(200, 1e-9)
    expect(after.y).to.be.closeTo(350, 1e-9)
    expect(onScreen(below, panned(nearer, 10, -5)).x).to.be.closeTo(anchor.x + 10, 1e-9)
  })

  it('[PA8] draws the same city for the same bounds', () => {
    const size = { width: 200, height: 150 }
    expect(cityOf(size)).to.deep.equal(cityOf(size))
    expect(cityOf(size).streets).not.to.equal(cityOf({ width: 240, height: 150 }).streets)
    expect(cityOf({ width: 90_000, height: 90_000 }).streets.length, 'however wide').to.be.below(50_000)
  })

  it('[PA9] lets a driver glide to its newest position, and never jump', () => {
    const motion = new Motion()
    motion.move('7', { lat: 0, lng: 0 }, 0)
    motion.move('7', { lat: 10, lng: 0 }, 1000)
    expect(motion.at('7', 1000)!.lat).to.equal(0)
    expect(motion.at('7', 1500)!.lat).to.equal(5)
    // Another position comes before it is there: it goes on from where it is drawn.
    motion.move('7', { lat: 20, lng: 0 }, 1500)
    expect(motion.at('7', 1500)!.lat).to.equal(5)
    expect(motion.isMoving(1900)).to.equal(true)
    expect(motion.at('7', 9000)!.lat).to.equal(20)
    expect(motion.isMoving(9000)).to.equal(false)
  })

  it('[PA9] puts a driver straight to its place that is new, was away, or that nobody wants to see move', () => {
    const motion = new Motion()
    expect(motion.move('7', { lat: 3, lng: 4 }, 0)).to.equal(true)
    expect(motion.at('7', 0)).to.deep.equal({ lat: 3, lng: 4 })
    expect(motion.move('7', { lat: 9, lng: 9 }, 60_000)).to.equal(false)
    expect(motion.at('7', 60_000)).to.deep.equal({ lat: 9, lng: 9 })
    motion.isStill = true
    motion.move('7', { lat: 1, lng: 1 }, 61_000)
    expect(motion.at('7', 61_000)).to.deep.equal({ lat: 1, lng: 1 })
  })

  it('[PA9] forgets drivers that are on the map no more', () => {
    const motion = new Motion()
    motion.move('7', { lat: 0, lng: 0 }, 0)
    motion.move('8', { lat: 0, lng: 0 }, 0)
    motion.keepOnly(new Set(['8']))
    expect([motion.at('7', 0), motion.at('8', 0)]).to.deep.equal([null, { lat: 0, lng: 0 }])
  })
})
