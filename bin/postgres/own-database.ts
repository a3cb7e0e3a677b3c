import { placeOf } from '../../hub/ledger/postgres/faults.ts'
import { Fault } from '../../shared/fault.ts'
import type { ClusterHubs } from '../simulation/plan.ts'
import { PostgresServer } from './server.ts'

export interface Database {
  readonly shown: ClusterHubs['database']
  close(): Promise<void>
}

/** Starts a server that goes with us. @param programs folder of the server programs; null without any @throws Fault `configuration` that says what to install */
export const ownDatabase = async (programs: string | null): Promise<Database> => {
  if (programs === null)
    throw new Fault(
      'configuration',
      'There are no server programs of PostgreSQL on this machine. Install them (Debian and Ubuntu: apt-get install postgresql), or name a database of a server that runs in CAPS_DATABASE_URL.',
    )
  const server = await PostgresServer.start({ programs })
  const url = server.url()
  const place = `a PostgreSQL of its own at ${placeOf(url)}, gone with it`
  return { shown: { place, variables: { CAPS_DATABASE_URL: url } }, close: () => server.remove() }
}
