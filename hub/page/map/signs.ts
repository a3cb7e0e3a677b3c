/** The signs of drivers, drawn once and then copied: a disc carries parcels, a ring is free, a cross is away. */
import type { DriverRow } from '../../../shared/watch.ts'
import { colourOf } from '../parts/colours.ts'

interface Colours {
  readonly accent: string
  readonly ink: string
  readonly muted: string
  readonly surface: string
}

export const readColours = (): Colours => ({
  accent: colourOf('accent'),
  ink: colourOf('ink'),
  muted: colourOf('muted'),
  surface: colourOf('surface'),
})

type Sign = 'loaded' | 'free' | 'away'

export const SIGN_RADIUS = 6
export const SIGN_SIZE = 2 * (SIGN_RADIUS + 2)
/** Fine enough for any screen. */
const SCALE = 3

export const signOf = ({ connected, orders }: DriverRow): Sign => {
  if (!connected) return 'away'
  return orders.length > 0 ? 'loaded' : 'free'
}

const drawCross = (context: CanvasRenderingContext2D): void => {
  context.beginPath()
  context.moveTo(-3, -3)
  context.lineTo(3, 3)
  context.moveTo(3, -3)
  context.lineTo(-3, 3)
  context.lineWidth = 2
  context.stroke()
}

const drawn = (sign: Sign, { accent, muted, surface }: Colours): HTMLCanvasElement => {
  const canvas = document.createElement('canvas')
  canvas.width = SIGN_SIZE * SCALE
  canvas.height = SIGN_SIZE * SCALE
  const context = canvas.getContext('2d')!
  context.setTransform(SCALE, 0, 0, SCALE, canvas.width / 2, canvas.height / 2)
  context.beginPath()
  context.arc(0, 0, SIGN_RADIUS, 0, 2 * Math.PI)
  context.fillStyle = sign === 'loaded' ? accent : surface
  context.fill()
  context.strokeStyle = { loaded: surface, free: accent, away: muted }[sign]
  context.lineWidth = sign === 'loaded' ? 1.5 : 2.5
  context.stroke()
  if (sign === 'away') drawCross(context)
  return canvas
}

export const signsIn = (colours: Colours): Readonly<Record<Sign, HTMLCanvasElement>> => ({
  loaded: drawn('loaded', colours),
  free: drawn('free', colours),
  away: drawn('away', colours),
})
