/** Brings the schema of a database to the version that this hub knows, and refuses one that it does not know. A hub shares the schema's lock, so that nobody changes it meanwhile; whoever migrates has it alone. */
import { Fault } from '../../../shared/fault.ts'
import type { Connection } from './connection.ts'
import { SCHEMA_VERSION, stepsFrom } from './schema.ts'

const statement = (name: string, text: string) => ({ name, text, values: [] })

const foreignFault = (place: string): Fault =>
  new Fault(
    'in-use',
    `The database at ${place} has a schema caps that is not of a hub, which wants to make one of version ${SCHEMA_VERSION}. Give the hub a database of its own.`,
  )

const versionFault = (place: string, version: number): Fault =>
  new Fault(
    'in-use',
    version > SCHEMA_VERSION
      ? `The schema of the database at ${place} is of version ${version}; this hub wants version ${SCHEMA_VERSION}. Start the version of CAPS that made it.`
      : `The schema of the database at ${place} is of version ${version}; this hub wants version ${SCHEMA_VERSION}. Stop all hubs and run: caps migrate`,
  )

/** @returns null if there is no schema, 0 if there is an empty one */
const versionIn = async (connection: Connection): Promise<number | null> => {
  const [found] = await connection.run<[hasSchema: boolean, hasTables: boolean, hasVersions: boolean]>(
    'writer',
    statement(
      'schema',
      `SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'caps'),
        EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = 'caps'),
        EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = 'caps' AND tablename = 'schema_version')`,
    ),
  )
  const [hasSchema, hasTables, hasVersions] = found!
  if (!hasSchema) return null
  if (!hasTables) return 0
  if (!hasVersions) throw foreignFault(connection.place)
  const rows = await connection.run<[version: number | null]>(
    'writer',
    statement('version', 'SELECT max(version) FROM caps.schema_version'),
  )
  return rows[0]?.[0] ?? 0
}

const apply = async (connection: Connection, from: number | null): Promise<void> => {
  const first = from === null ? ['CREATE SCHEMA caps;'] : []
  await connection.script(['BEGIN;', ...first, ...stepsFrom(from ?? 0), 'COMMIT;'].join('\n'))
}

/** Hubs that start at the same moment make it one after another. */
const ONE_AT_A_TIME = 'SELECT pg_advisory_lock(1667330163, 0)'
const NEXT = 'SELECT pg_advisory_unlock(1667330163, 0)'

/** What a hub does at its start: an empty database gets the schema. @throws Fault `in-use` if there is one of another version, or another one */
export const ensureSchema = async (connection: Connection): Promise<void> => {
  await connection.script(ONE_AT_A_TIME)
  const version = await versionIn(connection)
  if (version === null || version === 0) await apply(connection, version)
  else if (version !== SCHEMA_VERSION) throw versionFault(connection.place, version)
  await connection.script(NEXT)
}

/** What `caps migrate` does. @returns the version before and after; null or 0 if there was none @throws Fault `in-use` if the schema is newer, or another one */
export const migrate = async (connection: Connection): Promise<{ from: number | null; to: number }> => {
  const from = await versionIn(connection)
  if (from !== null && from > SCHEMA_VERSION) throw versionFault(connection.place, from)
  if (from !== SCHEMA_VERSION) await apply(connection, from)
  return { from, to: SCHEMA_VERSION }
}
