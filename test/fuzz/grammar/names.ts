/**
 * Whom the attackers claim to be, and the orders they talk about. Both are few, so that what they get accepted stays little and most of it is a repeat; and no attacker bears a healthy participant's name: in open mode
 * that would be a takeover, which is allowed. Attacking drivers hold the one order that they may hold since before the run (`kept-orders.ts`), so that no healthy order is ever theirs to lose.
 */

import type { Seeded } from '../../support/seeded.ts'

export const ATTACKING_STORES = 64
export const ATTACKING_DRIVERS = 8

/** Drivers among the attackers say nothing else about themselves when they connect: with more room than one they would be given healthy orders. */
export interface Claim {
  readonly role: 'vendor' | 'driver'
  readonly store: string
  readonly id: string
}

/** Every fourth session is a driver's. Sessions that run at the same time have different names. */
export const claimOf = (session: number): Claim => {
  const store = storeName(session % ATTACKING_STORES)
  return session % 4 === 3
    ? { role: 'driver', store, id: driverName((session >>> 2) % ATTACKING_DRIVERS) }
    : { role: 'vendor', store, id: 'main' }
}

/** Whom a connection to `/watch` claims to be: with keys its token says so, an open hub takes everybody for an operator. */
export interface WatchClaim {
  readonly role: 'operator' | 'observer'
  /** The one order that its token is for. */
  readonly order?: string
}

export const WATCH_CLAIMS: readonly WatchClaim[] = [
  { role: 'operator' },
  { role: 'observer' },
  { role: 'observer', order: 'fuzz-0/o-0' },
]

export const watchClaimOf = (random: Seeded): WatchClaim => random.oneOf(WATCH_CLAIMS)

export const watchParticipantOf = ({ role }: WatchClaim): string => `${role}/fuzz`

/** Where its token is kept: two tokens of one name differ by their order. */
export const watchTokenName = (claim: WatchClaim): string =>
  claim.order === undefined ? watchParticipantOf(claim) : `${watchParticipantOf(claim)} ${claim.order}`

export const participantOf = ({ role, store, id }: Claim): string =>
  role === 'driver' ? `driver/${id}` : `vendor/${store}/${id}`

export const storeName = (index: number): string => `fuzz-${index}`

export const driverName = (index: number): string => `fuzz-driver-${index}`

export const ORDER_NAMES = Array.from({ length: 24 }, (_, index) => `o-${index}`)
export const FOREIGN_ORDERS = ['healthy-0', 'o-0', 'constructor', '__proto__', 'no-such']
export const FOREIGN_STORES = ['healthy-0', 'healthy-1', 'fleet', '__proto__', 'fuzz-1']
