/** Who takes part in the simulation, with which flags. Pure. */

import { DRIVER_SETTINGS } from '../../driver/config.ts'
import { HUB_SETTINGS } from '../../hub/config.ts'
import { driverId, type ParticipantId, vendorId } from '../../shared/ids.ts'
import type { Environment, SettingTable } from '../../shared/settings.ts'
import { DEFAULT_STORES, DEFAULT_TILL } from '../../vendor/config.ts'
import type { SimulationSettings } from './config.ts'

export interface ActorPlan {
  /** Shown before each of its lines. */
  readonly name: string
  readonly program: 'hub' | 'vendor' | 'driver'
  /** Whose token it needs where there is a key; null for the hub. */
  readonly participant: ParticipantId | null
  readonly flags: readonly string[]
  /** Nothing secret: whoever starts it again must give them as well. */
  readonly variables?: Readonly<Record<string, string>>
}

export interface VendorPlan extends ActorPlan {
  readonly program: 'vendor'
  readonly store: string
  readonly till: string
  /** Its share of a counted run; 0 in one without end, and for a till that only listens. */
  readonly orders: number
}

export interface Plan {
  readonly hubs: readonly ActorPlan[]
  readonly vendors: readonly VendorPlan[]
  readonly drivers: readonly ActorPlan[]
  readonly dataDir: string
  /** Where the hubs keep what they know, in words. */
  readonly place: string
  /** Of the hub or what stands before the hubs, and of the page. */
  readonly url: string
  /** Of a counted run; null in one without end. */
  readonly counted: { readonly orders: number; readonly seed: string; readonly timeoutMs: number } | null
}

/** Hubs on this machine that share a database. */
export interface ClusterHubs {
  readonly ports: readonly number[]
  readonly database: {
    /** In words, without a password. */
    readonly place: string
    /** By which the hubs find it; none if they do by the launcher's own environment. */
    readonly variables: Readonly<Record<string, string>>
  }
}

export interface Surroundings {
  /** Where vendors and drivers find the hub, or what stands before the hubs. */
  readonly port: number
  /** null: one hub, on that port, with its data in the folder. */
  readonly cluster: ClusterHubs | null
  readonly dataDir: string
  /** Of a counted run without one. */
  readonly drawnSeed: string
}

type Asked = Omit<SimulationSettings, 'logLevel' | 'logFormat' | 'secret' | 'tokenLifetime'>

/** A run for watching starts again soon after a kill; the programs' own defaults are for real vans. */
const HUB_DEFAULTS = {
  CAPS_ACK_TIMEOUT_MS: 5000,
  CAPS_DRIVER_GRACE_MS: 3000,
  CAPS_ASSIGNMENT_TIME_MS: 15_000,
} as const
/** A tour takes some seconds, so that one sees it on the map; all of them together keep up with two orders a second. */
const WATCHED_DRIVER = { CAPS_TRAVEL_MS: 1500, CAPS_CAPACITY: 6 } as const
/** Of a counted run: the way through the hub is what takes time, not the way through town. */
const COUNTED_DRIVER = { CAPS_TRAVEL_MS: 5, CAPS_CAPACITY: 100 } as const

const flagOf = (table: SettingTable, variable: string): string => {
  const setting = Object.values(table).find((row) => row.variable === variable)
  if (setting === undefined) throw new Error(`no setting is called ${variable}`)
  return `--${setting.flag}`
}

/** As flags, so that the command that starts an actor again says all; what the environment sets wins. */
const flagsFor = (
  table: SettingTable,
  defaults: Readonly<Record<string, number>>,
  environment: Environment,
): string[] =>
  Object.entries(defaults).flatMap(([variable, value]) => [
    flagOf(table, variable),
    environment[variable] || String(value),
  ])

/** `total` in `parts` whole numbers that differ by one at most. */
export const sharesOf = (total: number, parts: number): number[] =>
  Array.from({ length: parts }, (_, index) => Math.floor(total / parts) + (index < total % parts ? 1 : 0))

const storeNames = (vendors: number): string[] =>
  Array.from({ length: vendors }, (_, index) => DEFAULT_STORES[index] ?? `store-${index + 1}`)

const tillNames = (tills: number): string[] =>
  Array.from({ length: tills }, (_, index) => (index === 0 ? DEFAULT_TILL : `till-${index + 1}`))

const rateText = (rate: number): string => String(Number(rate.toFixed(6)))

