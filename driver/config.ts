/** The driver's settings; the only place that reads its environment. */
import { ACTOR_SETTINGS, idSetting } from '../shared/actor-settings.ts'
import {
  environmentOf,
  type Flags,
  readSettings,
  type SettingTable,
  type SettingValues,
  wholeNumberSetting,
} from '../shared/settings.ts'

export const DRIVER_SETTINGS = {
  id: idSetting(
    "the driver's name (default: the first of driver-1, driver-2, … that no live process of this data folder bears)",
  ),
  capacity: wholeNumberSetting(
    { variable: 'CAPS_CAPACITY', flag: 'capacity', help: 'parcels carried at a time' },
    { fallback: 4, minimum: 1, maximum: 100_000 },
  ),
  travelMs: wholeNumberSetting(
    {
      variable: 'CAPS_TRAVEL_MS',
      flag: 'travel-ms',
      help: 'mean time from one stop to the next, in milliseconds; a longer way takes longer',
    },
    { fallback: 1500, minimum: 0, maximum: 86_400_000 },
  ),
  ...ACTOR_SETTINGS,
} as const satisfies SettingTable

export type DriverSettings = SettingValues<typeof DRIVER_SETTINGS>

/** @throws Fault `configuration` */
export const readDriverSettings = (flags: Flags): DriverSettings =>
  readSettings(DRIVER_SETTINGS, { flags, environment: environmentOf(process.env) })
