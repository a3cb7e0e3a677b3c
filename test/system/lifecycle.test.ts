/** A real hub and plain socket.io-clients that know nothing but docs/PROTOCOL.md: the whole life of an order, each way in which a client may speak. */
import { expect } from 'chai'
import type { Assignment, HandedEvent, TrackReply } from '../../shared/protocol.ts'
import { driverOf, openClient, orderOf, type TestClient, vendorOf } from '../support/client.ts'
import { startTestHub } from '../support/hub.ts'
import { eventOf } from '../support/waiting.ts'

const ORDER = { ...orderOf('acme', 'o-1'), details: { fragile: true } }
const PROGRESS = { store: 'acme', orderId: 'o-1' }

type Found = Extract<TrackReply, { ok: true }>

const whatHappened = async (vendor: TestClient): Promise<string[]> => {
  const { history } = await vendor.ask<Found>('track', { orderId: 'o-1' })
  return history.map(({ what, participant = '' }) => `${what} ${participant}`)
}

const HISTORY = [
  'pickup vendor/acme/main',
  'leased driver/d',
  'assigned driver/d',
  'in-transit driver/d',
  'acknowledged vendor/acme/main',
  'delivered driver/d',
  'acknowledged vendor/acme/main',
]

/** One frame an event, with callbacks. */
const carryOne = async (vendor: TestClient, driver: TestClient): Promise<HandedEvent[]> => {
  const accepted = await vendor.ask('pickup', ORDER)
  const pickup = await driver.handed.next()
  expect(pickup.event).to.deep.include({ event: 'pickup', attempt: 1, payload: ORDER })
  expect(accepted).to.deep.equal({ ok: true, id: pickup.event.id })
  pickup.reply()
  expect(await driver.ask('in-transit', PROGRESS)).to.include({ ok: true })
  const inTransit = await vendor.handed.next()
  inTransit.reply()
  expect(await driver.ask('delivered', { ...PROGRESS, details: { at: 'the door' } })).to.include({ ok: true })
  const delivered = await vendor.handed.next()
  delivered.reply()
  return [inTransit.event, delivered.event]
}

