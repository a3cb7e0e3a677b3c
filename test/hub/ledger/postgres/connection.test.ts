import { expect } from 'chai'
import { Connection } from '../../../../hub/ledger/postgres/connection.ts'
import { systemClock } from '../../../../shared/clock.ts'
import { atEndOfTest } from '../../../support/cleanup.ts'
import { describePostgres } from '../../../support/postgres.ts'
import { newDatabase } from './databases.ts'

describePostgres('a hub’s connections', () => {
  it('have no query compiled, which would take longer than all of our queries do', async () => {
    const options = { url: await newDatabase(), durability: 'local' } as const
    const connection = await Connection.open(options, systemClock)
    atEndOfTest(() => connection.close())
    for (const role of ['writer', 'loader', 'queues', 'lists'] as const) {
      const rows = await connection.run<[string]>(role, { name: 'jit', text: 'SHOW jit', values: [] })
      expect(rows, role).to.deep.equal([['off']])
    }
  })
})
