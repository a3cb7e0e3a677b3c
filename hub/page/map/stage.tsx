/** The map itself: the city and what stands still in SVG, drivers on a canvas above it. It can be dragged, zoomed and gone over with the keys; what is clicked is picked, which the address tells. */
import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { MapView } from '../../../shared/watch.ts'
import type { Picked } from '../addresses.ts'
import { Icon } from '../parts/icons.tsx'
import { lookAgain } from '../state/feed.ts'
import { go } from '../state/navigation.ts'
import { isDark, wantsNoMotion } from '../state/preferences.ts'
import { isPaused, onMoves } from '../state/store.ts'
import { cityOf, OVERSCAN } from './city.ts'
import { hinted } from './hinted.ts'
import { Marks, waysOf } from './marks.tsx'
import { Painter } from './painter.ts'
import { pickedAt, placeOf, placesOf } from './picking.ts'
import {
  type Bounds,
  type Camera,
  cityBounds,
  fitted,
  onScreen,
  type Point,
  Projection,
  panned,
  resized,
  type Size,
  zoomed,
} from './projection.ts'

const ZOOM_STEP = 1.5
const PAN_STEP = 60
/** A pointer that moved less has clicked. */
const CLICK_REACH = 5
const ASK_AGAIN_MS = 2000

/** The bounds, which stay while they can. */
const useProjection = (map: MapView): Projection => {
  const bounds = useRef<Bounds | null>(null)
  const next = cityBounds(bounds.current, placesOf(map))
  bounds.current = next
  return useMemo(() => new Projection(next), [next])
}

const KEYS: Readonly<Record<string, (camera: Camera, zoom: (factor: number) => Camera) => Camera>> = {
  ArrowLeft: (camera) => panned(camera, PAN_STEP, 0),
  ArrowRight: (camera) => panned(camera, -PAN_STEP, 0),
  ArrowUp: (camera) => panned(camera, 0, PAN_STEP),
  ArrowDown: (camera) => panned(camera, 0, -PAN_STEP),
  '+': (_, zoom) => zoom(ZOOM_STEP),
  '-': (_, zoom) => zoom(1 / ZOOM_STEP),
}

const MANY_WAYS = 60
const MARGIN = 24

const isOnScreen = ({ x, y }: Point, { width, height }: Size): boolean =>
  x > MARGIN && y > MARGIN && x < width - MARGIN && y < height - MARGIN

const NO_SIZE: Size = { width: 0, height: 0 }

