/** Who takes part: stores with several tills, drivers, and a store that nothing is for. */
import type { Role } from './actor/life.ts'

const till = (store: string, id: string, more: Partial<Role>): Role => ({
  participant: `vendor/${store}/${id}`,
  role: 'vendor',
  store,
  id,
  hears: true,
  makes: true,
  isPlain: false,
  window: null,
  capacity: null,
  ...more,
})

const driver = (id: string, capacity: number, window: number | null): Role => ({
  participant: `driver/${id}`,
  role: 'driver',
  store: null,
  id,
  hears: true,
  makes: false,
  isPlain: false,
  window,
  capacity,
})

/** Windows that are small enough to be full, and large enough never to be. Store names that begin alike. */
export const CAST: readonly Role[] = [
  till('acme', 'main', { window: 8 }),
  till('acme', 'desk', { hears: false }),
  till('acme-2', 'main', { window: 40 }),
  till('acme-2', 'back', { makes: false, isPlain: true }),
  till('bolt', 'main', { window: 5 }),
  till('bolt', 'desk', { hears: false }),
  till('quiet', 'main', { makes: false }),
  driver('d-1', 300, 1000),
  driver('d-2', 60, null),
  driver('d-3', 20, 4),
]

export const STORES: readonly string[] = [...new Set(CAST.flatMap(({ store }) => store ?? []))]
