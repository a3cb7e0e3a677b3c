/**
 * What is done to whom, drawn from the seed: the instants as numbers of orders made, the fates of connections, the lengths of pauses. The seed decides this plan; how the processes
 * get along with each other meanwhile is decided by the machine, so a run with the same seed is alike and not the same.
 */
import { type Seeded, seeded } from '../support/seeded.ts'
import type { Fate, Harm, Strike } from './proxy.ts'
import type { Plan } from './records.ts'

export interface Blow {
  readonly victim: string
  /** Due when so many orders are made. */
  readonly atOrder: number
}

export interface Kill extends Blow {
  /** Until it is started again. */
  readonly downMs: number
  /** So long after it was started again it is killed once more; null as a rule. That kill counts as well. */
  readonly againAfterMs: number | null
}

export interface Pause extends Blow {
  readonly lastsMs: number
}

/** The three go on independently of each other, each in its order. */
export interface Blows {
  readonly hubKills: readonly Kill[]
  readonly actorKills: readonly Kill[]
  readonly pauses: readonly Pause[]
}

/** Of the kills and of the pauses; on a database the hubs are what the run is about. */
const HUB_SHARE = 0.2
const CLUSTER_SHARE = 0.5
const AGAIN_SHARE = 0.1
const LONGEST_DOWN_MS = 200
const LONGEST_UNTIL_AGAIN_MS = 400
const instants = (random: Seeded, count: number, orders: number): number[] =>
  Array.from({ length: count }, () => random.whole(1, Math.max(1, Math.floor(orders * 0.98)))).sort(
    (one, other) => one - other,
  )

const isOneIn = (random: Seeded, share: number): boolean => random.whole(1, 1000) <= share * 1000

/** So many kills, where each entry may stand for two. */
const killsOf = (
  random: Seeded,
  { count, orders, victims }: { count: number; orders: number; victims: readonly string[] },
): Kill[] => {
  const again: (number | null)[] = []
  for (let left = count; left > 0; left -= again.at(-1) === null ? 1 : 2)
    again.push(left > 1 && isOneIn(random, AGAIN_SHARE) ? random.whole(0, LONGEST_UNTIL_AGAIN_MS) : null)
  const at = instants(random, again.length, orders)
  return again.map((againAfterMs, index) => ({
    victim: random.oneOf(victims),
    atOrder: at[index]!,
    downMs: random.whole(0, LONGEST_DOWN_MS),
    againAfterMs,
  }))
}

/** Mostly short, some long enough to be missed, and a few longer than a connection lives without a sign (20 s). */
const pauseMs = (random: Seeded): number => {
  const drawn = random.whole(1, 100)
  if (drawn === 1) return random.whole(21_000, 23_000)
  return drawn <= 12 ? random.whole(1_500, 5_000) : random.whole(30, 1_000)
}

export const blowsOf = (
  { orders, kills, pauses, seed, cluster }: Pick<Plan, 'orders' | 'kills' | 'pauses' | 'seed' | 'cluster'>,
  { hubs, actors }: { hubs: readonly string[]; actors: readonly string[] },
): Blows => {
  const random = seeded(seed)
  const hubShare = cluster === null ? HUB_SHARE : CLUSTER_SHARE
  const hubKills = Math.round(kills * hubShare)
  return {
    hubKills: killsOf(random, { count: hubKills, orders, victims: hubs }),
    actorKills: killsOf(random, { count: kills - hubKills, orders, victims: actors }),
    pauses: instants(random, pauses, orders).map((atOrder) => ({
      victim: random.oneOf(isOneIn(random, hubShare) ? hubs : actors),
      atOrder,
      lastsMs: pauseMs(random),
    })),
  }
}

const STRUCK_SHARE = 0.45
const HARMS: readonly Harm[] = ['reset', 'reset', 'reset', 'black-hole', 'half-open', 'half-open', 'trickle']
const LEAST_BYTES = 200
const MOST_DOUBLINGS = 11

const strikeOf = (random: Seeded, maySilence: boolean): Strike => {
  const drawn = random.oneOf(HARMS)
  return {
    harm: maySilence ? drawn : 'reset',
    // As many strikes between 200 and 400 bytes as between 100 and 200 KB: handshakes are hit as well as long streams.
    afterBytes: random.whole(LEAST_BYTES, LEAST_BYTES * 2) * 2 ** random.whole(0, MOST_DOUBLINGS),
    resets: random.oneOf(['client', 'server']),
    lastsMs: isOneIn(random, 0.7) ? random.whole(200, 4_000) : null,
  }
}

export const CLEAN: Fate = { delayMs: 0, strike: null }

/** One fate after the other. `maySilence` false leaves only harms that both ends hear of: too many silent connections and nothing moves. */
export const fatesOf = (seed: number): ((maySilence: boolean) => Fate) => {
  const random = seeded(seed ^ 0x5eed)
  return (maySilence) => ({
    delayMs: isOneIn(random, 0.3) ? random.whole(1, 25) : 0,
    strike: isOneIn(random, STRUCK_SHARE) ? strikeOf(random, maySilence) : null,
  })
}
