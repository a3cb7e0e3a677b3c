/** The simulation's settings; the only place of it that reads the environment. */

import { HUB_SETTINGS } from '../../hub/config.ts'
import {
  DATA_DIR_SETTING,
  type Environment,
  environmentOf,
  type Flags,
  LOG_SETTINGS,
  readSettings,
  type Setting,
  type SettingTable,
  type SettingValues,
  wholeNumberSetting,
} from '../../shared/settings.ts'
import { ordersSetting, rateSetting, seedSetting } from '../../vendor/config.ts'
import { lifetimeSetting } from '../commands/lifetime.ts'
import { secretSetting } from '../commands/secret.ts'

const fleetSize = (what: string, fallback: number, maximum: number) =>
  wholeNumberSetting(
    { variable: `CAPS_${what.toUpperCase()}`, flag: what, help: `${what} of the simulation` },
    { fallback, minimum: what === 'drivers' ? 0 : 1, maximum },
  )

/** A setting whose default is decided elsewhere: null says that nobody gave it. */
const optional = <T>(setting: Setting<T>, help: string): Setting<T | null> => ({
  ...setting,
  help,
  fallback: null,
})

export const SIMULATION_SETTINGS = {
  vendors: fleetSize('vendors', 2, 100),
  tills: wholeNumberSetting(
    { variable: 'CAPS_TILLS', flag: 'tills', help: 'tills of each store' },
    { fallback: 1, minimum: 1, maximum: 16 },
  ),
  drivers: optional(fleetSize('drivers', 0, 100), 'drivers of the simulation (default 4; 2 with --orders)'),
  orders: {
    ...ordersSetting,
    help: 'of all vendors together; end with a summary when they are delivered and every event is acknowledged (0: without end)',
  },
  rate: optional(rateSetting, 'orders a second, of all vendors together (default 1 a till)'),
  seed: seedSetting,
  port: optional(
    wholeNumberSetting(
      { variable: 'CAPS_PORT', flag: 'port', help: '' },
      { fallback: 3001, minimum: 1, maximum: 65_535 },
    ),
    "the hub's port (default 3001; a free one with --orders)",
  ),
  dataDir: optional(
    DATA_DIR_SETTING,
    'folder of all that must survive a restart (default ./data; a temporary one with --orders)',
  ),
  timeoutMs: optional(
    wholeNumberSetting(
      { variable: 'CAPS_TIMEOUT_MS', flag: 'timeout-ms', help: '' },
      { fallback: 0, minimum: 1000, maximum: 86_400_000 },
    ),
    'with --orders: give up after so many milliseconds (default: a minute and four times what the rate asks for)',
  ),
  secret: secretSetting,
  tokenLifetime: lifetimeSetting('token-lifetime'),
  logLevel: LOG_SETTINGS.logLevel,
  logFormat: optional(LOG_SETTINGS.logFormat, "the actors' log: pretty, json or auto (default pretty)"),
} as const satisfies SettingTable

export type SimulationSettings = SettingValues<typeof SIMULATION_SETTINGS> & {
  /** Over the `.env` file; what the actors read beyond their flags. */
  readonly environment: Environment
}

/** @throws Fault `configuration` */
export const readSimulationSettings = (flags: Flags): SimulationSettings => {
  const environment = environmentOf(process.env)
  return { ...readSettings(SIMULATION_SETTINGS, { flags, environment }), environment }
}

export const CLUSTER_SETTINGS = {
  ...SIMULATION_SETTINGS,
  hubs: wholeNumberSetting(
    { variable: 'CAPS_HUBS', flag: 'hubs', help: 'hubs that share the database' },
    { fallback: 3, minimum: 1, maximum: 16 },
  ),
  port: { ...SIMULATION_SETTINGS.port, help: "the balancer's port (default 3001; a free one with --orders)" },
  dataDir: {
    ...SIMULATION_SETTINGS.dataDir,
    help: "folder of the vendors' and drivers' data (default: a temporary one; ./data if CAPS_DATABASE_URL names a database)",
  },
  databaseUrl: {
    ...HUB_SETTINGS.databaseUrl,
    help: `${HUB_SETTINGS.databaseUrl.help} (default: a PostgreSQL of its own, in a temporary folder)`,
  },
} as const satisfies SettingTable

export type ClusterSettings = SettingValues<typeof CLUSTER_SETTINGS> & Pick<SimulationSettings, 'environment'>

/** @throws Fault `configuration` */
export const readClusterSettings = (flags: Flags): ClusterSettings => {
  const environment = environmentOf(process.env)
  return { ...readSettings(CLUSTER_SETTINGS, { flags, environment }), environment }
}
