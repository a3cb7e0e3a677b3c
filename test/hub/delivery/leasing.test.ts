import { setImmediate as nextLoop } from 'node:timers/promises'
import { expect } from 'chai'
import sinon from 'sinon'
import { Leasing } from '../../../hub/delivery/leasing.ts'
import type { DeliveryOptions } from '../../../hub/delivery/ports.ts'
import { pickupEntry } from '../../../hub/domain/dispatch.ts'
import { itemsOf } from '../../../hub/domain/history.ts'
import { Transaction } from '../../../hub/ledger/level/transaction.ts'
import { driverId, FLEET } from '../../../shared/ids.ts'
import { orphans } from '../../support/accounts.ts'
import { driver, order, vendor, waitingOrder } from '../../support/orders.ts'
import { type Peer, World } from '../../support/world.ts'

describe('leasing', () => {
  let world: World

  const open = async (options: Partial<DeliveryOptions> = {}) => {
    world = await World.open(options)
  }

  /** Holds the `nth` sync from now on, and all behind it: the first is that of a new pickup, and of its lease. */
  const holdSync = (nth: number) => {
    let syncs = 0
    world.db.onSync(() => {
      syncs += 1
      if (syncs === nth) world.db.hold()
    })
  }

  /** `leased to bob`, `assigned to bob`, `waiting` … */
  const stateOf = async (orderId: string): Promise<string> => {
    const record = (await world.order(orderId))!
    const { place, lease } = record.dispatch
    if (lease !== null) return `leased to ${lease.driver}`
    if (record.driver !== null) return `${record.state} with ${record.driver}`
    return place
  }

  const historyOf = async (orderId: string): Promise<string[]> =>
    itemsOf((await world.order(orderId))!.history).map(({ what }) => what)

  afterEach(async () => {
    expect(await orphans(world)).to.deep.equal([])
  })

  describe('offering', () => {
    it('[FL1] leases each waiting pickup to one connected driver, in turn', async () => {
      await open()
      const [ann, bob] = [await world.driver('ann'), await world.driver('bob')]
      await world.pickups('A', 'B', 'C')
      expect([ann.take(), bob.take()]).to.deep.equal([['pickup A', 'pickup C'], ['pickup B']])
      expect(await stateOf('B')).to.equal('leased to bob')
    })

    it('[FL1] offers what waited for a driver in the order in which it came', async () => {
      await open()
      await world.pickups('A', 'B')
      await world.pickups('C')
      const bob = await world.driver('bob', { capacity: 2 })
      expect(bob.take()).to.deep.equal(['pickup A', 'pickup B'])
    })

    it('[DL3] leaves at most a window of leases unanswered, in entries', async () => {
      await open()
      const bob = await world.driver('bob', { capacity: 9, window: 2 })
      await world.pickups('A', 'B', 'C', 'D')
      expect(bob.take()).to.deep.equal(['pickup A', 'pickup B'])
      bob.acknowledge('pickup A')
      await world.settle()
      expect(bob.take()).to.deep.equal(['pickup C'])
    })

    it('[DL3] leaves at most a window of leases unanswered, in bytes', async () => {
      await open({ windowBytes: 500 })
      const bob = await world.driver('bob', { capacity: 9 })
      await world.pickups('A', 'B', 'C')
      expect(bob.take()).to.deep.equal(['pickup A', 'pickup B'])
    })

    it('[DL3] leases a pickup that is larger than the window, alone', async () => {
      await open({ windowBytes: 100 })
      const bob = await world.driver('bob', { capacity: 9 })
      await world.pickups('A', 'B')
      expect(bob.take()).to.deep.equal(['pickup A'])
    })

    it('[DL3][FL5] hands a driver that comes back with a smaller window what fits, and the rest to others', async () => {
      await open()
      const bob = await world.driver('bob', { capacity: 9 })
      await world.pickups('A', 'B', 'C')
      bob.disconnect()
      const ann = await world.driver('ann', { capacity: 9 })
      const again = await world.driver('bob', { capacity: 9, window: 1 })
      expect([again.take(), ann.take()]).to.deep.equal([['pickup A'], ['pickup B', 'pickup C']])
      expect(world.counts.failedHandovers).to.equal(0)
    })

    it('[FL1] hands a pickup over when its lease is durable, not before', async () => {
      await open()
      const bob = await world.driver('bob')
      holdSync(1)
      await world.pickups('A')
      expect([world.db.isSyncHeld, bob.take()]).to.deep.equal([true, []])
      world.db.release()
      await world.settle()
      expect(bob.take()).to.deep.equal(['pickup A'])
    })

    it('[FL1] hands a pickup that waited over when its lease is durable, not before', async () => {
      await open()
      await world.pickups('A')
      // The first sync is that of the driver's own row.
      holdSync(2)
      const bob = await world.driver('bob')
      expect([world.db.isSyncHeld, bob.take()]).to.deep.equal([true, []])
      world.db.release()
      await world.settle()
      expect(bob.take()).to.deep.equal(['pickup A'])
    })

    it('[FL12] leases a new pickup in the step that accepts it, and the queue never holds it', async () => {
      await open()
      const bob = await world.driver('bob')
      const before = (await world.row(FLEET))!
      let syncs = 0
      world.db.onSync(() => {
        syncs += 1
      })
      await world.pickups('A')
      const { queued, floor } = (await world.row(FLEET))!
      expect([syncs, bob.take(), await historyOf('A')]).to.deep.equal([1, ['pickup A'], ['pickup', 'leased']])
      expect([queued, floor > before.floor]).to.deep.equal([0, true])
    })

    it('[FL12] leaves those for whom nobody has room in the queue', async () => {
      await open()
      const bob = await world.driver('bob', { capacity: 2 })
      await world.pickups('A', 'B', 'C')
      expect([bob.take(), (await world.row(FLEET))!.queued]).to.deep.equal([['pickup A', 'pickup B'], 1])
      await world.restart()
      const ann = await world.driver('ann')
      expect(ann.take()).to.deep.equal(['pickup C'])
    })

    it('[FL12] leases no new pickup while the fleet is stopped', async () => {
      await open()
      const bob = await world.driver('bob')
      world.dispatcher.leasing.pauseFleet(true)
      await world.pickups('A')
      expect([bob.take(), await stateOf('A')]).to.deep.equal([[], 'queue'])
    })

    it('[FL12] leases no new pickup before one that is on its way to the disk', async () => {
      await open()
      const bob = await world.driver('bob')
      world.dispatcher.leasing.pauseDriver('bob', true)
      world.db.hold()
      await world.pickups('A')
      world.dispatcher.leasing.pauseDriver('bob', false)
      await world.pickups('B')
      world.db.release()
      await world.settle()
      expect(bob.take()).to.deep.equal(['pickup A', 'pickup B'])
    })

    it('[FL12] leases no new pickup before the queue has been read', async () => {
      await open()
      const ledger = {
        submit: sinon.stub(),
        onDecided: sinon.stub(),
        onCommitted: sinon.stub(),
        entries: sinon.stub().returns(new Promise(() => {})),
        retries: sinon.stub().resolves([]),
        heldOrders: sinon.stub().resolves([]),
      }
      const { reports, options } = world
      const leasing = new Leasing({ ledger, reports, options, hubs: null, now: () => world.clock.now() }, 0)
      leasing.attach('bob', { hand: sinon.stub() }, { capacity: 2, entries: 2 })
      expect(ledger.entries.calledOnce).to.equal(true)
      const transaction = sinon.createStubInstance(Transaction)
      const record = waitingOrder(order('B'), 2)
      transaction.appendedTo.returns([pickupEntry(record)])
      transaction.order.returns(record)
      leasing.decided(transaction)
      expect(transaction.take.called).to.equal(false)
    })

    it('[FL12] leases no new pickup before one that is about to be leased', async () => {
      await open()
      const till = await world.vendor()
      const bob = await world.driver('bob', { capacity: 2 })
      await world.pickups('A', 'B', 'C')
      bob.take()
      world.db.hold()
      bob.publish('in-transit A', 'delivered A', 'in-transit B', 'delivered B')
      await world.settle()
      till.publish('pickup D')
      world.db.release()
      // Bob's room shows now, and C is about to be leased in the turn in which D is accepted.
      await nextLoop()
      await world.settle()
      expect(bob.take()).to.deep.equal(['pickup C', 'pickup D'])
    })

    it('[FL1] offers a pickup anew whose lease a crash has undone', async () => {
      await open()
      await world.pickups('A')
      holdSync(2)
      const bob = await world.driver('bob')
      expect(world.db.isSyncHeld).to.equal(true)
      await world.restart()
      const ann = await world.driver('ann')
      expect([bob.take(), ann.take()]).to.deep.equal([[], ['pickup A']])
    })

    it('[FL2] leases a driver no more than its capacity, assigned and in transit included', async () => {
      await open()
      const bob = await world.driver('bob', { capacity: 2 })
      await world.pickups('A', 'B', 'C', 'D')
      expect(bob.take()).to.deep.equal(['pickup A', 'pickup B'])
      bob.acknowledge('pickup A')
      bob.publish('in-transit B')
      await world.settle()
      expect(bob.take()).to.deep.equal([])
      bob.publish('delivered B')
      await world.settle()
      expect(bob.take()).to.deep.equal(['pickup C'])
    })

    it('[FL2] counts an order that its driver has reported in transit while it was offered to it again', async () => {
      await open({ retryDelayMs: 1000 })
      const bob = await world.driver('bob', { capacity: 1 })
      await world.pickups('A', 'B')
      bob.reject('pickup A')
      await world.advance(500)
      bob.reject('pickup B')
      await world.settle()
      world.db.hold()
      bob.publish('in-transit A')
      await world.advance(2000)
      world.db.release()
      await world.settle()
      expect(bob.take()).to.deep.equal(['pickup A', 'pickup B'])
      expect([await stateOf('A'), await stateOf('B')]).to.deep.equal(['in-transit with bob', 'retry'])
    })

    it('[FL1] goes on with a driver whose reserved pickup somebody else has taken', async () => {
      await open({ retryDelayMs: 1000 })
      const bob = await world.driver('bob', { capacity: 1 })
      await world.pickups('A')
      const ann = await world.driver('ann', { capacity: 1 })
      bob.reject('pickup A')
      await world.settle()
      ann.reject('pickup A')
      await world.settle()
      world.db.hold()
      ann.publish('in-transit A')
      await world.advance(3000)
      world.db.release()
      await world.settle()
      expect(await stateOf('A')).to.equal('in-transit with ann')
      await world.pickups('B')
      expect(bob.take()).to.deep.equal(['pickup A', 'pickup B'])
    })
  })

  describe('acknowledging', () => {
    it('[FL3] assigns an acknowledged pickup to its driver, and nobody else', async () => {
      await open()
      const [ann, bob] = [await world.driver('ann'), await world.driver('bob')]
      await world.pickups('A')
      bob.acknowledgeTokens(ann.find('pickup A').token)
      await world.settle()
      expect([await stateOf('A'), world.counts.ignored]).to.deep.equal(['leased to ann', 1])
      ann.acknowledge('pickup A')
      await world.settle()
      expect(await stateOf('A')).to.equal('assigned with ann')
      await world.advance(60_000)
      expect([ann.take(), bob.take()]).to.deep.equal([['pickup A'], []])
    })

    it('[FL3] assigns an order that is reported in transit without an acknowledgement', async () => {
      await open()
      const bob = await world.driver()
      await world.pickups('A')
      bob.publish('in-transit A')
      bob.acknowledge('pickup A')
      await world.advance(60_000)
      expect(await stateOf('A')).to.equal('in-transit with bob')
      expect(bob.take()).to.deep.equal(['pickup A'])
    })

    it('[FL11] ignores and counts the acknowledgement of a lease that has ended, whoever holds the order now', async () => {
      await open({ ackTimeoutMs: 1000 })
      const bob = await world.driver('bob')
      await world.pickups('A')
      const ann = await world.driver('ann')
      await world.advance(1250)
      expect(await stateOf('A')).to.equal('leased to ann')
      bob.acknowledge('pickup A')
      bob.reject('pickup A')
      await world.settle()
      expect([await stateOf('A'), world.counts.ignored]).to.deep.equal(['leased to ann', 2])
      ann.acknowledge('pickup A')
      await world.settle()
      expect(await stateOf('A')).to.equal('assigned with ann')
    })

    it('[FL11] counts the acknowledgement of a lease that ended while it was on its way to the disk', async () => {
      await open()
      const bob = await world.driver()
      await world.pickups('A')
      bob.publish('in-transit A')
      bob.acknowledge('pickup A')
      await world.settle()
      expect([world.counts.acknowledged, world.counts.ignored]).to.deep.equal([0, 1])
    })
  })

  describe('coming back', () => {
    it('[FL4] offers a rejected pickup to others first', async () => {
      await open()
      const bob = await world.driver('bob')
      await world.pickups('A')
      const ann = await world.driver('ann')
      bob.reject('pickup A')
      await world.settle()
      expect([ann.take(), bob.take()]).to.deep.equal([['pickup A #2'], ['pickup A']])
    })

    it('[FL4] asks again whoever rejected it when nobody else is there, after a delay that grows', async () => {
      await open({ retryDelayMs: 1000 })
      const bob = await world.driver()
      await world.pickups('A')
      bob.reject('pickup A')
      await world.advance(750)
      expect(bob.take()).to.deep.equal(['pickup A'])
      await world.advance(500)
      expect(bob.take()).to.deep.equal(['pickup A #2'])
      bob.reject('pickup A')
      await world.advance(1750)
      expect(bob.take()).to.deep.equal([])
      await world.advance(500)
      expect(bob.take()).to.deep.equal(['pickup A #3'])
    })

    it('[HB10] asks again at once when the wall clock was set back between two lives of the hub', async () => {
      await open({ retryDelayMs: 1000 })
      const bob = await world.driver()
      await world.pickups('A')
      bob.reject('pickup A')
      await world.settle()
      await world.restart({ setClockMs: -3_600_000 })
      const again = await world.driver()
      expect(again.take()).to.deep.equal(['pickup A #2'])
    })

    it('[FL4] asks last who let it time out', async () => {
      await open({ ackTimeoutMs: 1000 })
      const bob = await world.driver()
      await world.pickups('A')
      const ann = await world.driver('ann')
      await world.advance(1000)
      expect([ann.take(), bob.take()]).to.deep.equal([['pickup A #2'], ['pickup A']])
      expect((await historyOf('A')).slice(-2)).to.deep.equal(['not-acknowledged', 'leased'])
    })

    it('[FL7] moves a pickup to the dead letters of the fleet at the delivery limit', async () => {
      await open({ deliveryLimit: 2, retryDelayMs: 1000 })
      const bob = await world.driver()
      await world.pickups('A')
      bob.reject('pickup A')
      await world.advance(1250)
      bob.reject('pickup A')
      await world.advance(60_000)
      expect([await stateOf('A'), (await world.row(FLEET))?.dead]).to.deep.equal(['dead', 1])
      expect(bob.take()).to.deep.equal(['pickup A', 'pickup A #2'])
      const [letter] = await world.ledger.reads.deadLettersOf(FLEET, { after: 0, limit: 9 })
      expect(letter?.failures.map(({ reason }) => reason)).to.deep.equal(['driver/bob: no', 'driver/bob: no'])
      expect([world.counts.deadLetters, world.counts.failedHandovers]).to.deep.equal([1, 2])
    })

    it('[DL9][FL4] leases no new pickups while too many that came back wait', async () => {
      await open({ retryBound: 2, retryDelayMs: 10_000 })
      const bob = await world.driver('bob', { capacity: 2 })
      await world.pickups('A', 'B', 'C')
      bob.reject('pickup A', 'pickup B')
      await world.advance(1000)
      expect(bob.take()).to.deep.equal(['pickup A', 'pickup B'])
      await world.advance(10_000)
      expect(bob.take()).to.deep.equal(['pickup A #2', 'pickup B #2'])
      bob.acknowledge('pickup A', 'pickup B')
      bob.publish('in-transit A', 'delivered A')
      await world.settle()
      expect(bob.take()).to.deep.equal(['pickup C'])
    })
  })

  describe('being away', () => {
    it('[FL5] keeps the leases of a driver that comes back in time, and hands them over again', async () => {
      await open({ driverGraceMs: 10_000 })
      const bob = await world.driver('bob')
      await world.pickups('A', 'B')
      bob.acknowledge('pickup B')
      bob.disconnect()
      const ann = await world.driver('ann')
      await world.advance(9000)
      const again = await world.driver('bob')
      expect([again.take(), ann.take()]).to.deep.equal([['pickup A'], []])
      await world.advance(9000)
      expect(await stateOf('A')).to.equal('leased to bob')
    })

    it('[FL5] gives the leases of a driver that stays away to others, without a failure', async () => {
      await open({ driverGraceMs: 10_000 })
      const bob = await world.driver('bob')
      await world.pickups('A')
      bob.disconnect()
      const ann = await world.driver('ann')
      await world.advance(10_250)
      expect(ann.take()).to.deep.equal(['pickup A'])
      expect((await historyOf('A')).slice(-2)).to.deep.equal(['driver-away', 'leased'])
      expect(world.counts.failedHandovers).to.equal(0)
    })

    it('[FL5] lets no lease time out while its driver is away', async () => {
      await open({ ackTimeoutMs: 1000, driverGraceMs: 60_000 })
      const bob = await world.driver('bob')
      await world.pickups('A')
      bob.disconnect()
      await world.advance(30_000)
      const again = await world.driver('bob')
      expect([again.take(), world.counts.failedHandovers]).to.deep.equal([['pickup A'], 0])
    })

    it('[FL5] hands the leases over again after a restart of the hub', async () => {
      await open({ driverGraceMs: 10_000 })
      await world.driver('bob')
      await world.pickups('A')
      await world.restart()
      const ann = await world.driver('ann')
      await world.advance(9000)
      const bob = await world.driver('bob')
      expect([bob.take(), ann.take()]).to.deep.equal([['pickup A'], []])
    })

    it('[FL5] gives the leases back after a restart if the driver does not return', async () => {
      await open({ driverGraceMs: 10_000 })
      await world.driver('bob')
      await world.pickups('A')
      await world.restart()
      const ann = await world.driver('ann')
      await world.advance(10_250)
      expect(ann.take()).to.deep.equal(['pickup A'])
    })

    it('[FL5] begins the grace of a driver that vanished while its lease was on its way to the disk', async () => {
      await open({ driverGraceMs: 10_000 })
      const bob = await world.driver('bob')
      holdSync(1)
      await world.pickups('A')
      bob.disconnect()
      const ann = world.connect(driver('ann'))
      await world.advance(20_000)
      world.db.release()
      await world.settle()
      expect(await stateOf('A')).to.equal('leased to bob')
      await world.advance(250)
      expect([bob.take(), ann.take()]).to.deep.equal([[], ['pickup A']])
    })

    it('[FL5] hands a lease to the newer connection that became durable after the takeover', async () => {
      await open()
      const older = await world.driver('bob')
      world.db.hold()
      world.connect(vendor()).publish('pickup A')
      const newer = world.connect(driver('bob'))
      await world.settle()
      world.db.release()
      await world.settle()
      expect([older.take(), newer.take()]).to.deep.equal([[], ['pickup A']])
    })

    it('[FL5] does not hand a lease over that is about to end as its driver comes back', async () => {
      await open({ driverGraceMs: 10_000 })
      const bob = await world.driver('bob')
      await world.pickups('A')
      bob.disconnect()
      await world.advance(9900)
      world.db.hold()
      const again = world.connect(driver('bob'))
      await world.advance(500)
      holdSync(1)
      world.db.release()
      await world.settle()
      expect([again.registration?.kind, again.take()]).to.deep.equal(['registered', []])
      world.db.release()
      await world.settle()
      expect(again.take()).to.deep.equal(['pickup A'])
    })

    it('[FL5] hands nothing over again that was answered before the takeover', async () => {
      await open()
      const older = await world.driver('bob')
      await world.pickups('A', 'B')
      world.db.hold()
      older.acknowledge('pickup A')
      const newer = world.connect(driver('bob'))
      await world.settle()
      world.db.release()
      await world.settle()
      expect(newer.take()).to.deep.equal(['pickup B'])
      older.acknowledge('pickup B')
      await world.settle()
      expect(await stateOf('B')).to.equal('leased to bob')
    })

    it('[FL9] starts the clocks of leases and assignments anew when the hub starts', async () => {
      await open({ driverGraceMs: 10_000, assignmentMs: 60_000 })
      const bob = await world.driver('bob')
      await world.pickups('A', 'B')
      bob.acknowledge('pickup B')
      await world.advance(9000)
      await world.restart({ downMs: 3_600_000 })
      await world.advance(9000)
      expect([await stateOf('A'), await stateOf('B')]).to.deep.equal(['leased to bob', 'assigned with bob'])
      await world.advance(60_000)
      expect([await stateOf('A'), await stateOf('B')]).to.deep.equal(['retry', 'retry'])
    })
  })

  describe('assignments', () => {
    let bob: Peer

    beforeEach(async () => {
      await open({ assignmentMs: 60_000, ackTimeoutMs: 3_600_000 })
      bob = await world.driver('bob')
      await world.pickups('A', 'B', 'C')
      bob.acknowledge('pickup A', 'pickup B')
      bob.publish('in-transit B')
      await world.settle()
      bob.answers.length = 0
    })

    it('[FL6] gives an order back that stays assigned too long, and keeps one in transit with its driver', async () => {
      await world.advance(59_500)
      expect(await stateOf('A')).to.equal('assigned with bob')
      const ann = await world.driver('ann')
      await world.advance(750)
      expect([await stateOf('A'), await stateOf('B')]).to.deep.equal(['leased to ann', 'in-transit with bob'])
      expect(ann.take()).to.deep.equal(['pickup A'])
      await world.advance(3_600_000)
      expect(await stateOf('B')).to.equal('in-transit with bob')
    })

    it('[FL8] gives an assigned order back to the fleet', async () => {
      const ann = await world.driver('ann')
      bob.release('A')
      await world.settle()
      expect([bob.answers, await stateOf('A'), ann.take()]).to.deep.equal([
        ['released'],
        'leased to ann',
        ['pickup A'],
      ])
      expect(await historyOf('A')).to.include('released')
    })

    it('[FL8] leaves an order as it is that is in transit, only leased, unknown, or not held', async () => {
      const ann = await world.driver('ann')
      for (const orderId of ['B', 'C', 'X']) bob.release(orderId)
      ann.release('A')
      await world.settle()
      expect([...bob.answers, ...ann.answers]).to.deep.equal([
        'in-transit',
        'not-held',
        'not-held',
        'not-held',
      ])
      expect(await Promise.all(['A', 'B'].map(stateOf))).to.deep.equal([
        'assigned with bob',
        'in-transit with bob',
      ])
    })

    it("[FL8][FL3] does not stand in the way of the holder's acknowledgement when somebody else asks", async () => {
      const ann = await world.driver('ann')
      ann.release('C')
      bob.acknowledge('pickup C')
      await world.settle()
      expect(await stateOf('C')).to.equal('assigned with bob')
    })

    it('[FL10] lists what is acknowledged or in transit, not what is only leased', async () => {
      bob.askAssignments()
      await world.settle()
      expect(bob.answers).to.deep.equal([['assigned A', 'in-transit B']])
    })

    it('[FL10] lists them after a restart of the hub as well', async () => {
      await world.restart()
      bob = await world.driver('bob')
      bob.askAssignments()
      await world.settle()
      expect(bob.answers).to.deep.equal([['assigned A', 'in-transit B']])
      expect(bob.take()).to.deep.equal(['pickup C'])
    })
  })

  it('[SE7][FL4] offers what a driver gave back by leaving to others', async () => {
    await open()
    const bob = await world.driver('bob')
    await world.pickups('A', 'B')
    bob.acknowledge('pickup A')
    await world.settle()
    const ann = await world.driver('ann')
    bob.leave()
    await world.settle()
    expect(ann.take()).to.have.members(['pickup A', 'pickup B'])
    expect(await world.row(driverId('bob'))).to.equal(undefined)
  })
})
