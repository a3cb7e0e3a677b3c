/** The programs of CAPS. What one needs is loaded when it is chosen. */
import type { Flags, SettingTable } from '../shared/settings.ts'

export interface Program {
  readonly name: string
  readonly summary: string
  /** What must stand behind the name. */
  readonly words?: readonly { readonly name: string; readonly help: string }[]
  settings(): Promise<SettingTable>
  /** Runs until the program ends, and exits the process. */
  run(flags: Flags, words: readonly string[]): Promise<never>
}

export const PROGRAMS: readonly Program[] = [
  {
    name: 'hub',
    summary: 'keeps every event until whoever it concerns has acknowledged it',
    settings: async () => (await import('../hub/config.ts')).HUB_SETTINGS,
    run: async (flags) => (await import('../hub/main.ts')).runHub(flags),
  },
  {
    name: 'vendor',
    summary: 'a till of a store: asks for pickups, thanks for deliveries',
    settings: async () => (await import('../vendor/config.ts')).VENDOR_SETTINGS,
    run: async (flags) => (await import('../vendor/main.ts')).runVendor(flags),
  },
  {
    name: 'driver',
    summary: 'carries parcels from stores to doors',
    settings: async () => (await import('../driver/config.ts')).DRIVER_SETTINGS,
    run: async (flags) => (await import('../driver/main.ts')).runDriver(flags),
  },
  {
    name: 'all',
    summary: 'a hub, vendors and drivers together, as processes of their own',
    settings: async () => (await import('./simulation/config.ts')).SIMULATION_SETTINGS,
    run: async (flags) => (await import('./all.ts')).runAll(flags),
  },
  {
    name: 'cluster',
    summary: 'the same with several hubs on a PostgreSQL database, behind a balancer',
    settings: async () => (await import('./simulation/config.ts')).CLUSTER_SETTINGS,
    run: async (flags) => (await import('./cluster.ts')).runCluster(flags),
  },
  {
    name: 'token',
    summary: 'makes a token with the hub’s key and prints it',
    settings: async () => (await import('./commands/token.ts')).TOKEN_SETTINGS,
    run: async (flags) => (await import('./commands/token.ts')).runToken(flags),
  },
  {
    name: 'revoke',
    summary: 'ends all tokens of a participant that were made so far, and its connection',
    words: [{ name: 'participant', help: 'vendor/STORE/ID, driver/ID, observer/NAME or operator/NAME' }],
    settings: async () => (await import('./commands/hub-commands.ts')).HUB_COMMAND_SETTINGS,
    run: async (flags, words) => (await import('./commands/hub-commands.ts')).runRevoke(flags, words),
  },
  {
    name: 'migrate',
    summary: 'brings the schema of the database to the version of this CAPS',
    settings: async () => (await import('./commands/migrate.ts')).MIGRATE_SETTINGS,
    run: async (flags) => (await import('./commands/migrate.ts')).runMigrate(flags),
  },
  {
    name: 'erase',
    summary: 'removes the personal fields of an order; its events stay',
    words: [
      { name: 'store', help: 'the store of the order' },
      { name: 'order', help: 'its order id' },
    ],
    settings: async () => (await import('./commands/hub-commands.ts')).HUB_COMMAND_SETTINGS,
    run: async (flags, words) => (await import('./commands/hub-commands.ts')).runErase(flags, words),
  },
]
