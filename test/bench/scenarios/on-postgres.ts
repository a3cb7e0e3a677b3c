/**
 * S1, S3 and S6 with hubs on a PostgreSQL of their own, next to a hub on LevelDB in the same run. What the database costs is told beside what the hubs and the clients do: on one machine they share its processors.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { requireOpenFiles } from '../../load/machine.ts'
import { askedNote, rateCheck } from '../checks.ts'
import { EVENTS_AN_ORDER } from '../client/workload.ts'
import type { BenchDatabase, DatabaseCost } from '../database.ts'
import { startCapsHub } from '../hubs.ts'
import { medianFigures } from '../pairs.ts'
import { measureSides, type Windows } from '../run-sides.ts'
import type { Check, Context, Figures, Measurement, Scenario } from '../scenario.ts'
import { openSide, type Side, type SideSettings } from '../side.ts'
import { catchUpOn, type QueuedPlace } from './catch-up.ts'
import { TILL } from './catch-up-round.ts'
import { fleetOf } from './fleet.ts'
import { queueIn } from './queued-folder.ts'
import { LIMITS, LOAD, windowsOf } from './saturated.ts'

const ON_POSTGRES = 'CAPS on PostgreSQL'
const ON_LEVEL = 'CAPS on LevelDB'
/** Until the server's processes have told what they have counted. */
const TELL_MS = 1500
/** LevelDB's files, the programs' own, the listening sockets. */
const OTHER_FILES = 400

/** What its windows have cost the database, each from its beginning to its end. */
class Costs {
  readonly #database: BenchDatabase
  events = 0
  processorMs = 0
  transactions = 0

  constructor(database: BenchDatabase) {
    this.#database = database
  }

  async during<T>(events: number, run: () => Promise<T>): Promise<T> {
    await pause(TELL_MS)
    const before = await this.#database.cost()
    const result = await run()
    await pause(TELL_MS)
    this.#add(events, before, await this.#database.cost())
    return result
  }

  #add(events: number, before: DatabaseCost, after: DatabaseCost): void {
    this.events += events
    this.processorMs += after.processorMs - before.processorMs
    this.transactions += after.transactions - before.transactions
  }

  get microsPerEvent(): number {
    return (this.processorMs * 1000) / this.events
  }

  get statementsPerEvent(): number {
    return this.transactions / this.events
  }
}

const statementCheck = ({ statementsPerEvent }: Costs): Check => ({
  what: 'database statements an event',
  kind: 'absolute',
  value: statementsPerEvent,
  is: 'most',
  unit: '',
  must: 0.1,
  goal: null,
})

/** Ours: a database of its own beside it costs about as much again as the hub. */
const OF_LEVEL = { of: 'the same on LevelDB', must: null, goal: 0.7 }

const speedCheck = ({ eventsPerSecond }: Figures): Check => ({
  what: 'events a second through the whole life of an order',
  kind: 'absolute',
  value: eventsPerSecond,
  is: 'least',
  unit: '/s',
  must: 20_000,
  goal: 30_000,
})

const shareNote = (
  { microsPerEvent }: Costs,
  { hubMicrosPerEvent, clientMicrosPerEvent }: Figures,
): string => {
  const parts = [
    ['PostgreSQL', microsPerEvent],
    ['hubs', hubMicrosPerEvent],
    ['clients', clientMicrosPerEvent],
  ] as const
  const all = parts.reduce((total, [, micros]) => total + micros, 0)
  const words = parts.map(
    ([who, micros]) => `${who} ${micros.toFixed(1)} µs an event (${Math.round((micros / all) * 100)} %)`,
  )
  return `processor time: ${words.join(', ')}`
}

/** Each window of a side that counts what the database does meanwhile; not the first one, which warms up. */
const counted = (side: Side, costs: Costs): Side => {
  let isWarm = false
  return {
    ...side,
    async window(orders) {
      if (isWarm) return costs.during(orders * EVENTS_AN_ORDER, () => side.window(orders))
      isWarm = true
      return side.window(orders)
    },
  }
}

