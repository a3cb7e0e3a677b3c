/** What is a store's own stays with it. */
import { expect } from 'chai'
import type { DriverPosition } from '../../shared/protocol.ts'
import { driverOf, orderOf, type TestClient, vendorOf } from '../support/client.ts'
import { startTestHub } from '../support/hub.ts'
import { createInbox, type Inbox } from '../support/waiting.ts'

const HERE = { lat: 47.6, lng: -122.3 }

const positionsOf = ({ socket }: TestClient): Inbox<DriverPosition> => {
  const positions = createInbox<DriverPosition>('a position')
  socket.on('position', positions.put)
  return positions
}

/** Whatever was sent to it before has arrived when this has. */
const caughtUp = (client: TestClient): Promise<unknown> => client.ask('token', 'behind all else')

/** The driver has the order, acknowledged. */
const take = async (
  vendor: TestClient,
  driver: TestClient,
  store: string,
  orderId = 'o-1',
): Promise<void> => {
  expect(await vendor.ask('pickup', orderOf(store, orderId))).to.include({ ok: true })
  ;(await driver.handed.next()).reply()
  await caughtUp(driver)
}

const report = async (driver: TestClient): Promise<void> => {
  driver.socket.emit('position', HERE)
  await caughtUp(driver)
}

describe('rooms', () => {
  it("[SK7] bring a driver's position to every till of the stores whose orders it holds, and to nobody else", async () => {
    const { url } = await startTestHub()
    const driver = await driverOf(url, 'd')
    const acme = await vendorOf(url, 'acme')
    const others = await Promise.all([
      vendorOf(url, 'acme', { id: 'till-2' }),
      vendorOf(url, 'third'),
      vendorOf(url, 'idle'),
      driverOf(url, 'other-driver'),
    ])
    const [till, third] = others
    const positions = [acme, ...others, driver].map(positionsOf)
    await take(acme, driver, 'acme')
    await report(driver)
    await take(third!, others[3]!, 'third')
    await report(others[3]!)
    await Promise.all([acme, ...others, driver].map(caughtUp))
    const byDriver = positions.map(({ all }) => all.map(({ driver: name }) => name))
    expect(byDriver).to.deep.equal([['d'], ['d'], ['other-driver'], [], [], []])
    expect(positions[0]!.all[0]).to.deep.include(HERE)
    expect(till).to.not.equal(undefined)
  })

  it('[SK7] bring no position of a driver that holds nothing any more', async () => {
    const { url } = await startTestHub()
    const [vendor, driver] = [await vendorOf(url, 'acme'), await driverOf(url, 'd')]
    const positions = positionsOf(vendor)
    await report(driver)
    await take(vendor, driver, 'acme')
    for (const event of ['in-transit', 'delivered'])
      expect(await driver.ask(event, { store: 'acme', orderId: 'o-1' })).to.include({ ok: true })
    await report(driver)
    await caughtUp(vendor)
    expect(positions.all).to.deep.equal([])
  })

  it("[SK12] tell nothing to a store that bears another connection's id, nor to that connection", async () => {
    const { url } = await startTestHub()
    const [victim, driver] = [await vendorOf(url, 'acme'), await driverOf(url, 'd')]
    const namesake = await vendorOf(url, victim.socket.id!)
    const driversNamesake = await vendorOf(url, driver.socket.id!)
    const [ofVictim, ofNamesake, ofDriver] = [victim, namesake, driver].map(positionsOf)
    await take(namesake, driver, victim.socket.id!)
    await take(driversNamesake, driver, driver.socket.id!)
    await report(driver)
    await Promise.all([victim, namesake, driver].map(caughtUp))
    expect(ofNamesake!.all).to.have.length(1)
    expect([ofVictim!.all, ofDriver!.all]).to.deep.equal([[], []])
  })

  it('[SK12] keep apart two stores that chose the same order id', async () => {
    const { url } = await startTestHub()
    const vendors = [await vendorOf(url, 'acme'), await vendorOf(url, 'other')]
    const driver = await driverOf(url, 'd')
    for (const [index, store] of ['acme', 'other'].entries()) await take(vendors[index]!, driver, store)
    await driver.ask('in-transit', { store: 'other', orderId: 'o-1' })
    const { event } = await vendors[1]!.handed.next()
    expect(event.payload.store).to.equal('other')
    await caughtUp(vendors[0]!)
    expect(vendors[0]!.handed.all).to.deep.equal([])
  })

  it('[SK10] do not let a store track what is not its own, nor learn that it exists', async () => {
    const { url } = await startTestHub()
    const [acme, other] = [await vendorOf(url, 'acme'), await vendorOf(url, 'other')]
    await acme.ask('pickup', orderOf('acme', 'o-1'))
    const [foreign, unknown] = [
      await other.ask('track', { orderId: 'o-1' }),
      await other.ask('track', { orderId: 'o-2' }),
    ]
    expect(foreign).to.deep.equal(unknown)
    expect(foreign).to.include({ ok: false, code: 'unknown-order' })
    expect(await acme.ask('track', { orderId: 'o-1' })).to.include({ ok: true })
  })

  it("[SK13] let nobody acknowledge or reject what is another's", async () => {
    const { url, reports } = await startTestHub()
    const [acme, other] = [await vendorOf(url, 'acme'), await vendorOf(url, 'other')]
    const [driver, idle] = [await driverOf(url, 'd'), await driverOf(url, 'idle')]
    await take(acme, driver, 'acme')
    await driver.ask('in-transit', { store: 'acme', orderId: 'o-1' })
    const { event } = await acme.handed.next()
    for (const thief of [other, idle, driver]) {
      thief.socket.emit('acknowledge', [event.entry])
      thief.socket.emit('reject', [{ entry: event.entry, reason: 'mine' }])
      await caughtUp(thief)
    }
    expect(reports.counts).to.include({ ignored: 6, acknowledged: 1, failedHandovers: 0 })
    acme.socket.disconnect()
    const again = await vendorOf(url, 'acme')
    expect((await again.handed.next()).event).to.deep.equal(event)
  })
})
