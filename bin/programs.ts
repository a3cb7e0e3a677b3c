/** The programs of CAPS. What one needs is loaded when it is chosen. */
import type { Flags, SettingTable } from '../shared/settings.ts'

export interface Program {
  readonly name: string
  readonly summary: string
  settings(): Promise<SettingTable>
  /** Runs until the program ends, and exits the process. */
  run(flags: Flags): Promise<never>
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
]
