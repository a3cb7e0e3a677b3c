/**
 * Draws the drivers, on a canvas above the city: two hundred of them in a frame cost a millisecond or two, where as many elements of SVG would make the browser paint the whole city anew. It draws while somebody glides or something has
 * changed, and rests otherwise.
 */
import type { DriverRow, MapView, Moves } from '../../../shared/watch.ts'
import { LABEL_GAP, type Label, writtenOf } from './labels.ts'
import { Motion } from './motion.ts'
import { type Camera, onScreen, type Point, type Projection, type Size } from './projection.ts'
import { SIGN_RADIUS as RADIUS, readColours, SIGN_SIZE, signOf, signsIn } from './signs.ts'

export interface Scene {
  readonly projection: Projection
  readonly camera: Camera
  readonly size: Size
  readonly drivers: readonly DriverRow[]
  /** Their names stand on the map already. */
  readonly stores: MapView['stores']
  readonly picked: string | null
}

const REACH = 14
const fontOf = (isMarked: boolean): string => `${isMarked ? 600 : 500} 12px system-ui, sans-serif`
/** More names than this would cover one another. */
const MOST_NAMES = 24

export class Painter {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #motion = new Motion()
  #scene: Scene | null = null
  #hinted: string | null = null
  #colours = readColours()
  #signs = signsIn(this.#colours)
  #frame = 0

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
    this.#context = canvas.getContext('2d')!
  }

  set isStill(still: boolean) {
    this.#motion.isStill = still
  }

  show(scene: Scene): void {
    if (scene.drivers !== this.#scene?.drivers) this.#place(scene.drivers)
    this.#scene = scene
    this.#request()
  }

  /** Somebody is pointed at in the list. */
  hint(driver: string | null): void {
    this.#hinted = driver
    this.#request()
  }

  recolour(): void {
    this.#colours = readColours()
    this.#signs = signsIn(this.#colours)
    this.#request()
  }

  /** @returns false if one of them is not among the drivers that are shown */
  move(moves: Moves): boolean {
    const nowMs = performance.now()
    let areKnown = true
    for (const [driver, lat, lng] of moves)
      if (this.#motion.move(driver, { lat, lng }, nowMs)) areKnown = false
    this.#request()
    return areKnown
  }

  /** Where a driver is drawn at the moment, on the screen. */
  pointOf(driver: string): Point | null {
    const place = this.#motion.at(driver, performance.now())
    const scene = this.#scene
    return place === null || scene === null ? null : onScreen(scene.projection.pointOf(place), scene.camera)
  }

  /** The nearest driver within reach of a point of the screen. */
  driverAt({ x, y }: Point): string | null {
    let nearest: string | null = null
    let least = REACH
    for (const { driver } of this.#scene?.drivers ?? []) {
      const point = this.pointOf(driver)
      const distance = point === null ? least : Math.hypot(point.x - x, point.y - y)
      if (distance < least) [nearest, least] = [driver, distance]
    }
    return nearest
  }

  stop(): void {
    cancelAnimationFrame(this.#frame)
  }

  /** The list is as old as its look; positions that came since are newer. */
  #place(drivers: readonly DriverRow[]): void {
    const nowMs = performance.now()
    for (const row of drivers)
      if (this.#motion.at(row.driver, nowMs) === null) this.#motion.move(row.driver, row, nowMs)
    this.#motion.keepOnly(new Set(drivers.map(({ driver }) => driver)))
  }

  #request(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw())
  }

  #draw(): void {
    this.#frame = 0
    const scene = this.#scene
    if (scene === null) return
    this.#clear(scene.size)
    const nowMs = performance.now()
    const hasNames = scene.drivers.length <= MOST_NAMES
    const labels: Label[] = []
    for (const row of scene.drivers) {
      const point = this.pointOf(row.driver)
      if (point === null) continue
      const isMarked = row.driver === scene.picked || row.driver === this.#hinted
      this.#drawDriver(row, point, isMarked)
      if (isMarked || hasNames) labels.push(this.#label(row.driver, point, isMarked))
    }
    const fixed = hasNames ? this.#storeLabels(scene) : []
    for (const label of writtenOf(labels, fixed)) this.#drawName(label)
    if (this.#motion.isMoving(nowMs)) this.#request()
  }

  #storeLabels({ stores, projection, camera }: Scene): Label[] {
    return stores.map(({ store, ...place }) =>
      this.#label(store, onScreen(projection.pointOf(place), camera), true),
    )
  }

  #label(text: string, at: Point, isMarked: boolean): Label {
    this.#context.font = fontOf(isMarked)
    return { text, at, isMarked, width: this.#context.measureText(text).width + 2 * LABEL_GAP }
  }

  #clear({ width, height }: Size): void {
    const ratio = devicePixelRatio
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (this.#canvas.width !== w || this.#canvas.height !== h)
      Object.assign(this.#canvas, { width: w, height: h })
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0)
    this.#context.clearRect(0, 0, width, height)
  }

  #drawDriver(row: DriverRow, { x, y }: Point, isMarked: boolean): void {
    const context = this.#context
    if (isMarked) {
      context.beginPath()
      context.arc(x, y, RADIUS + 5, 0, 2 * Math.PI)
      context.strokeStyle = this.#colours.ink
      context.lineWidth = 2
      context.stroke()
    }
    context.drawImage(this.#signs[signOf(row)], x - SIGN_SIZE / 2, y - SIGN_SIZE / 2, SIGN_SIZE, SIGN_SIZE)
  }

  #drawName({ text, at: { x, y }, isMarked }: Label): void {
    const context = this.#context
    context.font = fontOf(isMarked)
    context.textBaseline = 'middle'
    context.lineWidth = 3
    context.lineJoin = 'round'
    context.strokeStyle = this.#colours.surface
    context.strokeText(text, x + LABEL_GAP, y)
    context.fillStyle = this.#colours.ink
    context.fillText(text, x + LABEL_GAP, y)
  }
}
