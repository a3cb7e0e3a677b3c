/**
 * S8: does the cost of an event grow with what the hub knows? S1's load on hubs that know 1, 100 and 10,000 stores (all but one away), and on one that has kept ten times the orders. The smallest of the costs is what the greatest is compared with.
 */
import { seedParticipants } from '../../load/seeding.ts'
import { askedNote } from '../checks.ts'
import { startCapsHub } from '../hubs.ts'
import { medianFigures } from '../pairs.ts'
import { measureSides, type Windows } from '../run-sides.ts'
import type { Context, Figures, Scenario } from '../scenario.ts'
import { openSide, type Side } from '../side.ts'

const LOAD = { client: 'link', vendors: 1, drivers: 1, open: 1000 } as const
const PARTICIPANTS_PER_STORE = 16
const TIMES_THE_ORDERS = 10

interface Growth extends Windows {
  readonly stores: readonly [few: number, some: number, many: number]
}

const growthOf = ({ isQuick }: Context): Growth =>
  isQuick
    ? { stores: [1, 100, 1_000], warmUp: 2_000, orders: 2_000 }
    : { stores: [1, 100, 10_000], warmUp: 20_000, orders: 10_000 }

const openOn = async (folder: string, name: string): Promise<Side> =>
  openSide(await startCapsHub(folder), { name, ...LOAD })

/** A hub that knows so many stores; the one of the workload is one of them. */
const openKnowing = async (folder: string, name: string, stores: number): Promise<Side> => {
  const others = Array.from({ length: stores - 1 }, (_, index) => ({ store: `known-${index}`, id: 'main' }))
  await seedParticipants(folder, others, PARTICIPANTS_PER_STORE)
  return openOn(folder, name)
}

/** A hub that has just started, as the others have, on a folder with so many orders that were delivered. */
const openWithOrders = async (folder: string, name: string, orders: number): Promise<Side> => {
  const before = await openSide(await startCapsHub(folder), { name, ...LOAD, orderPrefix: 'older' })
  try {
    await before.window(orders)
    await before.close()
  } finally {
    await before.kill()
  }
  return openOn(folder, name)
}

const costOf = ({ hubMicrosPerEvent }: Figures): number => hubMicrosPerEvent

const inWords = (count: number): string => count.toLocaleString('en')

export const growth: Scenario = {
  id: 'S8',
  name: 'growth',
  title: "growth: S1's cost with 1, 100, 10,000 known stores and 10 times the orders",
  async run(context) {
    const { stores, ...windows } = growthOf(context)
    // What the others have kept when their last window ends.
    const kept = windows.warmUp + context.pairs * windows.orders
    const older = TIMES_THE_ORDERS * kept
    const known = stores.map((count): [string, () => Promise<Side>] => {
      const name = `CAPS with ${inWords(count)} known ${count === 1 ? 'store' : 'stores'}`
      return [name, () => openKnowing(context.newFolder(), name, count)]
    })
    const full = `CAPS with ${inWords(older)} older orders`
    const measured = await measureSides(context, windows, {
      ...Object.fromEntries(known),
      [full]: () => openWithOrders(context.newFolder(), full, older),
    })
    const sides = Object.entries(measured).map(([name, taken]) => ({ name, figures: medianFigures(taken) }))
    const byCost = sides.toSorted((one, other) => costOf(one.figures) - costOf(other.figures))
    const [smallest, greatest] = [byCost[0]!, byCost.at(-1)!]
    return {
      caps: greatest.figures,
      control: smallest.figures,
      controlName: smallest.name,
      further: Object.fromEntries(sides.map(({ name, figures }) => [name, figures])),
      checks: [
        {
          what: `hub µs an event, ${greatest.name}, of the smallest`,
          kind: 'ratio',
          value: costOf(greatest.figures) / costOf(smallest.figures),
          is: 'most',
          unit: '×',
          must: 1.25,
          goal: 1.1,
        },
      ],
      limits: {},
      notes: [askedNote(LOAD)],
    }
  },
}
