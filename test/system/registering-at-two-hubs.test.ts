/** Two hubs on one PostgreSQL: who comes to know, and who is forgotten, at whichever of them. */
import { expect } from 'chai'
import { driverOf, openClient, orderOf, vendorOf } from '../support/client.ts'
import type { TestHubSettings } from '../support/hub.ts'
import { describePostgres, queryAt } from '../support/postgres.ts'
import { eventOf } from '../support/waiting.ts'
import { carry, type OneOfSeveral, startTwoHubs } from './two-hubs.ts'

describePostgres('participants of two hubs', () => {
  let url: string
  let one: OneOfSeveral
  let other: OneOfSeveral

  const begin = async (options: NonNullable<TestHubSettings['options']> = {}) => {
    ;({ url, one, other } = await startTwoHubs(options))
  }

  const there = async (table: string): Promise<unknown> =>
    (await queryAt(url, `SELECT count(*)::int FROM caps.${table} WHERE participant LIKE 'vendor/%'`))[0]
      ?.count

  it('[PQ17][SE4] are no more of a store than may be, however many come to both at the same moment', async () => {
    await begin({ participantsPerStore: 2 })
    const outcomes = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map(async (id, index) => {
        const { socket } = openClient((index % 2 === 0 ? one : other).url, {
          ...{ role: 'vendor', store: 'acme', id },
        })
        const refused = eventOf<[{ data?: { code: string } }]>(socket, 'connect_error')
        const welcomed = eventOf(socket, 'welcome').then(() => 'welcome')
        return Promise.race([welcomed, refused.then(([{ data }]) => data?.code)])
      }),
    )
    const refused = outcomes.filter((outcome) => outcome === 'too-many-participants')
    expect([outcomes.length, refused.length]).to.deep.equal([6, 4])
    const [roster] = await queryAt(url, "SELECT participants FROM caps.rosters WHERE store = 'acme'")
    expect(JSON.parse(String(roster?.participants))).to.have.length(2)
  })

  it('[PQ17][SE6] that leave at one lose their queue for both, and begin anew at the other', async () => {
    await begin()
    const till = await vendorOf(one.url, 'acme')
    await vendorOf(other.url, 'acme', { id: 'till-2' })
    const driver = await driverOf(other.url, 'bob')
    for (const { hubs } of [one, other, one]) await hubs.beat()
    await till.ask('pickup', orderOf('acme', 'o-1'))
    expect(await carry(driver)).to.equal('o-1')
    await till.handed.next()
    expect(await till.ask('leave')).to.deep.equal({ ok: true, id: 'vendor/acme/main' })
    await one.hub.upkeep.run()
    await other.hub.upkeep.run()
    // What the second till has not answered is all that is left.
    expect(await there('entries')).to.equal(2)
    expect(one.reports.counts.droppedEntries + other.reports.counts.droppedEntries).to.equal(2)
    const seller = await vendorOf(one.url, 'acme', { id: 'seller', receive: false })
    await seller.ask('pickup', orderOf('acme', 'o-2'))
    expect(await carry(driver)).to.equal('o-2')
    const again = await vendorOf(other.url, 'acme')
    await seller.ask('pickup', orderOf('acme', 'o-3'))
    expect(await carry(driver)).to.equal('o-3')
    const { event } = await again.handed.next()
    expect([event.event, event.payload.orderId]).to.deep.equal(['in-transit', 'o-3'])
  })

  it('[PQ19][SE7] that leave with a pickup at one give it to a driver at the other', async () => {
    await begin()
    const till = await vendorOf(one.url, 'acme')
    const leaver = await driverOf(one.url, 'ann')
    for (const { hubs } of [one, other, one]) await hubs.beat()
    await till.ask('pickup', orderOf('acme', 'o-1'))
    const { reply } = await leaver.handed.next()
    reply()
    await leaver.ask('assignments')
    const driver = await driverOf(other.url, 'bob')
    expect(await leaver.ask('leave')).to.include({ ok: true })
    expect(await carry(driver)).to.equal('o-1')
  })
})