const openOn = async (
  database: BenchDatabase,
  { costs, load }: { costs: Costs; load: Omit<SideSettings, 'name' | 'client'> },
): Promise<Side> => {
  const hub = await database.startHubs(await database.create(), LIMITS)
  return counted(await openSide(hub, { name: ON_POSTGRES, client: 'link', ...load }), costs)
}

const openOnLevel = async (context: Context, load: Omit<SideSettings, 'name' | 'client'>): Promise<Side> =>
  openSide(await startCapsHub(context.newFolder(), LIMITS), { name: ON_LEVEL, client: 'link', ...load })

const compared = async (
  context: Context,
  database: BenchDatabase,
  {
    load,
    windows,
    isSaturated,
  }: { load: Omit<SideSettings, 'name' | 'client'>; windows: Windows; isSaturated: boolean },
): Promise<Measurement> => {
  const costs = new Costs(database)
  const { postgres, level } = await measureSides(context, windows, {
    postgres: () => openOn(database, { costs, load }),
    level: () => openOnLevel(context, load),
  })
  const figures = medianFigures(postgres)
  return {
    caps: figures,
    control: medianFigures(level),
    controlName: ON_LEVEL,
    checks: [
      rateCheck(postgres, level, OF_LEVEL),
      ...(isSaturated ? [speedCheck(figures)] : []),
      statementCheck(costs),
    ],
    limits: LIMITS,
    notes: [shareNote(costs, figures), database.settingsNote, askedNote(load)],
  }
}

const saturated = (database: BenchDatabase): Scenario => ({
  id: 'S1',
  name: 'saturated',
  title: 'saturated, on PostgreSQL: 1 vendor, 1 driver, link library, 1,000 orders open',
  run: (context) =>
    compared(context, database, { load: LOAD, windows: windowsOf(context), isSaturated: true }),
})

const fleet = (database: BenchDatabase): Scenario => ({
  id: 'S3',
  name: 'fleet',
  title: 'fleet, on PostgreSQL: 2,000 vendors and 200 drivers, one order open each',
  async run(context) {
    const { vendors, drivers, ...windows } = fleetOf(context)
    requireOpenFiles(2 * (vendors + drivers) + OTHER_FILES)
    const measurement = await compared(context, database, {
      load: { vendors, drivers, open: vendors },
      windows,
      isSaturated: false,
    })
    return { ...measurement, notes: [`${vendors} vendors, ${drivers} drivers`, ...(measurement.notes ?? [])] }
  },
})

const inDatabases = async (database: BenchDatabase): Promise<QueuedPlace> => {
  const seeded = await database.create()
  const start = (name: string, limits = LIMITS) => database.startHubs(name, limits)
  return {
    async fill(wanted) {
      const queues = { stores: [TILL.store], tillsAStore: 1, entries: wanted }
      const entries = await queueIn(seeded, queues, start)
      return { entries, bytes: await database.bytesOf(seeded) }
    },
    async openCopy() {
      const copy = await database.create(seeded)
      return { hub: await start(copy), remove: () => database.drop(copy) }
    },
    openEmpty: async () => start(await database.create()),
  }
}

const catchingUp = (database: BenchDatabase): Scenario => ({
  id: 'S6',
  name: 'catch-up',
  title: 'catch-up, on PostgreSQL: a vendor returns to 1,000,000 queued events',
  async run(context) {
    const measurement = await catchUpOn(context, await inDatabases(database), `${ON_POSTGRES}, S1`)
    return { ...measurement, notes: [...(measurement.notes ?? []), database.settingsNote] }
  },
})

export const postgresScenarios = (database: BenchDatabase): readonly Scenario[] => [
  saturated(database),
  fleet(database),
  catchingUp(database),
]
