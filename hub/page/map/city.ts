/** A city to drive in: streets, a river and parks that nobody has ever built, the same ones for the same bounds. It is scenery; nothing is decided by it. Pure. */
import type { Point, Size } from './projection.ts'

export interface City {
  /** Paths of SVG, in units of the map. */
  readonly streets: string
  readonly avenues: string
  readonly river: string
  readonly parks: readonly string[]
}

/** Mulberry32 (https://github.com/bryc/code/blob/master/jshash/PRNGs.md): small, and good enough for trees. */
const dice = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

type Dice = ReturnType<typeof dice>

const short = (value: number): string => value.toFixed(1)

/** In units of the map; wider in a city so wide that nobody would see its streets. */
const streetGap = (length: number): number => Math.max(6, length / 150)
const EVERY_AVENUE = 5

/** Lines across a length, not quite evenly, and some missing. */
const linesAcross = (length: number, roll: Dice): readonly { at: number; isAvenue: boolean }[] => {
  const lines: { at: number; isAvenue: boolean }[] = []
  const gap = streetGap(length)
  for (let index = 1; index * gap < length; index += 1) {
    const isAvenue = index % EVERY_AVENUE === 0
    const isMissing = !isAvenue && roll() < 0.22
    if (!isMissing) lines.push({ at: (index + (roll() - 0.5) * 0.27) * gap, isAvenue })
  }
  return lines
}

/** A gently bent line from edge to edge, through the middle. */
const riverOf = ({ width, height }: Size, roll: Dice): string => {
  const points: Point[] = Array.from({ length: 12 }, (_, index) => ({
    x: (width * (index - 0.1)) / 10.8,
    y: height * (0.56 + 0.06 * Math.sin(index * 1.7 + roll()) - index * 0.02),
  }))
  const curves = points.slice(1).map((point, index) => {
    const middle = (points[index]!.x + point.x) / 2
    return `C${short(middle)} ${short(points[index]!.y)} ${short(middle)} ${short(point.y)} ${short(point.x)} ${short(point.y)}`
  })
  return `M${short(points[0]!.x)} ${short(points[0]!.y)}${curves.join('')}`
}

const parkOf = ({ width, height }: Size, roll: Dice): string => {
  const [w, h] = [width * (0.02 + roll() * 0.035), height * (0.02 + roll() * 0.04)]
  const [x, y] = [roll() * (width - w), roll() * (height - h)]
  return `M${short(x)} ${short(y)}h${short(w)}v${short(h)}h${short(-w)}z`
}

/** How far the city goes on beyond its bounds, on every side and as a part of them: a screen has another shape. */
export const OVERSCAN = 1

export const cityOf = (bounds: Size): City => {
  const roll = dice(Math.round(bounds.width * 31 + bounds.height))
  const size: Size = { width: bounds.width * (1 + 2 * OVERSCAN), height: bounds.height * (1 + 2 * OVERSCAN) }
  const across = linesAcross(size.width, roll).map(({ at, isAvenue }) => ({
    isAvenue,
    path: `M${short(at)} 0V${short(size.height)}`,
  }))
  const along = linesAcross(size.height, roll).map(({ at, isAvenue }) => ({
    isAvenue,
    path: `M0 ${short(at)}H${short(size.width)}`,
  }))
  const pathOf = (isAvenue: boolean) =>
    [...across, ...along]
      .filter((line) => line.isAvenue === isAvenue)
      .map(({ path }) => path)
      .join('')
  return {
    streets: pathOf(false),
    avenues: pathOf(true),
    river: riverOf(size, roll),
    parks: Array.from({ length: 26 }, () => parkOf(size, roll)),
  }
}