export const Stage = ({ map, picked }: { readonly map: MapView; readonly picked: Picked | null }) => {
  const frame = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const painter = useRef<Painter | null>(null)
  const size = useSignal<Size>(NO_SIZE)
  const moved = useSignal<Camera | null>(null)
  const drag = useRef<{ start: Point; camera: Camera; isMoved: boolean } | null>(null)
  const projection = useProjection(map)
  const city = useMemo(() => cityOf(projection.size), [projection])

  const overscan = { x: projection.size.width * OVERSCAN, y: projection.size.height * OVERSCAN }
  const whole = fitted(projection.size, size.value)
  const camera = moved.value ?? whole
  const middle: Point = { x: size.value.width / 2, y: size.value.height / 2 }
  const look = (next: Camera | null) => {
    moved.value = next
  }
  const zoom = (factor: number, anchor = middle) => zoomed(camera, factor, anchor, whole.scale)

  useEffect(() => {
    const element = frame.current!
    const observer = new ResizeObserver(() => {
      const next = { width: element.clientWidth, height: element.clientHeight }
      if (moved.peek() !== null) moved.value = resized(moved.peek()!, size.peek(), next)
      size.value = next
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [moved, size])

  useEffect(() => {
    const created = new Painter(canvas.current!)
    painter.current = created
    let askedMs = Number.NEGATIVE_INFINITY
    let asking: ReturnType<typeof setTimeout> | undefined
    const ask = () => {
      asking = undefined
      askedMs = performance.now()
      lookAgain()
    }
    // A driver is unknown once only, and so must be asked about, now or later.
    const stop = onMoves((moves) => {
      if (isPaused.peek() || created.move(moves)) return
      asking ??= setTimeout(ask, Math.max(0, askedMs + ASK_AGAIN_MS - performance.now()))
    })
    return () => {
      clearTimeout(asking)
      stop()
      created.stop()
    }
  }, [])

  // Another city: what was zoomed to is not where it was.
  useEffect(() => {
    moved.value = null
  }, [projection])

  const hasSize = size.value !== NO_SIZE
  const still = wantsNoMotion.value
  const dark = isDark()
  useEffect(() => {
    painter.current!.isStill = still
  }, [still])
  // Colours come from the stylesheet, and change with the theme.
  useEffect(() => painter.current!.recolour(), [dark])
  useEffect(() => painter.current!.hint(hinted.value), [hinted.value])
  useEffect(() => {
    const driver = picked?.kind === 'driver' ? picked.id : null
    if (hasSize)
      painter.current!.show({ projection, camera, size: size.value, drivers: map.drivers, picked: driver })
  })

  // What is picked in the list comes into the picture.
  useEffect(() => {
    const place = placeOf(picked, map)
    if (place === undefined || !hasSize) return
    const at = onScreen(projection.pointOf(place), camera)
    if (!isOnScreen(at, size.value)) moved.value = panned(camera, middle.x - at.x, middle.y - at.y)
  }, [picked?.kind, picked?.id, hasSize])

  const pointIn = (event: { clientX: number; clientY: number }): Point => {
    const box = frame.current!.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  const ground = {
    map,
    projection,
    camera,
    driverAt: (point: Point) => painter.current!.driverAt(point),
  }

  const onPointerMove = (event: PointerEvent) => {
    const held = drag.current
    const point = pointIn(event)
    if (held === null) {
      const found = pickedAt(point, ground)
      frame.current!.classList.toggle('pointing', found !== null)
      return
    }
    const [dx, dy] = [point.x - held.start.x, point.y - held.start.y]
    held.isMoved ||= Math.hypot(dx, dy) > CLICK_REACH
    if (held.isMoved) moved.value = panned(held.camera, dx, dy)
  }

  const onPointerUp = (event: PointerEvent) => {
    const held = drag.current
    drag.current = null
    if (held === null || held.isMoved) return
    const found = pickedAt(pointIn(event), ground)
    go({ name: 'map', picked: found })
  }

  const ways = waysOf(map.orders, picked, (place) => onScreen(projection.pointOf(place), camera))

  return (
    <div class="stage" data-drivers={map.drivers.length}>
      <section
        ref={frame}
        class="ground"
        aria-label={`Map with ${map.drivers.length} drivers and ${map.orders.length} parcels. Arrow keys move it, plus and minus zoom. The list beside it has all that is on it.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved with the arrow keys
        tabIndex={0}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          drag.current = { start: pointIn(event), camera, isMoved: false }
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          drag.current = null
        }}
        onWheel={(event) => {
          event.preventDefault()
          moved.value = zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, pointIn(event))
        }}
        onKeyDown={(event) => {
          const change = KEYS[event.key]
          if (change === undefined) return
          event.preventDefault()
          moved.value = change(camera, zoom)
        }}
      >
        <div class="picture" aria-hidden="true">
          <svg class="city" width="100%" height="100%" aria-hidden="true">
            {hasSize && (
              <>
                <g
                  transform={`scale(${camera.scale}) translate(${-camera.x - overscan.x} ${-camera.y - overscan.y})`}
                >
                  {city.parks.map((path) => (
                    <path key={path} class="park" d={path} />
                  ))}
                  <path class="street" d={city.streets} />
                  <path class="river" d={city.river} />
                  <path class="avenue" d={city.avenues} />
                </g>
                <Marks
                  isCrowded={map.orders.length > MANY_WAYS}
                  ways={ways}
                  stores={map.stores.map(({ store, ...place }) => ({
                    store,
                    at: onScreen(projection.pointOf(place), camera),
                  }))}
                  picked={picked}
                />
              </>
            )}
          </svg>
          <canvas ref={canvas} class="drivers" />
        </div>
      </section>
      <div class="map-tools">
        <button type="button" aria-label="Nearer" onClick={() => look(zoom(ZOOM_STEP))}>
          <Icon name="plus" />
        </button>
        <button type="button" aria-label="Farther" onClick={() => look(zoom(1 / ZOOM_STEP))}>
          <Icon name="minus" />
        </button>
        <button type="button" aria-label="Show the whole city" onClick={() => look(null)}>
          <Icon name="fit" />
        </button>
      </div>
    </div>
  )
}
