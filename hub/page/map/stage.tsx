/** The map itself: the city and what stands still in SVG, drivers on a canvas above it. What is clicked is picked, which the address tells. */
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { MapView } from '../../../shared/watch.ts'
import type { Picked } from '../addresses.ts'
import { Icon } from '../parts/icons.tsx'
import { go } from '../state/navigation.ts'
import { cityOf, OVERSCAN } from './city.ts'
import { Marks, waysOf } from './marks.tsx'
import { pickedAt, placeOf, placesOf } from './picking.ts'
import { type Bounds, cityBounds, onScreen, type Point, Projection, type Size } from './projection.ts'
import { type CameraControl, NO_SIZE, useCamera } from './use-camera.ts'
import { usePainter } from './use-painter.ts'

/** The bounds, which stay while they can. */
const useProjection = (map: MapView): Projection => {
  const bounds = useRef<Bounds | null>(null)
  const next = cityBounds(bounds.current, placesOf(map))
  bounds.current = next
  return useMemo(() => new Projection(next), [next])
}

const MANY_WAYS = 60
const MARGIN = 24

const isOnScreen = ({ x, y }: Point, { width, height }: Size): boolean =>
  x > MARGIN && y > MARGIN && x < width - MARGIN && y < height - MARGIN

interface Sight extends Pick<CameraControl, 'camera'> {
  readonly map: MapView
  readonly picked: Picked | null
  readonly projection: Projection
}

/** It stays while the city does, whatever moves in it. */
const City = ({ projection, camera }: Pick<Sight, 'projection' | 'camera'>) => {
  const city = useMemo(() => cityOf(projection.size), [projection])
  const overscan = { x: projection.size.width * OVERSCAN, y: projection.size.height * OVERSCAN }
  return (
    <g transform={`scale(${camera.scale}) translate(${-camera.x - overscan.x} ${-camera.y - overscan.y})`}>
      {city.parks.map((path) => (
        <path key={path} class="park" d={path} />
      ))}
      <path class="street" d={city.streets} />
      <path class="river" d={city.river} />
      <path class="avenue" d={city.avenues} />
    </g>
  )
}

const Picture = ({ map, picked, projection, camera }: Sight) => {
  const pointOf = (place: { lat: number; lng: number }) => onScreen(projection.pointOf(place), camera)
  return (
    <>
      <City projection={projection} camera={camera} />
      <Marks
        isCrowded={map.orders.length > MANY_WAYS}
        ways={waysOf(map.orders, picked, pointOf)}
        stores={map.stores.map(({ store, ...place }) => ({ store, at: pointOf(place) }))}
        picked={picked}
      />
    </>
  )
}

const Tools = ({ nearer, farther, whole }: CameraControl) => (
  <div class="map-tools">
    <button type="button" aria-label="Nearer" onClick={nearer}>
      <Icon name="plus" />
    </button>
    <button type="button" aria-label="Farther" onClick={farther}>
      <Icon name="minus" />
    </button>
    <button type="button" aria-label="Show the whole city" onClick={whole}>
      <Icon name="fit" />
    </button>
  </div>
)

export const Stage = ({ map, picked }: { readonly map: MapView; readonly picked: Picked | null }) => {
  const frame = useRef<HTMLElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const projection = useProjection(map)
  const painter = usePainter(canvas)
  const at = (point: Point) => {
    const driverAt = (place: Point) => painter.current!.driverAt(place)
    return pickedAt(point, { map, projection, camera: control.camera, driverAt })
  }
  const control = useCamera(frame, projection, {
    hovers: (point) => void frame.current!.classList.toggle('pointing', at(point) !== null),
    clicks: (point) => go({ name: 'map', picked: at(point) }),
  })
  const { camera, size } = control
  const hasSize = size !== NO_SIZE

  useEffect(() => {
    const driver = picked?.kind === 'driver' ? picked.id : null
    const { drivers, stores } = map
    if (hasSize) painter.current!.show({ projection, camera, size, drivers, stores, picked: driver })
  })

  // What is picked in the list comes into the picture.
  useEffect(() => {
    const place = placeOf(picked, map)
    if (place === undefined || !hasSize) return
    const point = onScreen(projection.pointOf(place), camera)
    if (!isOnScreen(point, size)) control.centre(point)
  }, [picked?.kind, picked?.id, hasSize])

  return (
    <div class="stage" data-drivers={map.drivers.length}>
      <section
        ref={frame}
        class="ground"
        aria-label={`Map with ${map.drivers.length} drivers and ${map.orders.length} parcels. Arrow keys move it, plus and minus zoom. The list beside it has all that is on it.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved with the arrow keys
        tabIndex={0}
        {...control.handlers}
      >
        <div class="picture" aria-hidden="true">
          <svg class="city" width="100%" height="100%" aria-hidden="true">
            {hasSize && <Picture map={map} picked={picked} projection={projection} camera={camera} />}
          </svg>
          <canvas ref={canvas} class="drivers" />
        </div>
      </section>
      <Tools {...control} />
    </div>
  )
}
