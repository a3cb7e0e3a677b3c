/** Several hubs on one PostgreSQL: whichever a client comes to, it finds the same. */
import { expect } from 'chai'
import { atEndOfTest } from '../support/cleanup.ts'
import { driverOf, orderOf, type TestClient, vendorOf } from '../support/client.ts'
import type { TestHubSettings } from '../support/hub.ts'
import { describePostgres, queryAt } from '../support/postgres.ts'
import { createInbox, eventOf } from '../support/waiting.ts'
import { carry, type OneOfSeveral, startTwoHubs } from './two-hubs.ts'

const hear = async (till: TestClient): Promise<string> => {
  const { event, reply } = await till.handed.next()
  reply()
  return `${event.event} ${event.payload.orderId}`
}

describePostgres('two hubs of a company', () => {
  let url: string
  let one: OneOfSeveral
  let other: OneOfSeveral

  const begin = async (options: TestHubSettings['options'] = {}) => {
    ;({ url, one, other } = await startTwoHubs(options))
  }

  it('[PQ4][PQ5][PQ19] carry an order from a store at one to a driver at the other, and back', async () => {
    await begin()
    const till = await vendorOf(one.url, 'acme')
    const driver = await driverOf(other.url, 'bob')
    await one.hubs.beat()
    await other.hubs.beat()
    await one.hubs.beat()
    for (let number = 0; number < 5; number += 1) {
      expect(await till.ask('pickup', orderOf('acme', `o-${number}`))).to.include({ ok: true })
      expect(await carry(driver)).to.equal(`o-${number}`)
      expect([await hear(till), await hear(till)]).to.deep.equal([
        `in-transit o-${number}`,
        `delivered o-${number}`,
      ])
    }
    let owed: unknown
    while (owed !== 0) owed = (await queryAt(url, 'SELECT sum(owed)::int AS owed FROM caps.orders'))[0]?.owed
    expect(await queryAt(url, 'SELECT count(*)::int FROM caps.entries')).to.deep.equal([{ count: 0 }])
  })

  it('[PQ14] tell a connection that its participant has come to the other one, which goes on where it was', async () => {
    await begin()
    const till = await vendorOf(one.url, 'acme')
    const driver = await driverOf(one.url, 'bob')
    await till.ask('pickup', orderOf('acme', 'o-1'))
    const moved = await driver.handed.next()
    const displaced = eventOf<[{ by: string }]>(driver.socket, 'displaced')
    const again = await driverOf(other.url, 'bob')
    moved.reply()
    expect((await displaced)[0].by).to.include('another hub')
    expect(await carry(again)).to.equal('o-1')
    await hear(till)
    const tillAgain = await vendorOf(other.url, 'acme')
    // What it acknowledged while it moved may not have come in time: then it is handed over again.
    while ((await hear(tillAgain)) !== 'delivered o-1');
  })

  it('[PQ19] give what waits at one, whose drivers have no room, to a driver who comes to the other', async () => {
    await begin()
    const till = await vendorOf(one.url, 'acme')
    const full = await driverOf(one.url, 'ann', { capacity: 1 })
    const [first, ...waiting] = ['o-1', 'o-2', 'o-3']
    await till.ask('pickup', orderOf('acme', first!))
    const { reply } = await full.handed.next()
    reply()
    for (const name of waiting) await till.ask('pickup', orderOf('acme', name))
    const driver = await driverOf(other.url, 'bob', { capacity: 2 })
    const carried = [await carry(driver), await carry(driver)]
    expect(carried.sort()).to.deep.equal(waiting)
  })

  it('[PQ19] never let two drivers have one pickup, and leave none lying while a driver has room', async () => {
    await begin()
    const tills = [await vendorOf(one.url, 'acme'), await vendorOf(other.url, 'acme', { id: 'till-2' })]
    const drivers = await Promise.all([
      driverOf(one.url, 'ann', { capacity: 3 }),
      driverOf(other.url, 'bob', { capacity: 3 }),
    ])
    const count = 60
    const carried = createInbox<string>('a delivered order')
    let isOver = false
    atEndOfTest(() => {
      isOver = true
    })
    for (const driver of drivers) {
      const next = (): void =>
        void carry(driver)
          .then(carried.put, () => {})
          .finally(() => isOver || next())
      for (let hands = 0; hands < 3; hands += 1) next()
    }
    for (let number = 0; number < count; number += 1)
      expect(await tills[number % 2]!.ask('pickup', orderOf('acme', `o-${number}`))).to.include({ ok: true })
    const all: string[] = []
    while (all.length < count) all.push(await carried.next())
    expect(new Set(all).size).to.equal(count)
  })

  it('[PQ20] adopt what a hub that is gone has left: pickups that nobody has, and those of its drivers', async () => {
    await begin({ driverGraceMs: 100 })
    const till = await vendorOf(other.url, 'acme')
    const lost = await driverOf(one.url, 'ann')
    await one.hubs.beat()
    await other.hubs.beat()
    await till.ask('pickup', orderOf('acme', 'o-1'))
    await lost.handed.next()
    await one.close()
    const driver = await driverOf(other.url, 'bob')
    await other.hubs.beat()
    expect(await carry(driver)).to.equal('o-1')
  })
})