interface TillShare {
  readonly store: string
  readonly till: string
  readonly orders: number
}

const tillsOf = ({ vendors, tills, orders }: Asked): TillShare[] => {
  const shares = sharesOf(orders, vendors * tills)
  return storeNames(vendors).flatMap((store, row) =>
    tillNames(tills).map((till, column) => ({ store, till, orders: shares[row * tills + column]! })),
  )
}

/** Orders a second of one till. In a counted run only those with a share make any. */
const rateOf = (asked: Asked, tills: readonly TillShare[], { orders }: TillShare): number => {
  if (asked.orders > 0 && orders === 0) return 0
  const making = asked.orders > 0 ? tills.filter((till) => till.orders > 0).length : tills.length
  return asked.rate === null ? 1 : asked.rate / making
}

const vendorPlan = (asked: Asked, share: TillShare, flags: readonly string[], rate: number): VendorPlan => ({
  ...share,
  name: asked.tills === 1 ? share.store : `${share.store}/${share.till}`,
  program: 'vendor',
  participant: vendorId(share.store, share.till),
  flags: [
    ...['--store', share.store, '--id', share.till, ...flags],
    ...['--rate', rateText(rate), '--orders', String(share.orders), '--when-done', 'stay'],
  ],
})

const vendorPlans = (asked: Asked, common: readonly string[], seed: string | null): VendorPlan[] => {
  const tills = tillsOf(asked)
  const flags = seed === null ? common : [...common, '--seed', seed]
  return tills.map((share) => vendorPlan(asked, share, flags, rateOf(asked, tills, share)))
}

const [WATCHED_DRIVERS, COUNTED_DRIVERS] = [4, 2]

const driverCount = ({ drivers, orders }: Asked): number =>
  drivers ?? (orders > 0 ? COUNTED_DRIVERS : WATCHED_DRIVERS)

const driverPlans = (asked: Asked, common: readonly string[]): ActorPlan[] => {
  const defaults = asked.orders > 0 ? COUNTED_DRIVER : WATCHED_DRIVER
  const own = flagsFor(DRIVER_SETTINGS, defaults, asked.environment)
  return Array.from({ length: driverCount(asked) }, (_, index) => {
    const id = `driver-${index + 1}`
    return { name: id, program: 'driver', participant: driverId(id), flags: ['--id', id, ...common, ...own] }
  })
}

const hubPlan = (asked: Asked, name: string, flags: readonly string[]): ActorPlan => ({
  name,
  program: 'hub',
  participant: null,
  flags: [...flags, ...flagsFor(HUB_SETTINGS, HUB_DEFAULTS, asked.environment)],
})

const hubPlans = (asked: Asked, { port, cluster, dataDir }: Surroundings): ActorPlan[] => {
  if (cluster === null) return [hubPlan(asked, 'hub', ['--port', String(port), '--data-dir', dataDir])]
  const { ports, database } = cluster
  return ports.map((own, index) => ({
    ...hubPlan(asked, `hub-${index + 1}`, ['--port', String(own)]),
    variables: database.variables,
  }))
}

const PATIENCE_MS = 60_000

/** Generous: what a stuck machine may take, and an end for a run that hangs. */
const timeoutOf = ({ timeoutMs, orders, rate, vendors, tills }: Asked): number =>
  timeoutMs ?? PATIENCE_MS + Math.ceil((4000 * orders) / (rate || vendors * tills))

/** A certificate names a host, and an address hardly ever. */
const urlOf = ({ environment }: Asked, { port }: Surroundings): string =>
  environment.CAPS_TLS_CERT ? `https://localhost:${port}` : `http://127.0.0.1:${port}`

export const planOf = (asked: Asked, around: Surroundings): Plan => {
  const isCounted = asked.orders > 0
  const seed = asked.seed ?? (isCounted ? around.drawnSeed : null)
  const common = ['--url', urlOf(asked, around), '--data-dir', around.dataDir]
  return {
    hubs: hubPlans(asked, around),
    vendors: vendorPlans(asked, common, seed),
    drivers: driverPlans(asked, common),
    dataDir: around.dataDir,
    place: around.cluster?.database.place ?? around.dataDir,
    url: urlOf(asked, around),
    counted: isCounted && seed !== null ? { orders: asked.orders, seed, timeoutMs: timeoutOf(asked) } : null,
  }
}
