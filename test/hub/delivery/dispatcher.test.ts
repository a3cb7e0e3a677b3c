import { expect } from 'chai'
import sinon from 'sinon'
import { vendorId } from '../../../shared/ids.ts'
import { driver, vendor } from '../../support/orders.ts'
import { World } from '../../support/world.ts'

describe('dispatcher', () => {
  it('[DL5][DL3] notices what is overdue or due with one timer for all', async () => {
    const world = await World.open()
    const { armed } = world.clock
    for (const id of ['one', 'two', 'three']) await world.vendor(id)
    await world.happens('in-transit A', 'in-transit B', 'in-transit C')
    expect(world.clock.armed).to.equal(armed)
  })

  it('[DL10] keeps the grip of a newer connection when the older one lets go late', async () => {
    const world = await World.open()
    await world.vendor()
    const record = (await world.row(vendorId('acme', 'main')))!
    const handed: string[][] = [[], []]
    const attach = (connection: number) =>
      world.dispatcher.attachQueue(
        record,
        { hand: (handovers) => handed[connection]!.push(...handovers.map(({ entry }) => entry.event)) },
        10,
      )
    const older = attach(0)
    const newer = attach(1)
    older.detach()
    await world.happens('in-transit A')
    expect(handed).to.deep.equal([[], ['in-transit']])
    newer.detach()
    await world.happens('in-transit B')
    expect(handed[1]).to.have.lengthOf(1)
  })

  describe('of an empty queue', () => {
    let world: World
    let reads: sinon.SinonSpy

    beforeEach(async () => {
      world = await World.open()
      await world.happens('in-transit A')
      reads = sinon.spy(world.db, 'iterator')
    })

    it('[DL11] reads nothing, not when it is attached and not with its first entry', async () => {
      const peer = await world.vendor()
      await world.happens('delivered A')
      expect([peer.take(), reads.callCount]).to.deep.equal([['delivered A'], 0])
    })

    it('[DL1][DL11] hands over what was appended in the turn of the registration, behind it', async () => {
      const peer = world.connect(vendor())
      await world.publish(driver('carrier'), 'delivered A')
      expect(peer.take()).to.deep.equal(['delivered A'])
    })

    it('[DL1][DL11] hands over what was announced between the registration and the connection', async () => {
      await world.vendor('till')
      const till = (await world.row(vendorId('acme', 'till')))!
      world.peers.at(-1)!.disconnect()
      world.dispatcher.expect(till)
      await world.happens('delivered A')
      const hand = sinon.stub()
      world.dispatcher.attachQueue(till, { hand }, 10)
      await world.settle()
      expect(hand.callCount).to.equal(1)
    })

    it('[DL11] reads it all the same if its connection was long in coming', async () => {
      await world.vendor('till')
      const till = (await world.row(vendorId('acme', 'till')))!
      world.dispatcher.expect(till)
      await world.advance(250)
      world.dispatcher.attachQueue(till, { hand: () => {} }, 10)
      await world.settle()
      expect(reads.callCount).to.equal(1)
    })
  })

  describe('at rest', () => {
    it('[DL3][DL5] notices what is overdue also behind a time in which nothing was', async () => {
      const world = await World.open({ ackTimeoutMs: 1000, retryDelayMs: 1000 })
      const peer = await world.vendor()
      await world.happens('in-transit A')
      peer.acknowledge('in-transit A')
      await world.advance(1000)
      await world.happens('delivered A')
      await world.advance(2500)
      expect(peer.take()).to.deep.equal(['in-transit A', 'delivered A', 'delivered A #2'])
    })

    it('[DL4][DL10] ignores and counts answers to what is gone', async () => {
      const world = await World.open()
      const peer = await world.vendor()
      await world.happens('in-transit A')
      peer.acknowledge('in-transit A')
      await world.advance(1000)
      peer.acknowledge('in-transit A')
      peer.reject('in-transit A')
      expect(world.counts.ignored).to.equal(2)
    })

    it('[DL11][DL1] goes on from the ledger when more comes than it holds', async () => {
      const world = await World.open()
      const peer = await world.vendor('main', { window: 1 })
      await world.happens('in-transit A')
      peer.acknowledge('in-transit A')
      await world.advance(1000)
      await world.happens('in-transit B', 'in-transit C', 'in-transit D')
      for (const name of ['in-transit B', 'in-transit C']) {
        peer.acknowledge(name)
        await world.settle()
      }
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit B', 'in-transit C', 'in-transit D'])
    })

    it('[DL11] reads nothing when it begins again, and not what waits for a retry', async () => {
      const world = await World.open({ retryDelayMs: 1000 })
      const peer = await world.vendor()
      await world.happens('in-transit A')
      peer.reject('in-transit A')
      await world.settle()
      peer.disconnect()
      const newer = await world.vendor()
      await world.advance(1250)
      newer.acknowledge('in-transit A')
      await world.advance(250)
      const reads = sinon.spy(world.db, 'iterator')
      await world.happens('delivered A')
      expect([newer.take(), reads.callCount]).to.deep.equal([['in-transit A #2', 'delivered A'], 0])
    })
  })

  it('hears and does nothing any more when it is stopped', async () => {
    const world = await World.open()
    const peer = await world.vendor()
    const { armed } = world.clock
    world.dispatcher.stop()
    await world.happens('in-transit A')
    expect([peer.take(), armed - world.clock.armed]).to.deep.equal([[], 1])
  })
})
