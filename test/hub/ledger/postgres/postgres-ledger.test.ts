import { openPostgresLedger } from '../../../../hub/ledger/postgres/open.ts'
import { describePostgres, sharedPostgres } from '../../../support/postgres.ts'
import { contractLedger } from '../contract-ledger.ts'
import { describeLedger, type LedgerHome } from '../ledger-contract.ts'
import { NO_REPORTS } from './databases.ts'

const home = (cache?: { rows: number; weight: number }) => (): LedgerHome => {
  const created = sharedPostgres().then((server) => server.database())
  return {
    open: async (clock) => {
      const options = { url: await created, durability: 'local' } as const
      const more = { reports: NO_REPORTS, isClockOfDatabase: false, ...(cache && { cache }) }
      return contractLedger((await openPostgresLedger(options, clock, more)).ledger)
    },
  }
}

describePostgres('on a server', () => {
  describeLedger('PostgreSQL', home())
  describeLedger('PostgreSQL with one row of each kind cached', home({ rows: 1, weight: 1_000_000 }))
})
