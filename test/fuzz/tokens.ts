/** Tokens for all who take part, when the hub has a key. */
import { randomBytes } from 'node:crypto'
import { keysOf } from '../../hub/access/keys.ts'
import { signToken } from '../../hub/access/tokens.ts'
import {
  CAPTURE_DRIVER,
  CAPTURE_STORE,
  CAPTURE_WATCHER,
  HEALTHY_DRIVERS,
  HEALTHY_TILLS,
  HEALTHY_WATCHERS,
  STOCK_STORE,
  type Tokens,
} from './cast.ts'
import {
  ATTACKING_DRIVERS,
  ATTACKING_STORES,
  driverName,
  storeName,
  WATCH_CLAIMS,
  watchParticipantOf,
  watchTokenName,
} from './grammar/names.ts'

/** Longer than any run. */
const LIFETIME_MS = 7 * 24 * 3_600_000

const list = (count: number, name: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => name(index))

const STORES = [...list(ATTACKING_STORES, storeName), ...HEALTHY_TILLS, STOCK_STORE, CAPTURE_STORE]
const DRIVERS = [...list(ATTACKING_DRIVERS, driverName), ...HEALTHY_DRIVERS, CAPTURE_DRIVER]

export const newSecret = (): string => `fuzz:${randomBytes(32).toString('hex')}`

interface Bearer {
  /** Where the token is kept. */
  readonly name: string
  readonly participant: string
  readonly order?: string
}

const PARTICIPANTS: readonly Bearer[] = [
  ...STORES.map((store) => `vendor/${store}/main`),
  ...DRIVERS.map((id) => `driver/${id}`),
  ...HEALTHY_WATCHERS,
  CAPTURE_WATCHER,
].map((participant) => ({ name: participant, participant }))

const WATCHERS: readonly Bearer[] = WATCH_CLAIMS.map((claim) => ({
  name: watchTokenName(claim),
  participant: watchParticipantOf(claim),
  ...(claim.order === undefined ? {} : { order: claim.order }),
}))

export const tokensFor = async (secret: string): Promise<Tokens> => {
  const keys = keysOf(secret)!
  const lifetime = { nowMs: Date.now(), lifetimeMs: LIFETIME_MS }
  const signed = [...PARTICIPANTS, ...WATCHERS].map(
    async ({ name, ...bearer }) => [name, await signToken(keys, bearer, lifetime)] as const,
  )
  return Object.fromEntries(await Promise.all(signed))
}
