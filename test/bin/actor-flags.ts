/** What an actor would read from the flags of its plan. */
import type { ActorPlan } from '../../bin/simulation/plan.ts'
import { DRIVER_SETTINGS } from '../../driver/config.ts'
import { HUB_SETTINGS } from '../../hub/config.ts'
import { type Flags, readSettings, type SettingTable, type SettingValues } from '../../shared/settings.ts'
import { VENDOR_SETTINGS } from '../../vendor/config.ts'

const flagsIn = (words: readonly string[]): Flags =>
  Object.fromEntries(
    words.flatMap((word, index) => (index % 2 === 0 ? [[word.replace(/^--/, ''), words[index + 1]]] : [])),
  )

const settingsOf =
  <T extends SettingTable>(table: T) =>
  ({ flags }: ActorPlan): SettingValues<T> => {
    const known = Object.values(table).map(({ flag }) => flag)
    const unknown = Object.keys(flagsIn(flags)).filter((flag) => !known.includes(flag))
    if (unknown.length > 0) throw new Error(`unknown flags: ${unknown.join(', ')}`)
    return readSettings(table, { flags: flagsIn(flags), environment: {} })
  }

export const hubSettingsOf = settingsOf(HUB_SETTINGS)
export const vendorSettingsOf = settingsOf(VENDOR_SETTINGS)
export const driverSettingsOf = settingsOf(DRIVER_SETTINGS)
