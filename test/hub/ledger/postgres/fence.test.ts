import { expect } from 'chai'
import { newParticipant } from '../../../../hub/domain/participant.ts'
import type { PostgresLedger } from '../../../../hub/ledger/postgres/postgres-ledger.ts'
import { vendorId } from '../../../../shared/ids.ts'
import { commit } from '../../../support/ledger.ts'
import { describePostgres, queryAt } from '../../../support/postgres.ts'
import { PostgresProxy } from '../../../support/postgres-proxy.ts'
import { entryOf } from '../ledger-contract.ts'
import { hastyClock, newDatabase, openAt } from './databases.ts'

const MAIN = vendorId('acme', 'main')

const enter = (ledger: PostgresLedger) =>
  commit(ledger, {
    participants: [MAIN],
    stores: ['acme'],
    decide: (transaction) => transaction.putParticipant(newParticipant(MAIN, 0)),
  })
const append = (ledger: PostgresLedger, orderId = 'order-1') =>
  commit(ledger, {
    participants: [MAIN],
    decide: (transaction) => transaction.append(MAIN, entryOf(orderId)),
  })
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (fault: unknown) => fault,
  )

describePostgres('a database', () => {
  let url: string

  beforeEach(async () => {
    url = await newDatabase()
  })

  it('[PQ4] belongs to the next hub as soon as the one before has closed it', async () => {
    const { ledger } = await openAt(url)
    await ledger.close()
    const { ledger: next } = await openAt(url, { clock: { ...hastyClock, after: () => () => {} } })
    await enter(next)
  })

  it('[PQ4] takes nothing from a hub whose fence another one has taken, which says so once and settles nothing', async () => {
    const { ledger, faults } = await openAt(url)
    await enter(ledger)
    await queryAt(url, 'UPDATE caps.hubs SET fence = fence + 1')
    const fault = await faultOf(append(ledger))
    let isSettled = false
    ledger.submit({ decide: () => {}, settled: () => (isSettled = true) })
    await ledger.close()
    expect(fault).to.have.property('code', 'in-use')
    expect(fault).to.have.property('message').that.includes('has taken this one for dead')
    expect([faults.length, isSettled]).to.deep.equal([1, false])
    expect(await queryAt(url, 'SELECT count(*)::int FROM caps.entries')).to.deep.equal([{ count: 0 }])
  })

  it('[PQ4] takes nothing from a hub that was cut off while another one took over', async () => {
    const proxy = await PostgresProxy.start(url)
    const { ledger, faults } = await openAt(proxy.url, { clock: hastyClock })
    await enter(ledger)
    proxy.close()
    const late = faultOf(append(ledger, 'late'))
    const { ledger: next } = await openAt(url)
    await append(next, 'in time')
    await proxy.open()
    expect(await late).to.have.property('code', 'in-use')
    expect(faults).to.have.length(1)
    const entries = await next.reads.entries(MAIN, { after: 0, limit: 9 })
    expect(entries.map(({ id }) => id)).to.deep.equal(['event of in time'])
  })

  it('[PQ4] goes on with its hub although the server still has the hub’s lost connection', async () => {
    const proxy = await PostgresProxy.start(url)
    const { ledger, told } = await openAt(proxy.url, { clock: hastyClock })
    await enter(ledger)
    proxy.loseClients()
    await append(ledger)
    expect(told.all.slice(0, 2)).to.deep.equal(['away', 'back'])
  })

  it('[PQ5] shows entries only below where a hub may still add some', async () => {
    const { ledger } = await openAt(url)
    await enter(ledger)
    const first = await append(ledger)
    const count = async () => (await ledger.reads.entries(MAIN, { after: 0, limit: 9 })).length
    const [reserved] = await queryAt(url, 'UPDATE caps.positions SET last = last + 20 RETURNING last')
    const last = Number(reserved?.last)
    await queryAt(url, `INSERT INTO caps.blocks VALUES (${last - 19}, ${last - 10}, 2)`)
    await queryAt(
      url,
      `INSERT INTO caps.entries SELECT participant, place, ${last}, entry FROM caps.entries WHERE position = ${first}`,
    )
    expect(await count()).to.equal(1)
    await queryAt(url, `DELETE FROM caps.blocks WHERE hub = 2 OR last < ${last}`)
    expect(await count()).to.equal(2)
  })

  it('[PQ5] gets positions behind all that were reserved, whoever reserved them and whatever came of it', async () => {
    const { ledger } = await openAt(url)
    await enter(ledger)
    const first = await append(ledger)
    await ledger.close()
    const [reserved] = await queryAt(url, 'UPDATE caps.positions SET last = last + 1000 RETURNING last')
    const { ledger: next } = await openAt(url)
    const second = await append(next)
    expect(first).to.be.below(second)
    expect(second).to.be.greaterThan(Number(reserved?.last))
  })
})
