/** `caps migrate`: makes the schema of a database, or brings it to the version that the hubs of this version want. */
import { HUB_SETTINGS } from '../../hub/config.ts'
import { migrateDatabase } from '../../hub/ledger/postgres/open.ts'
import { systemClock } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import { environmentOf, type Flags, readSettings, type SettingTable } from '../../shared/settings.ts'
import { printLine, runCommand } from './run-command.ts'

export const MIGRATE_SETTINGS = {
  databaseUrl: HUB_SETTINGS.databaseUrl,
} as const satisfies SettingTable

const migrate = async (flags: Flags): Promise<void> => {
  const { databaseUrl: url } = readSettings(MIGRATE_SETTINGS, {
    flags,
    environment: environmentOf(process.env),
  })
  if (url === null)
    throw new Fault(
      'configuration',
      'There is no database to migrate: set CAPS_DATABASE_URL in the environment or in .env. A hub without one keeps its data in a folder, which it brings to its own format itself.',
    )
  // Nothing is confirmed to anybody here: a standby need not be waited for.
  const { from, to } = await migrateDatabase({ url, durability: 'local' }, systemClock)
  await printLine(
    from === to
      ? `The schema is of version ${to} already.`
      : `The schema is of version ${to} now; it was ${from || 'not there'}.`,
  )
}

export const runMigrate = (flags: Flags): Promise<never> => runCommand(() => migrate(flags))
