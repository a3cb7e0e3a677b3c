import { expect } from 'chai'
import { io } from 'socket.io-client'
import { atEndOfTest } from '../support/cleanup.ts'
import { driverOf, openClient, orderOf, refusalOf, stopReading, vendorOf } from '../support/client.ts'
import { startTestHub } from '../support/hub.ts'
import { newKeys, tokenFor } from '../support/tokens.ts'
import { eventOf, inTime } from '../support/waiting.ts'
import { watcherOf, watchRefusalOf } from '../support/watcher.ts'

const PLACES = { from: { lat: 48.1, lng: 11.5 }, to: { lat: 48.2, lng: 11.6 } }
const ACME = 'vendor/acme/main'

describe('watching a hub', () => {
  it('[WA1] begins with hello, over a connection of its own and over one that others use as well', async () => {
    const hub = await startTestHub()
    const watcher = await watcherOf(hub.url)
    expect(await watcher.hellos.next()).to.include({ protocol: 1, role: 'operator', order: null })
    const vendor = await vendorOf(hub.url, 'acme')
    const shared = vendor.socket.io.socket('/watch', { auth: {} })
    const greeted = eventOf(shared, 'hello')
    await greeted
    shared.disconnect()
    expect(await vendor.ask('pickup', orderOf('acme', 'A'))).to.include({ ok: true })
  })

  it('[WA1] is for observers and operators', async () => {
    const keys = newKeys()
    const hub = await startTestHub({ keys })
    const token = await tokenFor(keys, 'driver/bob')
    expect(await watchRefusalOf(hub.url, { token })).to.include({ code: 'wrong-role' })
    expect(await watchRefusalOf(hub.url, {})).to.include({ code: 'token-missing' })
    const operator = await tokenFor(keys, 'operator/max')
    expect(await refusalOf(hub.url, { token: operator })).to.include({ code: 'wrong-role' })
    const watcher = await watcherOf(hub.url, { token: operator })
    expect(await watcher.hellos.next()).to.include({ role: 'operator' })
  })

  it('[WA5][WA9] sees a queue grow when a driver dies, and drain when it is back', async () => {
    const hub = await startTestHub()
    const watcher = await watcherOf(hub.url)
    const vendor = await vendorOf(hub.url, 'acme')
    const bob = await driverOf(hub.url, 'bob', { capacity: 100 })
    const carry = async (driver: typeof bob, orderId: string) => {
      const { event, reply } = await driver.handed.next(({ event }) => event.payload.orderId === orderId)
      reply()
      for (const message of ['in-transit', 'delivered'])
        expect(await driver.ask(message, { store: event.payload.store, orderId })).to.include({ ok: true })
    }
    await vendor.ask('pickup', { ...orderOf('acme', 'A'), details: PLACES })
    await carry(bob, 'A')
    await watcher.summaries.next(({ orders }) => orders.deliveredToday === 1)
    await watcher.look({ view: 'queues' })
    bob.socket.disconnect()
    await watcher.changes.next(({ queues = [] }) =>
      queues.some((row) => row.participant === 'fleet' && !row.connected),
    )
    for (const orderId of ['B', 'C', 'D']) await vendor.ask('pickup', orderOf('acme', orderId))
    await watcher.changes.next(({ queues = [] }) =>
      queues.some((row) => row.participant === 'fleet' && row.depth === 3),
    )
    await watcher.summaries.next(({ orders, flow }) => orders.waiting === 3 && flow.ready === 4)
    const back = await driverOf(hub.url, 'bob', { capacity: 100 })
    for (const orderId of ['B', 'C', 'D']) await carry(back, orderId)
    await watcher.changes.next(({ queues = [] }) =>
      queues.some((row) => row.participant === 'fleet' && row.depth === 0),
    )
    await watcher.summaries.next(({ orders }) => orders.waiting === 0 && orders.deliveredToday === 4)
    const { course } = await watcher.look({ view: 'now' })
    expect(Math.max(...course.minute.map(({ ready }) => ready))).to.be.at.least(4)
  })

  it('[WA11] sees drivers move', async () => {
    const hub = await startTestHub()
    const watcher = await watcherOf(hub.url)
    const bob = await driverOf(hub.url, 'bob')
    await watcher.look({ view: 'map' })
    bob.socket.emit('position', { lat: 1.5, lng: 2.5 })
    const [moved] = await watcher.moves.next()
    expect(moved!.slice(0, 3)).to.deep.equal(['bob', 1.5, 2.5])
  })

  it('[WA13][WA14] stops delivery to a participant and lets it go on, which everybody sees', async () => {
    const hub = await startTestHub()
    const [watcher, other] = [await watcherOf(hub.url), await watcherOf(hub.url)]
    const vendor = await vendorOf(hub.url, 'acme')
    const bob = await driverOf(hub.url, 'bob')
    expect(await watcher.act({ action: 'pause', participant: ACME })).to.deep.equal({ ok: true, done: 1 })
    const [line] = await other.audit.next((lines) => lines.length > 0)
    expect(line).to.include({ who: 'operator/open', target: ACME })
    await vendor.ask('pickup', orderOf('acme', 'A'))
    ;(await bob.handed.next()).reply()
    await bob.ask('in-transit', { store: 'acme', orderId: 'A' })
    const { list } = await watcher.look({ view: 'queue', participant: ACME, place: 'queue' })
    expect(list.rows.map(({ event, order }) => `${event} ${order}`)).to.deep.equal(['in-transit acme/A'])
    expect(vendor.handed.all).to.deep.equal([])
    await watcher.act({ action: 'resume', participant: ACME })
    const { event } = await vendor.handed.next()
    expect(event.event).to.equal('in-transit')
  })

  it('[WA2] shows an order, and no other, to whom it was sent to', async () => {
    const keys = newKeys()
    const hub = await startTestHub({ keys })
    const vendor = await vendorOf(hub.url, 'acme', { token: await tokenFor(keys, ACME) })
    const bob = await driverOf(hub.url, 'bob', { token: await tokenFor(keys, 'driver/bob') })
    const guest = await watcherOf(hub.url, {
      token: await tokenFor(keys, 'observer/guest', { order: 'acme/A' }),
    })
    for (const orderId of ['A', 'B']) await vendor.ask('pickup', orderOf('acme', orderId))
    const { found } = await guest.look({ view: 'order', store: 'acme', orderId: 'A' })
    expect(found.order.state).to.equal('waiting')
    expect(await guest.ask('look', { view: 'order', store: 'acme', orderId: 'B' })).to.include({
      code: 'not-permitted',
    })
    ;(await bob.handed.next()).reply()
    const changed = await guest.changes.next(({ found: now }) => now?.order.state === 'assigned')
    expect(changed.view).to.equal('order')
    expect(guest.summaries.all).to.deep.equal([])
  })

  it('[WA3] is over when the token is, and says why', async () => {
    const keys = newKeys()
    const hub = await startTestHub({ keys })
    const guest = await watcherOf(hub.url, {
      token: await tokenFor(keys, 'observer/guest', { lifetimeMs: 1200 }),
    })
    const ended = eventOf(guest.socket, 'disconnect')
    expect((await guest.refusals.next()).code).to.equal('token-expired')
    await ended
  })

  it('[WA15] cuts a page that reads nothing, and the others go on', async () => {
    const hub = await startTestHub({ options: { outgoingBytes: 65_536 } })
    const [deaf, other] = [await watcherOf(hub.url), await watcherOf(hub.url)]
    const vendor = await vendorOf(hub.url, 'acme')
    for (let number = 0; number < 60; number += 1)
      await vendor.ask('pickup', {
        ...orderOf('acme', `A-${number}`),
        address: '\u{1f69a}'.repeat(500),
        details: PLACES,
      })
    await deaf.look({ view: 'map' })
    stopReading(deaf as never)
    // Its answers wait for it, until they are too much.
    let cut = false
    const before = hub.reports.counts.cutConnections
    while (!cut) {
      deaf.socket.emit('look', { view: 'map' }, () => {})
      await other.look({ view: 'now' })
      cut = hub.reports.counts.cutConnections > before
    }
    expect(hub.reports.counts.cutConnections).to.equal(before + 1)
    await other.summaries.next(({ connections }) => connections.watchers === 1)
  }).timeout(60_000)

  it('[WA15] outlives what anybody may send', async () => {
    const hub = await startTestHub()
    const rude = await watcherOf(hub.url)
    const hostile: unknown[] = [
      null,
      undefined,
      7,
      'x',
      [],
      {},
      { view: {} },
      { view: '__proto__' },
      { toString: 1 },
      [[[]]],
    ]
    for (const message of ['look', 'act', 'token', 'pickup', 'disconnecting', 'constructor'])
      for (const argument of hostile)
        rude.socket.emit(message === 'disconnecting' ? 'Look' : message, argument)
    rude.socket.emit('look')
    rude.socket.emit('look', { view: 'now' }, { view: 'now' }, 3)
    const polite = await watcherOf(hub.url)
    expect((await polite.look({ view: 'now' })).ok).to.equal(true)
    await polite.summaries.next()
  })

  it('[WA1] leaves whoever has ended it, and does not watch on the same connection, in the lobby', async () => {
    const hub = await startTestHub({ options: { authenticationTimeMs: 500 } })
    const client = openClient(hub.url, { role: 'vendor', store: 'acme' })
    await client.welcomes.next()
    const manager = client.socket.io
    const watching = manager.socket('/watch', { auth: {} })
    const greeted = eventOf(watching, 'hello')
    await greeted
    client.socket.disconnect()
    const summary = eventOf(watching, 'summary')
    await summary
    const closed = new Promise<void>((resolve) => manager.engine.once('close', () => resolve()))
    const summaries: unknown[] = []
    watching.on('summary', (one: unknown) => void summaries.push(one))
    await eventOf(watching, 'summary')
    expect(watching.connected).to.equal(true)
    // Socket.IO would end a connection without sockets by itself.
    ;(manager as unknown as { _destroy(): void })._destroy = () => {}
    watching.disconnect()
    await inTime(closed, () => 'the end of a connection that nobody uses')
  })

  it('[WA15] lets one watch over a connection, also when two ask at once', async () => {
    const hub = await startTestHub()
    const vendor = await vendorOf(hub.url, 'acme')
    const watching = vendor.socket.io.socket('/watch', { auth: {} })
    const refused = eventOf<[Error & { data?: unknown }]>(watching, 'connect_error')
    watching.connect()
    const [{ data }] = await refused
    expect(data).to.include({ code: 'bad-handshake' })
    await vendor.ask('pickup', orderOf('acme', 'A'))
    expect(hub.hub.watch.size).to.equal(1)
  })

  it('[WA15] tells those who watch that the hub is about to stop', async () => {
    const hub = await startTestHub()
    const socket = io(`${hub.url}/watch`, { transports: ['websocket'], forceNew: true, reconnection: false })
    atEndOfTest(() => socket.disconnect())
    await eventOf(socket, 'hello')
    const [draining, ended] = [eventOf(socket, 'draining'), eventOf(socket, 'disconnect')]
    await hub.close()
    await Promise.all([draining, ended])
  })
})
