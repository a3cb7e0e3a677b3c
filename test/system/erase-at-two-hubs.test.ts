/** Two hubs on one PostgreSQL: an order that is erased at the one is erased at the other as well. */
import { expect } from 'chai'
import { ERASED } from '../../hub/domain/erasure.ts'
import { driverOf, orderOf, type TestClient, vendorOf } from '../support/client.ts'
import { describePostgres, queryAt } from '../support/postgres.ts'
import { type OneOfSeveral, startTwoHubs } from './two-hubs.ts'

const CUSTOMER = orderOf('acme', 'o-1').customer

const erase = async ({ url }: OneOfSeveral): Promise<void> => {
  const path = `${url}/api/orders/acme/o-1/erase`
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect(answer.status).to.equal(200)
}

describePostgres('an order that is erased at one of two hubs', () => {
  let url: string
  let one: OneOfSeveral
  let other: OneOfSeveral

  beforeEach(async () => {
    ;({ url, one, other } = await startTwoHubs({ retryDelayMs: 1 }))
  })

  /** In how many rows of a table a customer stands. */
  const kept = async (table: 'orders' | 'entries'): Promise<unknown> => {
    const text = `SELECT count(*)::int FROM caps.${table} row WHERE row::text LIKE '%${CUSTOMER}%'`
    return (await queryAt(url, text))[0]?.count
  }

  const customerOf = async (client: TestClient, answer?: unknown): Promise<string> => {
    const { event, reply } = await client.handed.next()
    reply(answer)
    return event.payload.customer
  }

  it('[PQ28][PV3] comes again erased, and is written so, where the other one has it under way', async () => {
    const till = await vendorOf(other.url, 'acme')
    const driver = await driverOf(other.url, 'bob')
    await till.ask('pickup', orderOf('acme', 'o-1'))
    await customerOf(driver)
    await driver.ask('in-transit', { store: 'acme', orderId: 'o-1' })
    const { event, reply } = await till.handed.next()
    expect([event.payload.customer, await kept('orders'), await kept('entries')]).to.deep.equal([
      CUSTOMER,
      1,
      1,
    ])
    await erase(one)
    expect([await kept('orders'), await kept('entries')]).to.deep.equal([0, 0])
    reply({ reject: 'not now' })
    const again = await till.handed.next()
    expect([again.event.payload.customer, await kept('entries')]).to.deep.equal([ERASED, 0])
    again.reply()
    await driver.ask('delivered', { store: 'acme', orderId: 'o-1' })
    expect([await customerOf(till), await kept('orders'), await kept('entries')]).to.deep.equal([
      ERASED,
      0,
      0,
    ])
  })

  it('[PQ28][PV3] goes back to the fleet erased when a driver of the other one has its pickup', async () => {
    const till = await vendorOf(one.url, 'acme')
    const driver = await driverOf(other.url, 'bob')
    for (const { hubs } of [one, other, one]) await hubs.beat()
    await till.ask('pickup', orderOf('acme', 'o-1'))
    const { event, reply } = await driver.handed.next()
    await erase(one)
    reply({ reject: 'not now' })
    const again = await customerOf(driver)
    expect([event.payload.customer, again, await kept('entries')]).to.deep.equal([CUSTOMER, ERASED, 0])
  })
})
