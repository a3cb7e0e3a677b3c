/** Sides of a comparison through their whole life: opened, warmed up, measured in interleaved windows, ended with their books checked; killed when anything goes wrong. */
import { interleaved } from './pairs.ts'
import type { Context, Figures } from './scenario.ts'
import { untilQuiet } from './scenarios/settled.ts'
import type { Side } from './side.ts'

export interface Windows {
  /** Orders that each side runs before it is measured, so that V8 has compiled what is hot and LevelDB has found its shape. */
  readonly warmUp: number
  /** Orders of one window, the same for all sides. */
  readonly orders: number
}

type Openers<N extends string> = Readonly<Record<N, () => Promise<Side>>>

const openAll = async <N extends string>(openers: Openers<N>, opened: Map<N, Side>): Promise<void> => {
  for (const [name, open] of Object.entries(openers) as [N, () => Promise<Side>][])
    opened.set(name, await open())
}

/** `run` with all sides open. */
export const withSides = async <N extends string, T>(
  openers: Openers<N>,
  run: (sides: ReadonlyMap<N, Side>) => Promise<T>,
): Promise<T> => {
  const sides = new Map<N, Side>()
  try {
    await openAll(openers, sides)
    const result = await run(sides)
    for (const side of sides.values()) await side.close()
    return result
  } finally {
    await Promise.all([...sides.values()].map((side) => side.kill()))
  }
}

const progressOf = ({ eventsPerSecond, hubMicrosPerEvent, clientMicrosPerEvent }: Figures): string =>
  `${Math.round(eventsPerSecond)} events/s, hub ${hubMicrosPerEvent.toFixed(1)} µs, client ${clientMicrosPerEvent.toFixed(1)} µs`

/** Windows of all sides, by name. */
export const measureSides = <N extends string>(
  context: Context,
  { warmUp, orders }: Windows,
  openers: Openers<N>,
): Promise<Record<N, Figures[]>> =>
  withSides(openers, async (sides) => {
    for (const side of sides.values()) await side.window(warmUp)
    const windows = [...sides].map(([name, side]): [N, () => Promise<Figures>] => [
      name,
      async () => {
        const figures = await side.window(orders)
        // What it still does would slow down the next one.
        if (!context.isQuick) await untilQuiet(side.hub)
        context.say(`  ${name}: ${progressOf(figures)}`)
        return figures
      },
    ])
    return interleaved(Object.fromEntries(windows) as Record<N, () => Promise<Figures>>, context.pairs)
  })
