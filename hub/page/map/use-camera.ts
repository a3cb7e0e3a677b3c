/** The part of the map that is on screen: it follows the screen's size, and is moved by dragging, by the wheel and with the keys. Whoever clicks without dragging has pointed at something. */
import { type Signal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import {
  type Camera,
  fitted,
  type Point,
  type Projection,
  panned,
  resized,
  type Size,
  zoomed,
} from './projection.ts'

const ZOOM_STEP = 1.5
const WHEEL_STEP = 1.2
const PAN_STEP = 60
/** A pointer that moved less has clicked. */
const CLICK_REACH = 5
export const NO_SIZE: Size = { width: 0, height: 0 }

type Zoom = (factor: number, anchor?: Point) => void

const KEYS: Readonly<Record<string, (pan: (dx: number, dy: number) => void, zoom: Zoom) => void>> = {
  ArrowLeft: (pan) => pan(PAN_STEP, 0),
  ArrowRight: (pan) => pan(-PAN_STEP, 0),
  ArrowUp: (pan) => pan(0, PAN_STEP),
  ArrowDown: (pan) => pan(0, -PAN_STEP),
  '+': (_, zoom) => zoom(ZOOM_STEP),
  '-': (_, zoom) => zoom(1 / ZOOM_STEP),
}

/** @param moved where whoever looks has moved to; null shows the whole city */
const useSize = (frame: RefObject<HTMLElement | null>, moved: Signal<Camera | null>): Signal<Size> => {
  const size = useSignal<Size>(NO_SIZE)
  useEffect(() => {
    const element = frame.current!
    const observer = new ResizeObserver(() => {
      const next = { width: element.clientWidth, height: element.clientHeight }
      if (moved.peek() !== null) moved.value = resized(moved.peek()!, size.peek(), next)
      size.value = next
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [frame, moved, size])
  return size
}

export interface CameraControl {
  readonly camera: Camera
  readonly size: Size
  /** Into the middle of the screen. */
  centre(at: Point): void
  nearer(): void
  farther(): void
  whole(): void
  /** For the element that is dragged. */
  readonly handlers: {
    onPointerDown(event: PointerEvent): void
    onPointerMove(event: PointerEvent): void
    onPointerUp(event: PointerEvent): void
    onPointerCancel(): void
    onWheel(event: WheelEvent): void
    onKeyDown(event: KeyboardEvent): void
  }
}

interface Pointing {
  /** The pointer is there, and drags nothing. */
  hovers(point: Point): void
  clicks(point: Point): void
}

export const useCamera = (
  frame: RefObject<HTMLElement | null>,
  projection: Projection,
  { hovers, clicks }: Pointing,
): CameraControl => {
  const moved = useSignal<Camera | null>(null)
  const size = useSize(frame, moved).value
  const drag = useRef<{ start: Point; camera: Camera; isMoved: boolean } | null>(null)
  // Another city: what was zoomed to is not where it was.
  useEffect(() => {
    moved.value = null
  }, [projection])

  const whole = fitted(projection.size, size)
  const camera = moved.value ?? whole
  const middle: Point = { x: size.width / 2, y: size.height / 2 }
  const zoom: Zoom = (factor, anchor = middle) => {
    moved.value = zoomed(camera, factor, anchor, whole.scale)
  }
  const pan = (dx: number, dy: number, from = camera): void => {
    moved.value = panned(from, dx, dy)
  }
  const pointIn = ({ clientX, clientY }: { clientX: number; clientY: number }): Point => {
    const box = frame.current!.getBoundingClientRect()
    return { x: clientX - box.left, y: clientY - box.top }
  }

  return {
    camera,
    size,
    centre: (at) => pan(middle.x - at.x, middle.y - at.y),
    nearer: () => zoom(ZOOM_STEP),
    farther: () => zoom(1 / ZOOM_STEP),
    whole() {
      moved.value = null
    },
    handlers: {
      onPointerDown(event) {
        if (event.button !== 0) return
        drag.current = { start: pointIn(event), camera, isMoved: false }
        frame.current!.setPointerCapture(event.pointerId)
      },
      onPointerMove(event) {
        const held = drag.current
        const point = pointIn(event)
        if (held === null) return hovers(point)
        const [dx, dy] = [point.x - held.start.x, point.y - held.start.y]
        held.isMoved ||= Math.hypot(dx, dy) > CLICK_REACH
        if (held.isMoved) pan(dx, dy, held.camera)
      },
      onPointerUp(event) {
        const held = drag.current
        drag.current = null
        if (held !== null && !held.isMoved) clicks(pointIn(event))
      },
      onPointerCancel() {
        drag.current = null
      },
      onWheel(event) {
        event.preventDefault()
        zoom(event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP, pointIn(event))
      },
      onKeyDown(event) {
        const change = KEYS[event.key]
        if (change === undefined) return
        event.preventDefault()
        change(pan, zoom)
      },
    },
  }
}
