/**
 * S5: does what is queued for participants that are away slow down those that are here? S1's load on a hub with millions of queued events and on one with none, then the full one is killed under load
 * and started again. A queued event is one event in one queue: an order's `in-transit` and `delivered` for the hundred tills of its store are 200.
 */

import { Fault } from '../../../shared/fault.ts'
import { median } from '../../load/figures.ts'
import { watchMemory } from '../../load/memory-watch.ts'
import { killAgainAndAgain } from '../../load/recovery-rounds.ts'
import { bytesIn } from '../../load/temporary-data.ts'
import { askedNote, rateCheck } from '../checks.ts'
import { startCapsHub } from '../hubs.ts'
import { medianFigures } from '../pairs.ts'
import { measureSides, type Windows } from '../run-sides.ts'
import type { Check, Context, Figures, Measurement, Scenario } from '../scenario.ts'
import { openSide, type Side } from '../side.ts'
import { type Queues, queueIn } from './queued-folder.ts'
import { LIMITS, LOAD } from './saturated.ts'
import { untilQuiet } from './settled.ts'

interface Depth extends Windows {
  readonly queues: Queues
  /** Restarts. */
  readonly kills: number
}

const STORES = Array.from({ length: 10 }, (_, index) => `absent-${index}`)
/** More than a store may have unless it is configured otherwise: only the hub that makes the queues is, since it is quicker so. */
const TILLS_A_STORE = 100
const MIB = 1024 * 1024
const MB = 1_000_000

const depthOf = ({ isQuick }: Context): Depth =>
  isQuick
    ? { queues: queuesOf(50_000), warmUp: 4_000, orders: 6_000, kills: 1 }
    : { queues: queuesOf(5_000_000), warmUp: 40_000, orders: 40_000, kills: 5 }

const queuesOf = (entries: number): Queues => ({ stores: STORES, tillsAStore: TILLS_A_STORE, entries })

/** Its windows tell the highest resident memory instead of the last. */
const watched = (side: Side): Side => ({
  ...side,
  async window(orders) {
    const { result, peak } = await watchMemory(side.hub, () => side.window(orders))
    return { ...result, hubMiB: peak.rssBytes / MIB }
  },
})

const openOn = async (folder: string, name: string): Promise<Side> => {
  const hub = await startCapsHub(folder, LIMITS)
  await untilQuiet(hub)
  return watched(await openSide(hub, { name, client: 'link', ...LOAD }))
}

interface Restarts {
  /** From the kill to the first event that a client got. */
  readonly firstMs: readonly number[]
  /** Of that, until the killed process was gone. */
  readonly goneMs: readonly number[]
  readonly readyMs: readonly number[]
}

/** @throws Fault `lost` when an event of the load that goes on meanwhile is */
const restart = async (folder: string, kills: number): Promise<Restarts> => {
  const { rounds, lost, repeated } = await killAgainAndAgain(folder, kills, () => false)
  if (lost + repeated > 0)
    throw new Fault('lost', `${lost} events were lost and ${repeated} handled again over ${kills} kills.`)
  return {
    firstMs: rounds.map(({ firstEventMs }) => firstEventMs),
    goneMs: rounds.map(({ spawnMs }) => spawnMs),
    readyMs: rounds.map(({ readyMs }) => readyMs),
  }
}

const mostMb = (windows: readonly Figures[]): number =>
  (Math.max(...windows.map(({ hubMiB }) => hubMiB)) * MIB) / MB

const absoluteChecks = (deep: readonly Figures[], empty: readonly Figures[], restarts: Restarts): Check[] => [
  {
    what: "resident memory of the hub above S1's, highest of each",
    kind: 'absolute',
    value: mostMb(deep) - mostMb(empty),
    is: 'most',
    unit: 'MB',
    must: 100,
    goal: null,
  },
  {
    what: 'kill -9 to the first handover of the next hub, slowest',
    kind: 'absolute',
    value: Math.max(...restarts.firstMs),
    is: 'most',
    unit: 'ms',
    must: 1000,
    goal: null,
  },
]

const inWords = (count: number): string => count.toLocaleString('en')

const inMs = (values: readonly number[]): string => `${Math.round(median(values))} ms`

const notesOf = (
  queued: { entries: number; bytes: number },
  { firstMs, goneMs, readyMs }: Restarts,
): string[] => [
  `${inWords(queued.entries)} events queued for ${STORES.length * TILLS_A_STORE} participants that are away, ${Math.round(queued.bytes / MB)} MB on disk`,
  `${firstMs.length} kills under load, medians: process gone after ${inMs(goneMs)}, ready after ${inMs(readyMs)}, first handover after ${inMs(firstMs)}`,
]

const run = async (context: Context): Promise<Measurement> => {
  const { queues, kills, ...windows } = depthOf(context)
  const folder = context.newFolder()
  context.say(`${inWords(queues.entries)} events are queued`)
  const queued = { entries: await queueIn(folder, queues), bytes: await bytesIn(folder) }
  const { deep, empty } = await measureSides(context, windows, {
    deep: () => openOn(folder, 'CAPS with much queued'),
    empty: () => openOn(context.newFolder(), 'CAPS with nothing queued'),
  })
  context.say(`${kills} kills`)
  const restarts = await restart(folder, kills)
  return {
    caps: medianFigures(deep),
    control: medianFigures(empty),
    controlName: 'CAPS, S1',
    checks: [
      rateCheck(deep, empty, { of: 'S1', must: 0.8, goal: 0.9 }),
      ...absoluteChecks(deep, empty, restarts),
    ],
    limits: LIMITS,
    notes: [...notesOf(queued, restarts), askedNote(LOAD)],
  }
}

export const depth: Scenario = {
  id: 'S5',
  name: 'depth',
  title: 'depth: S1 with 5,000,000 events queued for absent participants',
  run,
}
