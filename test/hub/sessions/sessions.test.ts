import { expect } from 'chai'
import sinon from 'sinon'
import type { HubOptions } from '../../../hub/hub-parts.ts'
import { driverId, vendorId } from '../../../shared/ids.ts'
import { orphans } from '../../support/accounts.ts'
import type { CrashingDatabase } from '../../support/crashing-database.ts'
import { driver, vendor } from '../../support/orders.ts'
import { type Peer, World } from '../../support/world.ts'

const MAIN = vendorId('acme', 'main')
const MINUTE_MS = 60_000

/** Rows are read from now on only when the result is called. */
const holdReads = (db: CrashingDatabase): (() => void) => {
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const getMany = db.getMany.bind(db)
  sinon.stub(db, 'getMany').callsFake(async (keys) => {
    await gate
    return getMany(keys)
  })
  return letGo
}

describe('sessions', () => {
  let world: World

  const open = async (options: Partial<HubOptions> = {}) => {
    world = await World.open(options)
  }

  const kindOf = ({ registration }: Peer) => registration?.kind

  /** What its welcome tells: how long it was away, what waits for it. */
  const welcomeOf = ({ registration }: Peer) => {
    if (registration?.kind !== 'registered') throw new Error('not let in')
    return {
      awayMs: registration.awayMs,
      queued: (registration.record?.queued ?? 0) + (registration.record?.retrying ?? 0),
    }
  }

  afterEach(async () => {
    expect(await orphans(world)).to.deep.equal([])
  })

  describe('registering', () => {
    it('[SE1] lets a connection in when its participant is durable', async () => {
      await open()
      world.db.hold()
      const peer = world.connect(vendor())
      await world.settle()
      expect(peer.registration).to.equal(null)
      world.db.release()
      await world.settle()
      expect(kindOf(peer)).to.equal('registered')
      await world.restart()
      expect((await world.row(MAIN))?.isActive).to.equal(true)
    })

    it('[SE4] refuses one participant more than a store may have, and lets those that it has come back', async () => {
      await open({ participantsPerStore: 2 })
      const main = await world.vendor('main')
      await world.vendor('till-1')
      const second = await world.vendor('till-2')
      main.disconnect()
      const again = await world.vendor('main')
      const elsewhere = await world.vendor('main', { store: 'bakery' })
      expect([second, again, elsewhere].map(kindOf)).to.deep.equal([
        'too-many-participants',
        'registered',
        'registered',
      ])
      expect(await world.row(vendorId('acme', 'till-2'))).to.equal(undefined)
    })

    it('[SE4] decides between two that come at the same time', async () => {
      await open({ participantsPerStore: 1 })
      const peers = [world.connect(vendor('acme', 'one')), world.connect(vendor('acme', 'two'))]
      await world.settle()
      expect(peers.map(kindOf)).to.deep.equal(['registered', 'too-many-participants'])
    })

    it('[SE4][SE6] has room again when a participant has left', async () => {
      await open({ participantsPerStore: 1 })
      const main = await world.vendor('main')
      main.leave()
      const till = await world.vendor('till')
      expect(kindOf(till)).to.equal('registered')
    })

    it('[LM5] lets only so many in that the hub does not know, and all that it knows', async () => {
      await open({ newParticipantsPerMinute: 2 })
      const known = await world.vendor('main')
      const peers = [await world.vendor('main', { store: 'bakery' }), await world.driver('one')]
      expect([known, ...peers].map(({ registration }) => registration)).to.deep.include({
        kind: 'too-many-new-participants',
        retryAfterMs: 30_000,
      })
      known.disconnect()
      expect(
        [await world.vendor('main'), await world.vendor('main', { receives: false })].map(kindOf),
      ).to.deep.equal(['registered', 'registered'])
      await world.advance(30_000)
      expect([await world.driver('one'), await world.driver('two')].map(kindOf)).to.deep.equal([
        'registered',
        'too-many-new-participants',
      ])
      expect(await world.row(driverId('two'))).to.equal(undefined)
    })

    it('[SE5] keeps no queue for a vendor that only sends, and does not count it', async () => {
      await open({ participantsPerStore: 1 })
      const sender = await world.vendor('main', { receives: false })
      expect([welcomeOf(sender), await world.row(MAIN)]).to.deep.equal([{ awayMs: 0, queued: 0 }, undefined])
      const till = await world.vendor('till')
      await world.happens('in-transit A')
      expect([kindOf(till), till.take(), sender.take()]).to.deep.equal(['registered', ['in-transit A'], []])
    })
  })

  describe('takeover', () => {
    it('[SE2] tells the older connection at once who took over, and counts its answers no longer', async () => {
      await open()
      const older = await world.vendor()
      await world.happens('in-transit A')
      world.db.hold()
      const newer = world.connect(vendor())
      expect(older.displacedBy).to.equal(`connection ${world.peers.indexOf(newer)}`)
      older.acknowledge('in-transit A')
      world.db.release()
      await world.settle()
      expect([world.counts.ignored, newer.take(), newer.displacedBy]).to.deep.equal([
        1,
        ['in-transit A'],
        null,
      ])
    })

    it('[SE2] keeps an answer that came before the takeover', async () => {
      await open()
      const older = await world.vendor()
      await world.happens('in-transit A', 'in-transit B')
      older.acknowledge('in-transit A')
      const newer = await world.vendor()
      expect(newer.take()).to.deep.equal(['in-transit B'])
    })

    it('[SE2] lets only the last one in of many that come at the same time', async () => {
      await open()
      await world.happens('in-transit A')
      const peers = [vendor(), vendor(), vendor()].map((sender) => world.connect(sender))
      await world.settle()
      expect(peers.map(({ displacedBy }) => displacedBy !== null)).to.deep.equal([true, true, false])
      await world.happens('in-transit B')
      expect(peers.map((peer) => peer.take())).to.deep.equal([[], [], ['in-transit B']])
    })

    it('[SE2] is not undone by the end of the older connection', async () => {
      await open()
      const older = await world.vendor()
      const newer = await world.vendor()
      older.disconnect()
      await world.happens('in-transit A')
      expect([newer.take(), (await world.row(MAIN))?.awaySinceMs]).to.deep.equal([['in-transit A'], null])
    })

    it('[SE2] takes a driver over with its leases', async () => {
      await open()
      const older = await world.driver('bob')
      await world.pickups('A')
      const newer = await world.driver('bob')
      older.acknowledge('pickup A')
      await world.settle()
      expect([newer.take(), world.counts.ignored]).to.deep.equal([['pickup A'], 1])
    })
  })

  describe('welcome', () => {
    it('[SE3] tells how long the participant was away, and how many entries wait for it', async () => {
      await open({ retryDelayMs: 3_600_000 })
      const first = await world.vendor()
      expect(welcomeOf(first)).to.deep.equal({ awayMs: 0, queued: 0 })
      await world.happens('in-transit A', 'in-transit B', 'in-transit C')
      first.acknowledge('in-transit A')
      first.reject('in-transit B')
      await world.advance(MINUTE_MS)
      first.disconnect()
      await world.advance(5 * MINUTE_MS)
      expect(welcomeOf(await world.vendor())).to.deep.equal({ awayMs: 5 * MINUTE_MS, queued: 2 })
    })

    it('[SE3] tells one that takes over from another connection that it was not away', async () => {
      await open()
      await world.vendor()
      await world.advance(MINUTE_MS)
      expect(welcomeOf(await world.vendor()).awayMs).to.equal(0)
    })

    it('[SE3] counts from when the hub was last alive for one that was connected when the hub was killed', async () => {
      await open()
      await world.vendor()
      await world.advance(MINUTE_MS)
      world.ledger.markAlive()
      await world.pickups('A')
      await world.advance(1000)
      await world.restart({ downMs: MINUTE_MS })
      expect(welcomeOf(await world.vendor()).awayMs).to.equal(MINUTE_MS + 1000)
    })

    it('[SE3] counts from when it left for one that left and comes back', async () => {
      await open()
      const peer = await world.vendor()
      await world.happens('in-transit A')
      await world.advance(MINUTE_MS)
      peer.leave()
      await world.advance(2000)
      expect(welcomeOf(await world.vendor())).to.deep.equal({ awayMs: 2000, queued: 0 })
    })
  })

  describe('leaving', () => {
    it('[SE6] drops queue, retries and dead letters, which is counted', async () => {
      await open({ deliveryLimit: 2, retryDelayMs: 1000 })
      const peer = await world.vendor()
      await world.happens('in-transit A', 'in-transit B', 'in-transit C')
      peer.reject('in-transit A', 'in-transit B')
      await world.advance(1500)
      peer.reject('in-transit A')
      await world.settle()
      peer.leave()
      await world.settle()
      expect(peer.answers).to.deep.equal([true])
      await world.tidy()
      expect([world.counts.droppedEntries, await world.row(MAIN)]).to.deep.equal([3, undefined])
    })

    it('[SE6] forgets at once a participant that has nothing waiting', async () => {
      await open()
      const peer = await world.vendor()
      peer.leave()
      await world.settle()
      expect([peer.answers, await world.row(MAIN)]).to.deep.equal([[true], undefined])
    })

    it('[SE6] gets nothing of what happens after it has left, and starts anew when it comes back', async () => {
      await open()
      const peer = await world.vendor()
      await world.happens('in-transit A')
      peer.take()
      peer.leave()
      await world.happens('in-transit B')
      const again = await world.vendor()
      await world.happens('in-transit C')
      expect([peer.take(), again.take()]).to.deep.equal([[], ['in-transit C']])
      again.disconnect()
      const whenRead = await world.vendor()
      expect(whenRead.take()).to.deep.equal(['in-transit C'])
    })

    it('[SE6] counts what was acknowledged before leaving as acknowledged', async () => {
      await open()
      const peer = await world.vendor()
      await world.happens('in-transit A', 'in-transit B')
      peer.acknowledge('in-transit A')
      peer.leave()
      await world.settle()
      await world.tidy()
      expect([world.counts.acknowledged, world.counts.droppedEntries]).to.deep.equal([1, 1])
    })

    it('[SE6] has no dead letters any more, even before they are removed', async () => {
      await open({ deliveryLimit: 1 })
      const peer = await world.vendor()
      await world.happens('in-transit A')
      peer.reject('in-transit A')
      await world.settle()
      const [letter] = await world.letters(MAIN)
      peer.leave()
      await world.settle()
      const again = await world.vendor()
      expect(await world.letters(MAIN)).to.deep.equal([])
      expect(await world.replay(MAIN, letter!.position)).to.equal(0)
      expect(again.take()).to.deep.equal([])
    })

    it('[SE7] is refused to a driver that has an order in transit, and changes nothing', async () => {
      await open()
      const bob = await world.driver('bob')
      await world.pickups('A', 'B')
      bob.publish('in-transit A')
      await world.settle()
      bob.answers.length = 0
      bob.leave()
      await world.settle()
      expect(bob.answers).to.deep.equal([false])
      expect((await world.order('B'))?.dispatch.lease?.driver).to.equal('bob')
      bob.publish('delivered A')
      await world.pickups('C')
      expect(bob.take()).to.deep.equal(['pickup A', 'pickup B', 'pickup C'])
    })

    it('[SE7] is refused to a driver that reports an order in transit in the same turn', async () => {
      await open()
      const bob = await world.driver('bob')
      await world.pickups('A')
      bob.publish('in-transit A')
      bob.leave()
      await world.settle()
      expect(bob.answers.at(-1)).to.equal(false)
    })

    it('[SE7] gives back what a driver holds', async () => {
      await open()
      const bob = await world.driver('bob')
      await world.pickups('A', 'B')
      bob.acknowledge('pickup A')
      await world.settle()
      bob.leave()
      await world.settle()
      const places = (await Promise.all(['A', 'B'].map((id) => world.order(id)))).map((record) => [
        record?.state,
        record?.dispatch.place,
      ])
      expect(places).to.deep.equal([
        ['waiting', 'retry'],
        ['waiting', 'retry'],
      ])
      expect(await world.row(driverId('bob'))).to.equal(undefined)
    })

    it('[SE7] gives back, after the grace, what was offered to a driver while its leaving was decided', async () => {
      await open({ driverGraceMs: 10_000 })
      await world.pickups('A', 'B')
      await world.restart()
      const bob = await world.driver('bob', { capacity: 1 })
      world.db.hold()
      bob.publish('in-transit A', 'delivered A')
      await world.settle()
      const letRead = holdReads(world.db)
      bob.leave()
      // Brings the work of this turn to wait for a row; meanwhile bob has room and is offered B.
      const order = world.order('not cached')
      world.db.release()
      await world.settle()
      letRead()
      await order
      expect(bob.answers.at(-1)).to.equal(true)
      await world.driver('ann')
      await world.advance(10_250)
      expect((await world.order('B'))?.dispatch.lease?.driver).to.equal('ann')
    })
  })

  it('[SE8] keeps for a participant what happens between its registration and its first handover', async () => {
    await open()
    const peer = world.connect(vendor())
    await world.happens('in-transit A')
    expect(peer.take()).to.deep.equal(['in-transit A'])
  })

  it('[SE8] keeps for each participant of a store, and no other, what happens', async () => {
    await open()
    for (const peer of [await world.vendor('main'), await world.vendor('till')]) peer.disconnect()
    const other = await world.vendor('main', { store: 'bakery' })
    await world.happens('in-transit A')
    const peers = [await world.vendor('main'), await world.vendor('till'), other]
    expect(peers.map((peer) => peer.take())).to.deep.equal([['in-transit A'], ['in-transit A'], []])
  })

  it('counts the connections that are there', async () => {
    await open()
    const peer = await world.vendor()
    world.connect(driver('bob')).disconnect()
    expect(world.sessions.size).to.equal(2)
    await world.settle()
    peer.disconnect()
    expect([world.sessions.isConnected(MAIN)]).to.deep.equal([false])
  })
})
