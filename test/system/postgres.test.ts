/** A whole hub on PostgreSQL, where the database does to it what databases do. */
import { expect } from 'chai'
import { FLEET, orderKey } from '../../shared/ids.ts'
import { hastyClock, newDatabase, openAt } from '../hub/ledger/postgres/databases.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { driverOf, orderOf, refusalOf, vendorOf } from '../support/client.ts'
import { startTestHub, type TestHubSettings } from '../support/hub.ts'
import { describePostgres, queryAt } from '../support/postgres.ts'
import { PostgresProxy } from '../support/postgres-proxy.ts'

/** Of two groups one fails, whatever is in it. */
const FAILING = `CREATE SEQUENCE caps.tries;
  CREATE FUNCTION caps.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('caps.tries') % 2 = 1 THEN RAISE EXCEPTION 'no' USING ERRCODE = 'serialization_failure'; END IF; RETURN NEW; END $$;
  CREATE TRIGGER fail BEFORE UPDATE ON caps.hubs FOR EACH ROW EXECUTE FUNCTION caps.fail()`

const startOn = async (url: string, options: TestHubSettings['options'] = {}) => {
  const { ledger, told } = await openAt(url, { clock: hastyClock })
  const hub = await startTestHub({ ledger, ...(options && { options }) })
  return { hub, ledger, told }
}

describePostgres('a hub on PostgreSQL, of which every second group is decided again', () => {
  const start = async (options: TestHubSettings['options'] = {}) => {
    const url = await newDatabase()
    const { hub, told } = await startOn(url, options)
    await queryAt(url, FAILING)
    atEndOfTest(() => expect(told.all).to.include('redecided'))
    return hub
  }

  it('[PQ3] accepts and hands over each event once, and counts it once', async () => {
    const { url, reports } = await start()
    const till = await vendorOf(url, 'acme')
    const driver = await driverOf(url, 'bob', { capacity: 10 })
    for (let number = 0; number < 5; number += 1) {
      const order = orderOf('acme', `o-${number}`)
      const receipt = await till.ask('pickup', order)
      const { event, reply } = await driver.handed.next()
      expect([receipt.ok, event.id]).to.deep.equal([true, receipt.ok && receipt.id])
      reply()
      for (const name of ['in-transit', 'delivered']) {
        const { store, orderId } = order
        const confirmed = await driver.ask(name, { store, orderId })
        const heard = await till.handed.next()
        expect([heard.event.event, heard.event.id]).to.deep.equal([name, confirmed.ok && confirmed.id])
        heard.reply()
      }
    }
    expect(reports.counts).to.include({ accepted: 15, handovers: 15, repeats: 0, refused: 0 })
  })

  it('[PQ3] counts a pickup that a driver gives back once, and one that is replayed', async () => {
    const { url, reports, hub } = await start({ deliveryLimit: 1 })
    const till = await vendorOf(url, 'acme')
    const driver = await driverOf(url, 'bob', { capacity: 10 })
    await till.ask('pickup', orderOf('acme', 'o-1'))
    const { reply } = await driver.handed.next()
    reply({ reject: 'not today' })
    let letters: Awaited<ReturnType<typeof hub.upkeep.deadLetters.list>> = []
    while (letters.length === 0) letters = await hub.upkeep.deadLetters.list(FLEET, { after: 0, limit: 9 })
    expect(reports.counts).to.include({ failedHandovers: 1, deadLetters: 1 })
    expect(await hub.upkeep.deadLetters.replay(FLEET, [letters[0]!.position])).to.equal(1)
    const again = await driver.handed.next()
    expect(again.event.payload.orderId).to.equal('o-1')
  })

  it('[PQ3] tells once what became of an order that is given back, delivered, erased and removed', async () => {
    const { url, reports, hub } = await start({ orderRetentionMs: 1 })
    const till = await vendorOf(url, 'acme', { receive: false })
    const driver = await driverOf(url, 'bob')
    const order = { store: 'acme', orderId: 'o-1' }
    await till.ask('pickup', orderOf('acme', 'o-1'))
    ;(await driver.handed.next()).reply()
    let released = await driver.ask('release', { ...order, reason: 'flat tyre' })
    while (!released.ok) released = await driver.ask('release', { ...order, reason: 'flat tyre' })
    ;(await driver.handed.next()).reply()
    for (const event of ['in-transit', 'delivered'])
      expect((await driver.ask(event, order)).ok).to.equal(true)
    expect(await hub.upkeep.eraser.erase(orderKey('acme', 'o-1'))).to.equal(true)
    while (reports.counts.removedOrders === 0) await hub.upkeep.run()
    expect(await till.ask('track', { orderId: 'o-1' })).to.include({ ok: false, code: 'unknown-order' })
    expect(await hub.upkeep.eraser.erase(orderKey('acme', 'o-1'))).to.equal(false)
    expect(reports.counts).to.include({ accepted: 3, erasedOrders: 1, removedOrders: 1 })
  })
})

describePostgres('a hub whose database goes and comes back', () => {
  it('[PQ7] refuses what is new as busy, and newcomers as not-ready, keeps its clients, and goes on by itself', async () => {
    const proxy = await PostgresProxy.start(await newDatabase())
    const { hub, told } = await startOn(proxy.url)
    const ready = async () => (await fetch(`${hub.url}/readyz`)).status
    const till = await vendorOf(hub.url, 'acme')
    const driver = await driverOf(hub.url, 'bob')
    await till.ask('pickup', orderOf('acme', 'o-1'))
    const { event, reply } = await driver.handed.next()
    expect(await ready()).to.equal(200)

    proxy.close()
    await told.next((what) => what === 'away')
    expect(await ready()).to.equal(503)
    expect(await till.ask('pickup', orderOf('acme', 'o-2'))).to.include({
      ok: false,
      code: 'busy',
      temporary: true,
    })
    expect(await refusalOf(hub.url, { role: 'vendor', store: 'other' })).to.include({ code: 'not-ready' })
    reply()

    await proxy.open()
    await told.next((what) => what === 'back')
    expect(await ready()).to.equal(200)
    const { store, orderId } = event.payload
    expect(await driver.ask('in-transit', { store, orderId })).to.include({ ok: true })
    expect(await till.ask('pickup', orderOf('acme', 'o-2'))).to.include({ ok: true })
    expect((await till.handed.next()).event.event).to.equal('in-transit')
    expect([till.socket.connected, driver.socket.connected]).to.deep.equal([true, true])
    expect([till.welcomes.all.length, driver.welcomes.all.length]).to.deep.equal([1, 1])
  })
})
