import { expect } from 'chai'
import { migrateDatabase } from '../../../../hub/ledger/postgres/open.ts'
import { SCHEMA_VERSION } from '../../../../hub/ledger/postgres/schema.ts'
import { commit } from '../../../support/ledger.ts'
import { describePostgres, queryAt, sharedPostgres } from '../../../support/postgres.ts'
import { faultOfOpening, hastyClock, newDatabase, openAt } from './databases.ts'

const migrated = (url: string) => migrateDatabase({ url, durability: 'local' }, hastyClock)
const tablesIn = (url: string) =>
  queryAt(url, "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'caps' ORDER BY 1")

describePostgres('the schema of a database', () => {
  it('[PQ1] is made by a hub that finds the database empty, and found by the next one', async () => {
    const url = await newDatabase()
    const { ledger } = await openAt(url)
    await commit(ledger, { decide: () => {} })
    await ledger.close()
    expect(await queryAt(url, 'SELECT version FROM caps.schema_version')).to.deep.equal([
      ...Array.from({ length: SCHEMA_VERSION }, (_, index) => ({ version: index + 1 })),
    ])
    expect(await faultOfOpening(url)).to.equal(null)
  })

  it('[PQ1] is made by a migration, once, and is that of a hub', async () => {
    const [url, other] = [await newDatabase(), await newDatabase()]
    expect(await migrated(url)).to.deep.equal({ from: null, to: SCHEMA_VERSION })
    expect(await migrated(url)).to.deep.equal({ from: SCHEMA_VERSION, to: SCHEMA_VERSION })
    await openAt(other)
    expect(await tablesIn(url)).to.deep.equal(await tablesIn(other))
    expect(await faultOfOpening(url)).to.equal(null)
  })

  it('[PQ1] is made in an empty schema that the owner of the database has made for the hub', async () => {
    const url = await newDatabase()
    await queryAt(url, 'CREATE SCHEMA caps')
    expect(await faultOfOpening(url)).to.equal(null)
  })

  it('[PQ1] is refused with the version that is wanted if it is a newer one, and left as it is', async () => {
    const url = await newDatabase()
    await migrated(url)
    await queryAt(url, `INSERT INTO caps.schema_version (version) VALUES (${SCHEMA_VERSION + 1})`)
    const fault = await faultOfOpening(url)
    expect(fault?.code).to.equal('in-use')
    expect(fault?.message).to.match(
      new RegExp(`version ${SCHEMA_VERSION + 1}; this hub wants version ${SCHEMA_VERSION}\\.`),
    )
    const migration = await migrated(url).catch(({ message }: Error) => message)
    expect(migration).to.include(`this hub wants version ${SCHEMA_VERSION}`)
    expect(await queryAt(url, 'SELECT fence FROM caps.hubs')).to.deep.equal([{ fence: '0' }])
  })

  it('[PQ1] is refused with the version that is wanted if it is somebody else’s, and left as it is', async () => {
    const url = await newDatabase()
    await queryAt(url, 'CREATE SCHEMA caps; CREATE TABLE caps.bottle (size integer)')
    for (const told of [await faultOfOpening(url), await migrated(url).catch((fault: Error) => fault)]) {
      expect(told).to.have.property('code', 'in-use')
      expect(told)
        .to.have.property('message')
        .that.matches(new RegExp(`not of a hub.*version ${SCHEMA_VERSION}\\.`))
    }
    expect(await tablesIn(url)).to.deep.equal([{ tablename: 'bottle' }])
  })

  it('[PQ1] is not half there when it could not be made', async () => {
    const url = await newDatabase()
    const server = await sharedPostgres()
    const name = new URL(url).pathname.slice(1)
    await server.query(name, `ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    const fault = await faultOfOpening(url)
    await server.query('postgres', `ALTER DATABASE ${name} RESET default_transaction_read_only`)
    expect(fault?.message).to.include('read-only')
    expect(await tablesIn(url)).to.deep.equal([])
    expect(await faultOfOpening(url)).to.equal(null)
  })
})
