import { expect } from 'chai'
import { describePostgres, queryAt } from '../../../support/postgres.ts'
import { newDatabase, openAt } from './databases.ts'

describePostgres('what hubs tell each other', () => {
  it('[WA21] goes with the hub that has told it', async () => {
    const url = await newDatabase()
    const [one, other] = [await openAt(url), await openAt(url)]
    const shares = async () => (await queryAt(url, 'SELECT share FROM caps.shares')).map(({ share }) => share)
    await one.hubs.exchange('of the one')
    expect(await other.hubs.exchange('of the other')).to.have.length(1)
    await other.ledger.close()
    expect(await shares()).to.deep.equal(['of the one'])
    await one.ledger.close()
    expect(await shares()).to.deep.equal([])
  })
})
