/** What is done to hubs on a database besides what is done to any process, and to the database itself: drawn from the seed, in streams of its own. */
import { type Seeded, seeded } from '../support/seeded.ts'
import type { Shut } from './gate.ts'
import type { Blow } from './plan.ts'
import type { ClusterPlan } from './records.ts'

/** A hub is cut off, from its database or from all of its clients. */
export interface Cut extends Blow {
  readonly from: 'database' | 'clients'
  readonly how: Shut
  readonly lastsMs: number
}

export interface DatabaseBlow extends Blow {
  readonly what: 'stop' | 'crash' | 'fail-over'
  /** Of a restart. */
  readonly downMs: number
}

export interface ClusterBlows {
  readonly cuts: readonly Cut[]
  readonly databaseBlows: readonly DatabaseBlow[]
}

export const DATABASE = 'database'
const SHUTS: readonly Shut[] = ['reset', 'reset', 'frozen', 'deaf', 'deaf']
const LONGEST_DOWN_MS = 1500

export const hubNames = (hubs: number): readonly string[] =>
  hubs === 1 ? ['hub'] : Array.from({ length: hubs }, (_, index) => `hub-${index + 1}`)

const instant = (random: Seeded, orders: number): number =>
  random.whole(1, Math.max(1, Math.floor(orders * 0.98)))

const inOrder = <B extends Blow>(blows: B[]): B[] => blows.sort((one, other) => one.atOrder - other.atOrder)

/** Mostly short; some longer than a commit may take, a few longer than one is waited for. */
const cutMs = (random: Seeded): number => {
  const drawn = random.whole(1, 100)
  if (drawn <= 2) return random.whole(21_000, 24_000)
  return drawn <= 14 ? random.whole(3_000, 8_000) : random.whole(30, 1_500)
}

export const clusterBlowsOf = (
  { hubs, cuts, restarts, failOvers }: ClusterPlan,
  { orders, seed }: { orders: number; seed: number },
): ClusterBlows => {
  const random = seeded(seed ^ 0xda7aba5e)
  const restartOf = (): DatabaseBlow => ({
    victim: DATABASE,
    atOrder: instant(random, orders),
    what: random.oneOf(['stop', 'crash']),
    downMs: random.whole(0, LONGEST_DOWN_MS),
  })
  const failOverOf = (): DatabaseBlow => ({
    victim: DATABASE,
    atOrder: instant(random, orders),
    what: 'fail-over',
    downMs: 0,
  })
  return {
    cuts: inOrder(
      Array.from({ length: cuts }, () => ({
        victim: random.oneOf(hubNames(hubs)),
        atOrder: instant(random, orders),
        from: random.oneOf(['database', 'database', 'clients'] as const),
        how: random.oneOf(SHUTS),
        lastsMs: cutMs(random),
      })),
    ),
    databaseBlows: inOrder([
      ...Array.from({ length: restarts }, restartOf),
      ...Array.from({ length: failOvers }, failOverOf),
    ]),
  }
}
