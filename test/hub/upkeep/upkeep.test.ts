import { expect } from 'chai'
import sinon from 'sinon'
import { itemsOf } from '../../../hub/domain/history.ts'
import type { HubOptions } from '../../../hub/hub-parts.ts'
import { driverId, FLEET, vendorId } from '../../../shared/ids.ts'
import { orphans } from '../../support/accounts.ts'
import { turning } from '../../support/ledger.ts'
import { vendor } from '../../support/orders.ts'
import { type Peer, World } from '../../support/world.ts'

const MAIN = vendorId('acme', 'main')
const MINUTE_MS = 60_000
const LIMITS = {
  ackTimeoutMs: 3_600_000,
  sessionExpiryMs: MINUTE_MS,
  orderRetentionMs: 2 * MINUTE_MS,
  deadLetterRetentionMs: 4 * MINUTE_MS,
}

describe('upkeep', () => {
  let world: World
  let peer: Peer

  const open = async (options: Partial<HubOptions> = {}) => {
    world = await World.open({ ...LIMITS, ...options })
    peer = await world.vendor()
  }

  /** Time passes, and upkeep does a round. */
  const pass = async (ms: number) => {
    await world.advance(ms)
    await world.tidy()
  }

  const names = (letters: readonly { event: string; payload: { orderId: string } }[]) =>
    letters.map(({ event, payload }) => `${event} ${payload.orderId}`)

  afterEach(async () => {
    expect(await orphans(world)).to.deep.equal([])
  })

  describe('expiry of a session', () => {
    it('[UP1] closes the queue of a participant that was away for the expiry time, in one write, and counts it', async () => {
      await open()
      peer.disconnect()
      await world.happens('in-transit A', 'in-transit B')
      await pass(MINUTE_MS - 1000)
      expect((await world.row(MAIN))?.isActive).to.equal(true)
      let syncs = 0
      world.db.onSync(() => {
        syncs += 1
      })
      await pass(1000)
      const row = (await world.row(MAIN))!
      expect([row.isActive, row.queued, row.closed?.entries]).to.deep.equal([false, 0, 2])
      expect([world.counts.expiredEntries, syncs]).to.deep.equal([2, 1])
      await world.happens('in-transit C')
      expect((await world.row(MAIN))?.closed?.entries).to.equal(2)
    })

    it('[UP1] forgets at once a participant that has nothing waiting', async () => {
      await open()
      peer.disconnect()
      await pass(MINUTE_MS)
      expect(await world.row(MAIN)).to.equal(undefined)
    })

    it('[UP1] counts from the hub being ready: its downtime expires nobody', async () => {
      await open()
      peer.disconnect()
      await world.pickups('A')
      await world.restart({ downMs: 10 * MINUTE_MS })
      await pass(MINUTE_MS - 1000)
      expect((await world.row(MAIN))?.isActive).to.equal(true)
      await pass(1000)
      expect(await world.row(MAIN)).to.equal(undefined)
    })

    it('[UP1] counts from the end of the last connection, also of one that only sent', async () => {
      await open()
      const sender = await world.vendor('main', { receives: false })
      await pass(2 * MINUTE_MS)
      sender.disconnect()
      await world.settle()
      await pass(MINUTE_MS - 1000)
      expect((await world.row(MAIN))?.isActive).to.equal(true)
      await pass(1000)
      expect(await world.row(MAIN)).to.equal(undefined)
    })

    it('[UP1] spares a participant that ended its connection while the round was under way', async () => {
      await open()
      await world.advance(2 * MINUTE_MS)
      world.db.hold()
      peer.disconnect()
      const round = world.upkeep.run()
      await world.settle()
      world.db.release()
      await turning(world.clock, round)
      expect((await world.row(MAIN))?.isActive).to.equal(true)
      expect(world.counts.expiredEntries).to.equal(0)
    })

    it('[UP3] spares a participant that is about to be let in', async () => {
      await open()
      peer.disconnect()
      await world.happens('in-transit A')
      await world.advance(MINUTE_MS)
      world.db.hold()
      const again = world.connect(vendor())
      const round = world.upkeep.run()
      await world.settle()
      world.db.release()
      await turning(world.clock, round)
      await world.settle()
      expect([again.take(), world.counts.expiredEntries]).to.deep.equal([['in-transit A'], 0])
    })

    it('[UP3] expires neither a connected participant nor the fleet', async () => {
      await open()
      await world.pickups('A')
      await pass(24 * MINUTE_MS)
      expect([(await world.row(MAIN))?.isActive, (await world.row(FLEET))?.isActive]).to.deep.equal([
        true,
        true,
      ])
    })

    it('[UP3] keeps the session of a driver that holds an order, and expires it when it has delivered', async () => {
      await open()
      const bob = await world.driver('bob')
      await world.pickups('A')
      bob.publish('in-transit A')
      await world.settle()
      bob.disconnect()
      await pass(24 * MINUTE_MS)
      expect((await world.row(driverId('bob')))?.isActive).to.equal(true)
      const again = await world.driver('bob')
      again.publish('delivered A')
      await world.settle()
      again.disconnect()
      await pass(MINUTE_MS)
      expect(await world.row(driverId('bob'))).to.equal(undefined)
    })
  })

  describe('an expired queue', () => {
    const expire = async () => {
      peer.reject('in-transit D', 'in-transit R')
      await world.advance(1250)
      peer.reject('in-transit D')
      await world.settle()
      peer.disconnect()
      await world.settle()
      await pass(MINUTE_MS)
    }

    const openExpired = async () => {
      await open({ deliveryLimit: 2, retryDelayMs: 1000 })
      await world.happens('in-transit D', 'in-transit Q', 'in-transit R')
      await expire()
    }

    beforeEach(openExpired)

    it('[UP2] reads as dead letters, in queue order', async () => {
      expect(names(await world.letters(MAIN))).to.deep.equal(['in-transit D', 'in-transit Q', 'in-transit R'])
    })

    it('[UP2] is removed when its letters were kept long enough, in one round', async () => {
      await pass(4 * MINUTE_MS - 1000)
      expect(await world.letters(MAIN)).to.have.lengthOf(3)
      await pass(1000)
      expect([await world.letters(MAIN), await world.row(MAIN), world.counts.droppedEntries]).to.deep.equal([
        [],
        undefined,
        3,
      ])
    })

    it('[UP9] does not come back with its participant, which starts a new queue behind it', async () => {
      const again = await world.vendor()
      await world.happens('in-transit N')
      again.acknowledge('in-transit N')
      await world.happens('in-transit O')
      expect(again.take()).to.deep.equal(['in-transit N', 'in-transit O'])
      await pass(4 * MINUTE_MS)
      const row = (await world.row(MAIN))!
      expect([row.isActive, row.closed, await world.letters(MAIN)]).to.deep.equal([true, null, []])
      again.disconnect()
      expect((await world.vendor()).take()).to.include('in-transit O')
    })

    it('[UP9][UP5][UP6] can be replayed to its participant, marked, when that is back, and not before', async () => {
      const letters = await world.letters(MAIN)
      const positions = letters.map(({ position }) => position)
      expect(await world.replay(MAIN, ...positions)).to.equal(0)
      const again = await world.vendor()
      expect(await world.replay(MAIN, ...positions)).to.equal(3)
      expect(again.take()).to.have.members([
        'in-transit D replay',
        'in-transit Q replay',
        'in-transit R replay',
      ])
      expect((await world.row(MAIN))?.closed).to.equal(null)
    })

    it('[UP5] can be dropped letter by letter, and is gone with the last', async () => {
      for (const { position } of await world.letters(MAIN))
        expect(await world.drop(MAIN, position)).to.equal(1)
      expect([await world.row(MAIN), await world.letters(MAIN)]).to.deep.equal([undefined, []])
    })

    it('[UP5] is dropped once, at whatever step a request and its removal meet', async () => {
      for (let steps = 0; steps < 20; steps += 1) {
        await openExpired()
        await world.advance(4 * MINUTE_MS)
        const positions = (await world.letters(MAIN)).map(({ position }) => position)
        const dropped = world.upkeep.deadLetters.drop(MAIN, positions)
        for (let step = 0; step < steps; step += 1) {
          world.clock.turn()
          await null
        }
        const round = world.upkeep.run()
        await turning(world.clock, Promise.all([round, dropped]))
        expect([steps, world.counts.droppedEntries]).to.deep.equal([steps, 3])
      }
    })

    it('[UP2] of a participant that expires again reads as one', async () => {
      const again = await world.vendor()
      await world.happens('in-transit N')
      again.disconnect()
      await world.settle()
      await pass(MINUTE_MS)
      expect(names(await world.letters(MAIN))).to.deep.equal([
        'in-transit D',
        'in-transit Q',
        'in-transit R',
        'in-transit N',
      ])
      await pass(4 * MINUTE_MS)
      expect(await world.row(MAIN)).to.equal(undefined)
    })
  })

  it('[UP2] removes a long queue in one round, in steps', async () => {
    await open()
    peer.disconnect()
    const orderIds = [...Array(1100).keys()].map((number) => `order-${number}`)
    for (let start = 0; start < orderIds.length; start += 550)
      await world.happens(...orderIds.slice(start, start + 550).map((orderId) => `in-transit ${orderId}`))
    const again = await world.vendor()
    again.leave()
    await world.settle()
    await world.tidy()
    expect([await world.row(MAIN), world.counts.droppedEntries]).to.deep.equal([undefined, 1100])
  })

  it('[UP2] reads nothing of a long queue again that it has removed', async () => {
    await open()
    peer.disconnect()
    await world.happens(...[...Array(600).keys()].map((number) => `in-transit ${number}`))
    await pass(MINUTE_MS)
    const reads = sinon.spy(world.ledger.reads, 'closedEntries')
    await pass(4 * MINUTE_MS)
    expect(await world.row(MAIN)).to.equal(undefined)
    const steps = reads.args.flatMap(([place, , { after }]) => (place === 'queue' ? [after] : []))
    expect(steps).to.have.length(4)
    expect(steps).to.deep.equal([0, steps[1], steps[1]! + 100, 0])
  })

  describe('orders', () => {
    it('[UP4] are removed when they have ended and their retention has passed, not before', async () => {
      await open()
      await world.happens('in-transit A', 'delivered A', 'in-transit B')
      peer.acknowledge('in-transit A', 'in-transit B')
      await world.settle()
      peer.acknowledge('delivered A')
      await world.settle()
      await pass(2 * MINUTE_MS)
      expect((await world.order('A'))?.state).to.equal('delivered')
      await pass(1)
      expect([await world.order('A'), (await world.order('B'))?.state]).to.deep.equal([
        undefined,
        'in-transit',
      ])
      expect(world.counts.removedOrders).to.equal(1)
    })

    it('[UP4] are kept while anything of them is owed to anybody, and removed afterwards', async () => {
      await open({ sessionExpiryMs: 100 * MINUTE_MS })
      const till = await world.vendor('till')
      await world.happens('in-transit A', 'delivered A')
      for (const name of ['in-transit A', 'delivered A']) {
        peer.acknowledge(name)
        await world.settle()
      }
      till.disconnect()
      await pass(3 * MINUTE_MS)
      expect((await world.order('A'))?.owed).to.equal(2)
      const again = await world.vendor('till')
      for (const name of ['in-transit A', 'delivered A']) {
        again.acknowledge(name)
        await world.settle()
      }
      await pass(3 * MINUTE_MS)
      expect(await world.order('A')).to.equal(undefined)
    })

    it('[UP4] are kept while a dead letter of them is', async () => {
      await open({ deliveryLimit: 1 })
      await world.happens('in-transit A', 'delivered A')
      peer.reject('in-transit A')
      await world.settle()
      peer.acknowledge('delivered A')
      await world.settle()
      await pass(3 * MINUTE_MS)
      expect((await world.order('A'))?.owed).to.equal(1)
    })
  })

  describe('dead letters', () => {
    const deadLetter = async (...names: string[]) => {
      await world.happens(...names)
      peer.reject(...names)
      await world.settle()
      peer.take()
      return (await world.letters(MAIN)).map(({ position }) => position)
    }

    beforeEach(() => open({ deliveryLimit: 1 }))

    it('[UP5] are listed in queue order, a page at a time', async () => {
      const [first, second] = await deadLetter('in-transit A', 'in-transit B', 'in-transit C')
      const page = await turning(
        world.clock,
        world.upkeep.deadLetters.list(MAIN, { after: first!, limit: 1 }),
      )
      expect(page.map(({ position, place, failures }) => [position, place, failures.length])).to.deep.equal([
        [second, 'dead', 1],
      ])
    })

    it('[UP5][UP6] are replayed as new: from the first attempt on, marked, after what waits', async () => {
      const [letter] = await deadLetter('in-transit A')
      peer.disconnect()
      await world.happens('in-transit B')
      expect(await world.replay(MAIN, letter!)).to.equal(1)
      peer = await world.vendor()
      expect(peer.take()).to.deep.equal(['in-transit B', 'in-transit A replay'])
      expect(peer.find('in-transit A').attempt).to.equal(1)
      expect(itemsOf((await world.order('A'))!.history).at(-1)?.what).to.equal('replayed')
      expect([await world.letters(MAIN), world.counts.replayedEntries]).to.deep.equal([[], 1])
    })

    it('[UP5][UP6] are replayed once, marked, however often it is asked for', async () => {
      const [letter] = await deadLetter('in-transit A')
      const { deadLetters } = world.upkeep
      const replays = [deadLetters.replay(MAIN, [letter!, letter!]), deadLetters.replay(MAIN, [letter!])]
      expect(await turning(world.clock, Promise.all(replays))).to.deep.equal([1, 0])
      await world.settle()
      expect(peer.take()).to.deep.equal(['in-transit A replay'])
    })

    it('[UP5] are dropped once, however often it is asked for', async () => {
      const [letter] = await deadLetter('in-transit A')
      const { deadLetters } = world.upkeep
      const requests = [deadLetters.drop(MAIN, [letter!, letter!]), deadLetters.replay(MAIN, [letter!])]
      expect(await turning(world.clock, Promise.all(requests))).to.deep.equal([1, 0])
      expect([(await world.order('A'))?.owed, world.counts.droppedEntries]).to.deep.equal([0, 1])
    })

    it('[UP5] that are not there are left alone', async () => {
      const [letter] = await deadLetter('in-transit A')
      expect(await world.drop(MAIN, letter! - 1, letter! + 1, 0)).to.equal(0)
      expect(await world.drop(vendorId('acme', 'nobody'), letter!)).to.equal(0)
      expect(await world.letters(MAIN)).to.have.lengthOf(1)
    })

    it('[UP8] are dropped when they are older than their retention', async () => {
      await deadLetter('in-transit A')
      await world.advance(MINUTE_MS)
      await deadLetter('in-transit B')
      await pass(3 * MINUTE_MS + 250)
      expect(names(await world.letters(MAIN))).to.deep.equal(['in-transit B'])
      await pass(MINUTE_MS)
      expect(await world.letters(MAIN)).to.deep.equal([])
    })
  })

  describe('dead letters of the fleet', () => {
    beforeEach(async () => {
      await open({ deliveryLimit: 1 })
      const bob = await world.driver('bob')
      await world.pickups('A')
      bob.reject('pickup A')
      await world.settle()
    })

    const letter = async () => (await world.letters(FLEET))[0]!.position

    it('[UP6] are replayed to everybody, also to who rejected them', async () => {
      const bob = await world.driver('bob')
      expect(await world.replay(FLEET, await letter())).to.equal(1)
      expect(bob.take()).to.deep.equal(['pickup A replay'])
      bob.acknowledge('pickup A')
      await world.settle()
      expect((await world.order('A'))?.driver).to.equal('bob')
    })

    it('[UP5] are replayed once, however often it is asked for', async () => {
      const position = await letter()
      const { deadLetters } = world.upkeep
      const requests = [deadLetters.replay(FLEET, [position, position]), deadLetters.drop(FLEET, [position])]
      expect(await turning(world.clock, Promise.all(requests))).to.deep.equal([1, 0])
    })

    it('[UP7] end their order when they are dropped', async () => {
      expect(await world.drop(FLEET, await letter())).to.equal(1)
      const record = (await world.order('A'))!
      expect([record.endedMs, record.owed, itemsOf(record.history).at(-1)?.what]).to.deep.equal([
        world.clock.now(),
        0,
        'dropped',
      ])
      await pass(2 * MINUTE_MS + 1)
      expect(await world.order('A')).to.equal(undefined)
    })

    it('[UP7][UP5] are gone when a driver takes the order all the same', async () => {
      const position = await letter()
      const bob = await world.driver('bob')
      bob.publish('in-transit A')
      await world.settle()
      expect(await world.letters(FLEET)).to.deep.equal([])
      expect(await world.replay(FLEET, position)).to.equal(0)
    })
  })

  describe('rounds', () => {
    it('[UP1] come every period, and end with the hub', async () => {
      await open({ upkeepPeriodMs: MINUTE_MS / 2 })
      world.upkeep.start()
      peer.disconnect()
      await world.advance(MINUTE_MS + 1000)
      expect(await world.row(MAIN)).to.equal(undefined)
      const { armed } = world.clock
      await turning(world.clock, world.upkeep.stop())
      expect(world.clock.armed).to.equal(armed - 1)
    })
  })
})
