/** What a world is like, all of it drawn before it begins. Settings are short, so that everything that waits for a deadline in practice does so here in a minute. */
import { readHubConfig } from '../../hub/config.ts'
import type { HubOptions } from '../../hub/hub-parts.ts'
import type { Dice } from './dice.ts'

export interface TillPlan {
  readonly role: 'vendor'
  readonly store: string
  readonly id: string
  readonly window: number
  readonly orders: number
  readonly ordersPerSecond: number
  /** A client by hand, without `batch`, outbox or journal: it sends an event a frame and answers by callbacks. */
  readonly isPlain: boolean
}

export interface DriverPlan {
  readonly role: 'driver'
  readonly id: string
  readonly window: number
  readonly capacity: number
  /** Parcels that it has room for; more that it has acknowledged wait with it. */
  readonly room: number
  readonly travelMs: number
}

/** How often a handler does something else than its work, from 0 to 1. */
export interface Moods {
  readonly slow: number
  readonly hanging: number
  readonly rejecting: number
  readonly throwing: number
}

export interface Plan {
  readonly seed: number
  readonly options: HubOptions
  /** Rows of each kind that the ledger keeps in memory. */
  readonly cachedRows: number
  /** Rows that it reads without leaving the turn. */
  readonly readOnTheSpot: number
  readonly tills: readonly TillPlan[]
  readonly drivers: readonly DriverPlan[]
  readonly orders: number
  readonly moods: Moods
  /** Of orders: how often a till, or all drivers, reject it whatever happens. Then the delivery limit is low. */
  readonly poisonous: number
  /** May a participant stay away until its session expires? */
  readonly hasExpiry: boolean
  /** May wall clocks be set? */
  readonly hasClockJumps: boolean
  /** Orders are made and faults happen for at least this long. */
  readonly troubleMs: number
  readonly meanFaultMs: number
}

const NEVER_MS = 366 * 86_400_000
const LEAST_ORDERS = 30

const optionsOf = (
  dice: Dice,
  { isPoisoned, hasExpiry }: { isPoisoned: boolean; hasExpiry: boolean },
): HubOptions => ({
  ...readHubConfig({}, {}).options,
  ackTimeoutMs: dice.whole(1500, 5000),
  deliveryLimit: isPoisoned ? dice.whole(2, 4) : 1000,
  retryDelayMs: dice.whole(50, 400),
  longestRetryDelayMs: dice.whole(500, 1500),
  retryBound: dice.chance(0.3) ? dice.whole(1, 4) : 1000,
  windowBytes: dice.chance(0.2) ? dice.whole(300, 1500) : 256 * 1024,
  driverGraceMs: dice.chance(0.5) ? dice.whole(200, 1500) : dice.whole(1500, 5000),
  assignmentMs: dice.chance(0.4) ? dice.whole(300, 2000) : dice.whole(2000, 15_000),
  sessionExpiryMs: hasExpiry ? dice.whole(8000, 15_000) : NEVER_MS,
  deadLetterRetentionMs: NEVER_MS,
  orderRetentionMs: NEVER_MS,
  upkeepPeriodMs: dice.whole(1000, 4000),
  pingIntervalMs: dice.whole(1000, 3000),
  pingTimeoutMs: dice.whole(1000, 3000),
})

const windowOf = (dice: Dice): number => (dice.chance(0.7) ? dice.whole(1, 4) : dice.whole(5, 100))

const shared = (orders: number, tills: number, index: number): number =>
  Math.floor(orders / tills) + (index < orders % tills ? 1 : 0)

const tillsOf = (dice: Dice, orders: number, troubleMs: number): TillPlan[] => {
  const places = ['acme', 'bakery', 'cobbler']
    .slice(0, dice.whole(1, 3))
    .flatMap((store) => ['main', 'second'].slice(0, dice.whole(1, 2)).map((id) => ({ store, id })))
  return places.map((place, index) => {
    const own = shared(orders, places.length, index)
    return {
      role: 'vendor',
      ...place,
      window: windowOf(dice),
      orders: own,
      ordersPerSecond: (own * 1000) / (0.8 * troubleMs),
      isPlain: index > 0 && dice.chance(0.3),
    }
  })
}

const driversOf = (dice: Dice, orders: number): DriverPlan[] => {
  const count = dice.whole(1, 4)
  const sizes = Array.from({ length: count }, () => dice.whole(1, 4))
  const hands = sizes.reduce((sum, capacity) => sum + capacity, 0)
  return sizes.map((capacity, index) => ({
    role: 'driver',
    id: `driver-${index + 1}`,
    window: windowOf(dice),
    capacity,
    room: dice.whole(1, capacity),
    // So that all of them together carry everything in a few seconds.
    travelMs: dice.whole(20, Math.max(50, Math.min(1500, (3000 * hands) / orders))),
  }))
}

export const planOf = (seed: number, dice: Dice): Plan => {
  const isPoisoned = dice.chance(0.3)
  const hasExpiry = dice.chance(0.25)
  const orders = dice.whole(LEAST_ORDERS, 40)
  const troubleMs = dice.whole(20_000, 30_000)
  return {
    seed,
    options: optionsOf(dice, { isPoisoned, hasExpiry }),
    cachedRows: dice.chance(0.3) ? dice.whole(1, 3) : 1000,
    tills: tillsOf(dice, orders, troubleMs),
    drivers: driversOf(dice, orders),
    orders,
    moods: {
      slow: dice.fraction() * 0.15,
      hanging: dice.fraction() * 0.04,
      rejecting: dice.fraction() * 0.12,
      throwing: dice.fraction() * 0.05,
    },
    poisonous: isPoisoned ? 0.02 + dice.fraction() * 0.1 : 0,
    hasExpiry,
    hasClockJumps: dice.chance(0.4),
    troubleMs,
    meanFaultMs: dice.whole(400, 900),
    readOnTheSpot: dice.chance(0.5) ? 0 : dice.whole(1, 32),
  }
}

/** Hub settings that worlds differ in. */
const DRAWN = [
  'ackTimeoutMs',
  'deliveryLimit',
  'retryDelayMs',
  'longestRetryDelayMs',
  'retryBound',
  'windowBytes',
  'driverGraceMs',
  'assignmentMs',
  'sessionExpiryMs',
  'upkeepPeriodMs',
  'pingIntervalMs',
  'pingTimeoutMs',
] as const satisfies (keyof HubOptions)[]

const told = (of: object): string =>
  Object.entries(of)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toFixed(3)) : value}`)
    .join(', ')

/** What was drawn, for people. */
export const linesOf = ({ options, tills, drivers, moods, poisonous, ...plan }: Plan): string[] => [
  `hub: ${DRAWN.map((name) => `${name} ${options[name]}`).join(', ')}`,
  `ledger: cachedRows ${plan.cachedRows}, readOnTheSpot ${plan.readOnTheSpot}`,
  ...[...tills, ...drivers].map((actor) => `actor: ${told(actor)}`),
  `handlers: ${told(moods)}, poisonous ${poisonous.toFixed(3)}`,
]
