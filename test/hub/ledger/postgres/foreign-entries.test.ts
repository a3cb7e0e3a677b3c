import { expect } from 'chai'
import { int8Array } from '../../../../hub/ledger/postgres/arrays.ts'
import { Connection } from '../../../../hub/ledger/postgres/connection.ts'
import { poolOf } from '../../../../hub/ledger/postgres/fleet-pools.ts'
import { FOREIGN } from '../../../../hub/ledger/postgres/foreign-entries.ts'
import { systemClock } from '../../../../shared/clock.ts'
import { atEndOfTest } from '../../../support/cleanup.ts'
import { describePostgres, queryAt } from '../../../support/postgres.ts'
import { newDatabase, openAt } from './databases.ts'

const QUEUED = 20_000

describePostgres('what others have added to queues', () => {
  it('[PQ5] is looked for by its position, whatever the statistics of the queues say', async () => {
    const url = await newDatabase()
    await openAt(url)
    await queryAt(url, 'ANALYZE caps.entries')
    await queryAt(
      url,
      `INSERT INTO caps.entries SELECT 'vendor/acme/till-' || n, 'queue', n, '' FROM generate_series(1, ${QUEUED}) AS n`,
    )
    const connection = await Connection.open({ url, durability: 'local' }, systemClock)
    atEndOfTest(() => connection.close())
    const values = [1, int8Array([QUEUED]), int8Array([QUEUED]), poolOf(1)]
    const text = `EXPLAIN ${FOREIGN}`
    const plan = (await connection.run<[string]>('lists', { name: 'explain', text, values }))
      .flat()
      .join('\n')
    expect(plan).to.include('entries_by_position').and.to.not.include('entries_pkey')
    expect(plan, 'looks at all that the hub owns').to.not.include('hashed')
  })
})
