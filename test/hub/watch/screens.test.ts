import { expect } from 'chai'
import { BLANK, type OrderRecord } from '../../../hub/domain/order-record.ts'
import type { Committed } from '../../../hub/domain/work.ts'
import { Looks } from '../../../hub/watch/looks.ts'
import type { CityMap } from '../../../hub/watch/map.ts'
import type { Lists } from '../../../hub/watch/ports.ts'
import type { Screen } from '../../../hub/watch/screens/screen.ts'
import type { LiveRows } from '../../../hub/watch/screens/shown-queues.ts'
import type { OrderKey } from '../../../shared/ids.ts'
import type { Changed, OrderView } from '../../../shared/watch.ts'
import type { StubPeer, StubWatchSocket } from './watched-hub.ts'
import { WatchedHub } from './watched-hub.ts'

const ACME = 'vendor/acme/main'

describe('screens', () => {
  let world: WatchedHub
  let vendor: StubPeer
  let driver: StubPeer
  let watcher: StubWatchSocket
  beforeEach(async () => {
    world = await WatchedHub.open()
    vendor = await world.vendor()
    driver = await world.driver('bob', { capacity: 1 })
    watcher = await world.watcher()
  })

  /** What changes within a quarter of a second, without what is not there. */
  const changes = async (): Promise<Changed[]> => {
    watcher.forget()
    await world.advance(250)
    return watcher.told('changed')
  }

  it('[WA9] tells rows of the orders on the page, each once however often it has changed', async () => {
    await world.pickups(vendor, 'A')
    const { list } = await watcher.look({ view: 'orders', filter: {} })
    expect(list.rows.map(({ orderId, state }) => `${orderId} ${state}`)).to.deep.equal(['A waiting'])
    await changes()
    await world.carry(driver, 'A', 'in-transit', 'delivered')
    const [changed, ...more] = await changes()
    expect(more).to.deep.equal([])
    expect(changed!.orders!.map(({ orderId, state }) => `${orderId} ${state}`)).to.deep.equal(['A delivered'])
    expect(changed!.isStale).to.equal(undefined)
    expect(await changes()).to.deep.equal([])
  })

  it('[WA10] says that orders may have come or gone, by what is filtered, and does not tell their rows', async () => {
    await world.pickups(vendor, 'A')
    await watcher.look({ view: 'orders', filter: { state: 'waiting' } })
    await changes()
    await world.pickups(vendor, 'B')
    expect(await changes()).to.deep.equal([{ view: 'orders', isStale: true }])
    await world.carry(driver, 'A')
    const [changed] = await changes()
    expect([changed!.isStale, changed!.orders!.length]).to.deep.equal([true, 1])
    await watcher.look({ view: 'orders', filter: { search: 'acme/C', driver: 'x' } })
    await world.pickups(vendor, 'D')
    expect(await changes()).to.deep.equal([])
  })

  it('[WA10] takes new orders for none of a later page', async () => {
    await world.pickups(vendor, ...Array.from({ length: 60 }, (_, index) => `A-${index}`))
    const { list } = await watcher.look({ view: 'orders', filter: {} })
    await watcher.look({ view: 'orders', filter: {}, after: list.next! })
    await world.pickups(vendor, 'B')
    expect(await changes()).to.deep.equal([])
  })

  it('[WA9] tells the order that is shown with all its history', async () => {
    await world.pickups(vendor, 'A', 'B')
    await watcher.look({ view: 'order', store: 'acme', orderId: 'A' })
    await changes()
    await world.carry(driver, 'A', 'in-transit')
    const [changed] = await changes()
    expect(changed!.found!.order.state).to.equal('in-transit')
    expect(changed!.found!.history.map(({ what }) => what)).to.deep.equal([
      'pickup',
      'leased',
      'assigned',
      'in-transit',
    ])
  })

  it('[WA8] lets a look take the place of the one before', async () => {
    await world.pickups(vendor, 'A')
    await watcher.look({ view: 'order', store: 'acme', orderId: 'A' })
    await watcher.look({ view: 'now' })
    await world.carry(driver, 'A', 'in-transit')
    expect(await changes()).to.deep.equal([])
  })

  it('[WA9] tells rows of queues as they are, also what is not written down', async () => {
    const { list } = await watcher.look({ view: 'queues' })
    const names = list.rows.map(({ participant, connected }) => `${participant} ${connected}`)
    expect(names).to.have.members(['driver/bob true', 'fleet true', `${ACME} true`])
    await world.pickups(vendor, 'A')
    await world.carry(driver, 'A', 'in-transit')
    const [first] = await changes()
    const rows = new Map(first!.queues!.map((row) => [row.participant as string, row]))
    expect(rows.get('driver/bob')!.carrying).to.equal(1)
    expect(rows.get(ACME)).to.include({ depth: 1, inFlight: 1, connected: true, trouble: false })
    await vendor.leave()
    const awayMs = world.clock.now()
    const [second] = await changes()
    expect(second!.queues!.find(({ participant }) => participant === ACME)).to.include({
      connected: false,
      sinceMs: awayMs,
      inFlight: 0,
      trouble: true,
    })
  })

  it('[WA10] says that somebody has come whom the page of queues does not show', async () => {
    await watcher.look({ view: 'queues' })
    await changes()
    await world.vendor('other')
    expect((await changes()).map(({ isStale }) => isStale)).to.deep.equal([true])
  })

  it('[WA10] says that entries of a queue may have come or gone', async () => {
    await world.pickups(vendor, 'A', 'B')
    await watcher.look({ view: 'queue', participant: ACME, place: 'queue' })
    await changes()
    await world.carry(driver, 'A', 'in-transit')
    const [grown] = await changes()
    expect([grown!.isStale, grown!.queues![0]!.depth]).to.deep.equal([true, 1])
    await vendor.acknowledge()
    const [drained] = await changes()
    expect([drained!.isStale, drained!.queues![0]!.depth]).to.deep.equal([true, 0])
    await watcher.look({ view: 'queue', participant: ACME, place: 'dead' })
    await driver.say('delivered', { store: 'acme', orderId: 'A' })
    const [other] = await changes()
    expect([other!.isStale, other!.queues![0]!.depth]).to.deep.equal([undefined, 1])
  })

  it('[WA10] says that dead letters may have come or gone, of whom it shows', async () => {
    const hub = await WatchedHub.open({ options: { deliveryLimit: 1 } })
    const [till, bob] = [await hub.vendor(), await hub.driver()]
    const [all, others] = [await hub.watcher(), await hub.watcher()]
    await all.look({ view: 'dead-letters' })
    await others.look({ view: 'dead-letters', participant: 'vendor/other/main' })
    await hub.pickups(till, 'A')
    await hub.carry(bob, 'A', 'in-transit')
    const { entry } = till.handed[0]!
    till.socket.send('reject', [{ entry, reason: 'no' }])
    await hub.advance(250)
    expect(all.told('changed')).to.deep.equal([{ view: 'dead-letters', isStale: true }])
    expect(others.told('changed')).to.deep.equal([])
  })

  it('[WA9] shows orders on the map as they come and change, to all who look at it', async () => {
    const other = await world.watcher()
    await world.pickups(vendor, 'A')
    for (const one of [watcher, other]) {
      const { map } = await one.look({ view: 'map' })
      expect(map.orders.map(({ orderId }) => orderId)).to.deep.equal(['A'])
      expect(map.stores).to.deep.equal([{ store: 'acme', lat: 1, lng: 2 }])
      one.forget()
    }
    await world.carry(driver, 'A')
    await world.pickups(vendor, 'B')
    await world.advance(250)
    const told = [watcher, other].map((one) =>
      one.last('changed').orders!.map(({ orderId, state }) => `${orderId} ${state}`),
    )
    expect(told).to.deep.equal([
      ['A assigned', 'B waiting'],
      ['A assigned', 'B waiting'],
    ])
  })

  it('[WA9] puts few new orders on the map at a time', async () => {
    await watcher.look({ view: 'map' })
    await world.pickups(vendor, ...Array.from({ length: 100 }, (_, index) => `A-${index}`))
    const [changed] = await changes()
    expect(changed!.orders!.length).to.equal(10)
  })

  it('[WA9] does not lose what changes while a page is read', async () => {
    let read = (_: OrderView) => {}
    let committed = (_: Committed) => {}
    const lists = { order: () => new Promise<OrderView>((resolve) => (read = resolve)) }
    const looks = new Looks({
      lists: lists as unknown as Lists,
      live: {} as LiveRows,
      course: () => ({ minute: [], hour: [] }),
      map: {} as CityMap,
      now: () => 0,
      onCommitted(listener) {
        committed = listener
        return () => {}
      },
    })
    const screens: (Screen | null)[] = []
    const look = { view: 'order', store: 'acme', orderId: 'A' } as const
    const served = looks.serve({ connected: true }, look, ({ screen }) => void screens.push(screen))
    await world.settle()
    const record: OrderRecord = { ...BLANK, key: 'acme/A' as OrderKey, time: '2026-01-01', state: 'assigned' }
    const nothing = { appended: new Map(), participantChanges: [], orderChanges: [] }
    committed({ ...nothing, orders: [{ ...record, key: 'acme/B' as OrderKey }, record] })
    read({} as OrderView)
    await served
    expect(screens[0]!.take(0)!.found!.order.state).to.equal('assigned')
  })
})