describe('the life of an order, over real sockets', () => {
  const TRANSPORTS: readonly [how: string, options: object][] = [
    ['a WebSocket', {}],
    ['long polling', { transports: ['polling'] }],
    ['long polling that becomes a WebSocket', { transports: ['polling', 'websocket'] }],
  ]
  for (const [how, options] of TRANSPORTS)
    it(`[SK2][SK4][SK5] goes by one frame an event and callbacks over ${how}`, async () => {
      const { url } = await startTestHub()
      const vendor = await vendorOf(url, 'acme', {}, options)
      const driver = await driverOf(url, 'd', {}, options)
      const events = await carryOne(vendor, driver)
      const { details: _, ...order } = ORDER
      expect(events.map(({ event, payload }) => [event, payload])).to.deep.equal([
        ['in-transit', { ...order, driver: 'd' }],
        ['delivered', { ...order, driver: 'd', details: { at: 'the door' } }],
      ])
      expect(await vendor.ask('track', { orderId: 'o-1' })).to.deep.include({
        ok: true,
        order: { ...ORDER, state: 'delivered', driver: 'd' },
      })
      expect(await whatHappened(vendor)).to.deep.equal(HISTORY)
    })

  it('[SK4] goes by frames of events for those that asked for batches', async () => {
    const { url } = await startTestHub()
    const vendor = await vendorOf(url, 'acme', { batch: true })
    const driver = await driverOf(url, 'd', { batch: true, capacity: 10 })
    const ids = ['o-1', 'o-2', 'o-3']
    const sent = ids.map((orderId) => ({ event: 'pickup', payload: orderOf('acme', orderId) }))
    expect(await vendor.ask('publish', sent)).to.have.length(3)
    const pickups = await driver.frames.next()
    expect(pickups.map(({ payload }) => payload.orderId)).to.deep.equal(ids)
    driver.socket.emit(
      'acknowledge',
      pickups.map(({ entry }) => entry),
    )
    const progress = ids.flatMap((orderId) =>
      ['in-transit', 'delivered'].map((event) => ({ event, payload: { store: 'acme', orderId } })),
    )
    expect(await driver.ask('publish', progress)).to.have.length(6)
    const told: string[] = []
    while (told.length < 6) {
      const frame = await vendor.frames.next()
      told.push(...frame.map(({ event, payload }) => `${event} ${payload.orderId}`))
      vendor.socket.emit(
        'acknowledge',
        frame.map(({ entry }) => entry),
      )
    }
    // The next event of an order leaves when the one before is acknowledged.
    expect(told).to.deep.equal([
      ...ids.map((id) => `in-transit ${id}`),
      ...ids.map((id) => `delivered ${id}`),
    ])
    expect([vendor, driver].flatMap(({ handed }) => handed.all)).to.deep.equal([])
    expect((await whatHappened(vendor)).toSorted()).to.deep.equal(HISTORY.toSorted())
  })

  it('[SK2] goes on when nobody waits for answers: they are counted', async () => {
    const { url, reports } = await startTestHub()
    const vendor = await vendorOf(url, 'acme')
    const driver = await driverOf(url, 'd')
    vendor.socket.emit('pickup', ORDER)
    vendor.socket.emit('pickup', { ...ORDER, store: 'other' })
    ;(await driver.handed.next()).reply()
    await vendor.ask('token', 'behind the two')
    expect(reports.counts).to.include({ unheardAccepted: 1, unheardRefused: 1 })
  })

  it('[SE3][SE8] waits for a vendor that is away, and is handed over in order when it is back', async () => {
    const { url } = await startTestHub()
    const vendor = await vendorOf(url, 'acme')
    const driver = await driverOf(url, 'd')
    await vendor.ask('pickup', ORDER)
    ;(await driver.handed.next()).reply()
    vendor.socket.disconnect()
    await driver.ask('in-transit', PROGRESS)
    await driver.ask('delivered', PROGRESS)
    const again = openClient(url, { role: 'vendor', store: 'acme' })
    const welcome = await again.welcomes.next()
    expect(welcome).to.include({ participant: 'vendor/acme/main', queued: 2 })
    const first = await again.handed.next()
    expect(first.event).to.include({ event: 'in-transit', attempt: 1 })
    first.reply()
    expect((await again.handed.next()).event).to.include({ event: 'delivered' })
  })

  it('[SK5] hands over again what was rejected, with the reason in its history', async () => {
    const { url } = await startTestHub({ options: { retryDelayMs: 1 } })
    const vendor = await vendorOf(url, 'acme')
    const driver = await driverOf(url, 'd')
    await vendor.ask('pickup', ORDER)
    ;(await driver.handed.next()).reply()
    await driver.ask('in-transit', PROGRESS)
    ;(await vendor.handed.next()).reply({ reject: 'no printer' })
    const again = await vendor.handed.next()
    expect(again.event).to.include({ event: 'in-transit', attempt: 2 })
    const { history } = await vendor.ask<Found>('track', { orderId: 'o-1' })
    expect(history.at(-1)).to.deep.include({ what: 'rejected', event: 'in-transit', reason: 'no printer' })
  })

  it('[SK5] counts a callback that says neither, and waits on', async () => {
    const { url, reports } = await startTestHub()
    const vendor = await vendorOf(url, 'acme')
    const driver = await driverOf(url, 'd')
    await vendor.ask('pickup', ORDER)
    const pickup = await driver.handed.next()
    pickup.reply({ ok: true })
    expect(await driver.ask('assignments')).to.deep.equal({ ok: true, orders: [] })
    expect(reports.counts.ignored).to.equal(1)
    driver.socket.emit('acknowledge', [pickup.event.entry])
    const { orders } = await driver.ask<{ orders: Assignment[] }>('assignments')
    expect(orders.map(({ state }) => state)).to.deep.equal(['assigned'])
  })

  it('[SE2][SK6] goes on with the connection that took over; the older one is told, refused, and closed', async () => {
    const { url, reports } = await startTestHub()
    const older = await vendorOf(url, 'acme')
    const driver = await driverOf(url, 'd')
    await older.ask('pickup', ORDER)
    ;(await driver.handed.next()).reply()
    await driver.ask('in-transit', PROGRESS)
    const handed = await older.handed.next()
    const told = eventOf<[{ by: string }]>(older.socket, 'displaced')
    const closed = eventOf<[string]>(older.socket, 'disconnect')
    const newer = await vendorOf(url, 'acme')
    expect((await told)[0].by).to.equal(`${newer.socket.id} from 127.0.0.1`)
    handed.reply()
    expect(await older.ask('pickup', orderOf('acme', 'o-2'))).to.include({ code: 'no-longer-connected' })
    const again = await newer.handed.next()
    expect(again.event).to.deep.equal(handed.event)
    expect(reports.counts).to.include({ ignored: 1, acknowledged: 1 })
    expect(await closed).to.include('io server disconnect')
  })

  it('[SE6] ends for a till that leaves, and goes on for the other one', async () => {
    const { url } = await startTestHub()
    const [first, second] = [await vendorOf(url, 'acme'), await vendorOf(url, 'acme', { id: 'till-2' })]
    const driver = await driverOf(url, 'd')
    await first.ask('pickup', ORDER)
    ;(await driver.handed.next()).reply()
    await driver.ask('in-transit', PROGRESS)
    await Promise.all([first, second].map(({ handed }) => handed.next()))
    const closed = eventOf(first.socket, 'disconnect')
    expect(await first.ask('leave')).to.deep.equal({ ok: true, id: 'vendor/acme/main' })
    await closed
    await driver.ask('delivered', PROGRESS)
    const again = openClient(url, { role: 'vendor', store: 'acme' })
    expect(await again.welcomes.next()).to.include({ queued: 0 })
    expect(second.handed.all).to.have.length(1)
  })

  it('[SE5] hears nothing as a vendor that only sends', async () => {
    const { url } = await startTestHub()
    const sender = await vendorOf(url, 'acme', { receive: false })
    const listener = await vendorOf(url, 'acme', { id: 'till-2' })
    const driver = await driverOf(url, 'd')
    await sender.ask('pickup', ORDER)
    ;(await driver.handed.next()).reply()
    await driver.ask('in-transit', PROGRESS)
    await listener.handed.next()
    await sender.ask('token', 'behind whatever there is')
    expect(sender.handed.all).to.deep.equal([])
  })

  it('[SK11] tells a window and a capacity that the hub can keep', async () => {
    const { url } = await startTestHub({ options: { greatestWindow: 50, greatestCapacity: 7 } })
    const driver = openClient(url, { role: 'driver', id: 'd', window: 1e9, capacity: 1e9 })
    expect(await driver.welcomes.next()).to.include({ window: 50, capacity: 7 })
  })

  it('[FL8][FL10] is given back by a driver, and carried by the next one', async () => {
    const { url } = await startTestHub()
    const vendor = await vendorOf(url, 'acme')
    const first = await driverOf(url, 'first')
    await vendor.ask('pickup', ORDER)
    ;(await first.handed.next()).reply()
    const { orders } = await first.ask<{ orders: Assignment[] }>('assignments')
    expect(orders).to.deep.equal([{ ...ORDER, state: 'assigned' }])
    const second = await driverOf(url, 'second')
    expect(await first.ask('release', { ...PROGRESS, reason: 'flat tyre' })).to.include({ ok: true })
    expect((await second.handed.next()).event.payload.orderId).to.equal('o-1')
    expect(await first.ask('assignments')).to.deep.equal({ ok: true, orders: [] })
  })
})
