/** What hubs on one PostgreSQL tell each other and nobody needs to keep: drivers' positions, figures, who is there. */
import { expect } from 'chai'
import type { Summary } from '../../shared/watch.ts'
import { driverOf, orderOf, type TestClient, vendorOf } from '../support/client.ts'
import { describePostgres } from '../support/postgres.ts'
import { createInbox } from '../support/waiting.ts'
import { type TestWatcher, watcherOf } from '../support/watcher.ts'
import { type OneOfSeveral, startTwoHubs } from './two-hubs.ts'

/** The next summary that is so. */
const summaryWith = async (watcher: TestWatcher, isSo: (summary: Summary) => boolean): Promise<Summary> => {
  for (;;) {
    const summary = await watcher.summaries.next()
    if (isSo(summary)) return summary
  }
}

const positionsOf = ({ socket }: TestClient) => {
  const heard = createInbox<{ driver: string; lat: number; lng: number }>('a position')
  socket.on('position', heard.put)
  return heard
}

describePostgres('a company with two hubs', () => {
  let one: OneOfSeveral
  let other: OneOfSeveral

  beforeEach(async () => {
    ;({ one, other } = await startTwoHubs())
  })

  it('[WA21] tells a store at one where its driver at the other is, and nobody else', async () => {
    const [till, stranger] = [await vendorOf(one.url, 'acme'), await vendorOf(one.url, 'globex')]
    const [heard, overheard] = [positionsOf(till), positionsOf(stranger)]
    const driver = await driverOf(other.url, 'bob')
    expect(await till.ask('pickup', orderOf('acme', 'o-1'))).to.include({ ok: true })
    const { reply } = await driver.handed.next()
    reply()
    for (let lat = 1; lat <= 2; lat += 1) {
      driver.socket.emit('position', { lat, lng: 7 })
      expect(await heard.next()).to.include({ driver: 'bob', lat, lng: 7 })
    }
    expect(overheard.all).to.deep.equal([])
  })

  it('[WA20] shows drivers of both on the map of either', async () => {
    const [here, there] = [await driverOf(one.url, 'ann'), await driverOf(other.url, 'bob')]
    const watcher = await watcherOf(one.url)
    await watcher.look({ view: 'map' })
    here.socket.emit('position', { lat: 1, lng: 1 })
    there.socket.emit('position', { lat: 2, lng: 2 })
    const moved = new Set<string>()
    while (moved.size < 2) for (const [driver] of await watcher.moves.next()) moved.add(driver)
    const { map } = await watcher.look({ view: 'map' })
    const seen = map.drivers.map(({ driver, lat, connected }) => [driver, lat, connected])
    expect(seen.sort()).to.deep.equal([
      ['ann', 1, true],
      ['bob', 2, true],
    ])
  })

  it('[WA20] tells the figures of both at either: connections, orders, what is owed, and each hub', async () => {
    const till = await vendorOf(one.url, 'acme')
    const driver = await driverOf(other.url, 'bob', { capacity: 1 })
    await vendorOf(other.url, 'globex')
    for (const name of ['o-1', 'o-2', 'o-3']) await till.ask('pickup', orderOf('acme', name))
    const { event, reply } = await driver.handed.next()
    reply()
    await driver.ask('in-transit', { store: 'acme', orderId: event.payload.orderId })
    for (const { hub, url: at } of [
      { hub: one, url: one.url },
      { hub: other, url: other.url },
    ]) {
      const watcher = await watcherOf(at)
      const summary = await summaryWith(
        watcher,
        ({ connections, orders, hubs }) =>
          connections.vendors === 2 && orders.inTransit === 1 && orders.waiting === 2 && hubs.length === 2,
      )
      expect(summary.connections.drivers).to.equal(1)
      expect(summary.hubs[0]?.hub).to.equal(hub.hubs.number)
      await summaryWith(watcher, ({ hubs }) => hubs.every(({ system }) => system !== null))
      watcher.socket.disconnect()
    }
  })

  it('[WA20] tells that somebody is away with events, and has no trouble with one who is at the other hub', async () => {
    const till = await vendorOf(one.url, 'acme')
    const gone = await vendorOf(other.url, 'acme', { id: 'till-2' })
    gone.socket.disconnect()
    const driver = await driverOf(other.url, 'bob')
    await till.ask('pickup', orderOf('acme', 'o-1'))
    const { reply } = await driver.handed.next()
    reply()
    await driver.ask('in-transit', { store: 'acme', orderId: 'o-1' })
    for (const { url: at } of [one, other]) {
      const watcher = await watcherOf(at)
      const { troubles } = await summaryWith(
        watcher,
        ({ hubs, troubleCount }) => hubs.length === 2 && troubleCount > 0,
      )
      expect(troubles.map(({ kind, participant }) => [kind, participant])).to.deep.equal([
        ['away-with-events', 'vendor/acme/till-2'],
      ])
      const { list } = await watcher.look({ view: 'queues' })
      const connected = new Map(list.rows.map((row) => [row.participant as string, row.connected]))
      expect(connected.get('vendor/acme/main')).to.equal(true)
      expect(connected.get('driver/bob')).to.equal(true)
      expect(connected.get('vendor/acme/till-2')).to.equal(false)
      // What only the other hub knows is not said to be nothing.
      const bob = list.rows.find(({ participant }) => participant === 'driver/bob')!
      const known = at === other.url
      expect([bob.inFlight, bob.redelivered, bob.carrying]).to.deep.equal(
        known ? [0, 0, 1] : [null, null, null],
      )
      watcher.socket.disconnect()
    }
  })

  it('[WA20] tells a list at one that what the other has done may have changed it', async () => {
    const watcher = await watcherOf(one.url)
    await summaryWith(watcher, ({ hubs }) => hubs.length === 2)
    await watcher.look({ view: 'orders', filter: {} })
    await (await vendorOf(other.url, 'acme')).ask('pickup', orderOf('acme', 'o-1'))
    await watcher.changes.next(({ view, isStale }) => view === 'orders' && isStale === true)
    const { list } = await watcher.look({ view: 'orders', filter: {} })
    expect(list.rows.map(({ key }) => key)).to.deep.equal(['acme/o-1'])
  })

  it('[WA21] tells no more of a hub that has gone', async () => {
    const watcher = await watcherOf(one.url)
    await summaryWith(watcher, ({ hubs }) => hubs.length === 2)
    await other.close()
    await summaryWith(watcher, ({ hubs }) => hubs.length === 0)
    expect(await (await vendorOf(one.url, 'acme')).ask('pickup', orderOf('acme', 'o-1'))).to.include({
      ok: true,
    })
  })
})
