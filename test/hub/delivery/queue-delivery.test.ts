import { expect } from 'chai'
import sinon from 'sinon'
import { Erasures } from '../../../hub/delivery/erasures.ts'
import { Pauses } from '../../../hub/delivery/pauses.ts'
import type { DeliveryOptions } from '../../../hub/delivery/ports.ts'
import { QueueDelivery } from '../../../hub/delivery/queue-delivery.ts'
import type { Entry, Retry } from '../../../hub/domain/entry.ts'
import { itemsOf } from '../../../hub/domain/history.ts'
import { vendorId } from '../../../shared/ids.ts'
import type { EventName } from '../../../shared/protocol.ts'
import { orphans } from '../../support/accounts.ts'
import { order } from '../../support/orders.ts'
import { type Peer, World } from '../../support/world.ts'

const MAIN = vendorId('acme', 'main')

const entryOf = (name: string): Entry => {
  const [event, orderId] = name.split(' ') as [EventName, string]
  return { position: 1, id: name, event, time: '2026-01-01T00:00:00.000Z', payload: order(orderId) }
}

describe('delivery of a queue', () => {
  let world: World
  let peer: Peer

  const open = async (options: Partial<DeliveryOptions> = {}, window = 100) => {
    world = await World.open(options)
    peer = await world.vendor('main', { window })
  }

  const reconnect = async (window = 100) => {
    peer.disconnect()
    peer = await world.vendor('main', { window })
  }

  afterEach(async () => {
    expect(await orphans(world)).to.deep.equal([])
  })

  describe('order', () => {
    it('[DL1] hands the entries of different orders over in queue order, without waiting for answers', async () => {
      await open()
      await world.happens('in-transit A', 'in-transit B')
      await world.happens('in-transit C')
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit B', 'in-transit C'])
    })

    it('[DL1][SE8] hands over in queue order what came while the participant was away', async () => {
      await open()
      peer.disconnect()
      await world.happens('in-transit A', 'in-transit B', 'in-transit C')
      await reconnect()
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit B', 'in-transit C'])
    })

    it('[DL2] hands the next entry of an order over when the one before is acknowledged', async () => {
      await open()
      await world.happens('in-transit A', 'delivered A', 'in-transit B')
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit B'])
      peer.acknowledge('in-transit A')
      await world.settle()
      expect(peer.take()).to.deep.equal(['delivered A'])
    })

    it('[DL2] keeps the next entry of an order back until the acknowledgement is durable', async () => {
      await open()
      await world.happens('in-transit A', 'delivered A')
      peer.take()
      world.db.hold()
      peer.acknowledge('in-transit A')
      await world.settle()
      expect([world.db.isSyncHeld, peer.take()]).to.deep.equal([true, []])
      world.db.release()
      await world.settle()
      expect(peer.take()).to.deep.equal(['delivered A'])
    })

    it('[DL2] keeps the order of an order across a reconnect', async () => {
      await open()
      await world.happens('in-transit A', 'delivered A')
      await reconnect()
      expect(peer.take()).to.deep.equal(['in-transit A'])
    })
  })

  describe('window', () => {
    it('[DL3] has at most the window in flight, and goes on as entries are acknowledged', async () => {
      await open({}, 2)
      await world.happens('in-transit A', 'in-transit B', 'in-transit C', 'in-transit D')
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit B'])
      peer.acknowledge('in-transit B')
      await world.settle()
      expect(peer.take()).to.deep.equal(['in-transit C'])
    })

    it('[DL3] counts what waits behind an answered entry that is not yet durable', async () => {
      await open({ retryDelayMs: 1000 }, 2)
      await world.happens('in-transit A', 'in-transit B')
      peer.reject('in-transit A', 'in-transit B')
      await world.happens('in-transit C', 'delivered C')
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit B', 'in-transit C'])
      world.db.hold()
      peer.acknowledge('in-transit C')
      await world.advance(1250)
      const whileSyncing = peer.take()
      world.db.release()
      await world.settle()
      expect([...whileSyncing, ...peer.take()]).to.have.lengthOf.at.most(2)
    })

    it('[DL3] has at most the bytes of a window in flight', async () => {
      await open({ windowBytes: 500 })
      await world.happens('in-transit A', 'in-transit B', 'in-transit C')
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit B'])
    })

    it('[DL3] hands a single entry over that is larger than the window', async () => {
      await open({ windowBytes: 100 })
      await world.happens('in-transit A', 'in-transit B')
      expect(peer.take()).to.deep.equal(['in-transit A'])
    })

    it('[DL3] counts the bytes of retries that are due again', async () => {
      await open({ windowBytes: 500, retryDelayMs: 1000 })
      await world.happens('in-transit A', 'in-transit B', 'in-transit C')
      peer.reject('in-transit A', 'in-transit B')
      await world.settle()
      peer.reject('in-transit C')
      await world.settle()
      peer.take()
      await world.advance(1250)
      expect(peer.take()).to.deep.equal(['in-transit A #2', 'in-transit B #2'])
      peer.acknowledge('in-transit A')
      await world.settle()
      expect(peer.take()).to.deep.equal(['in-transit C #2'])
    })

    it('[DL3] counts the bytes of what will leave behind an entry of its order', async () => {
      await open({ windowBytes: 500 })
      await world.happens('in-transit A', 'delivered A', 'in-transit B', 'delivered B')
      expect(peer.take()).to.deep.equal(['in-transit A'])
    })

    it('[DL3] counts retries that are due again', async () => {
      await open({ retryDelayMs: 1000 }, 1)
      await world.happens('in-transit A', 'in-transit B', 'in-transit C')
      peer.reject('in-transit A')
      await world.advance(2000)
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit B'])
      peer.acknowledge('in-transit B')
      await world.settle()
      expect(peer.take()).to.deep.equal(['in-transit A #2'])
    })
  })

  describe('acknowledging', () => {
    it('[DL4] never hands an acknowledged entry over again, not even after a crash', async () => {
      await open()
      await world.happens('in-transit A', 'in-transit B')
      peer.acknowledge('in-transit A')
      await world.settle()
      await world.restart()
      peer = await world.vendor()
      await world.advance(60_000)
      expect(peer.take()).to.deep.equal(['in-transit B', 'in-transit B #2'])
    })

    it('[DL4] hands an entry over again if the hub crashes before its acknowledgement is durable', async () => {
      await open()
      await world.happens('in-transit A')
      world.db.hold()
      peer.acknowledge('in-transit A')
      await world.settle()
      await world.restart()
      peer = await world.vendor()
      expect(peer.take()).to.deep.equal(['in-transit A'])
    })

    it('[DL10] ignores and counts acknowledgements of what is unknown, no entry at all, or acknowledged before', async () => {
      await open()
      await world.happens('in-transit A')
      peer.acknowledge('in-transit A')
      peer.acknowledge('in-transit A')
      await world.settle()
      peer.acknowledge('in-transit A')
      peer.acknowledgeTokens('zzzz', 'no token', '', '-1')
      await world.settle()
      expect(world.counts.ignored).to.equal(6)
      expect((await world.row(MAIN))?.queued).to.equal(0)
    })

    it("[DL10] ignores and counts an acknowledgement of another participant's entry", async () => {
      await open()
      const till = await world.vendor('till')
      await world.happens('in-transit A')
      till.acknowledgeTokens(peer.find('in-transit A').token)
      await world.settle()
      expect(world.counts.ignored).to.equal(1)
      expect((await world.row(MAIN))?.queued).to.equal(1)
    })

    it('[DL10] ignores and counts what comes over a connection that has lost its grip', async () => {
      await open()
      await world.happens('in-transit A')
      const older = peer
      await reconnect()
      older.acknowledge('in-transit A')
      older.reject('in-transit A')
      await world.settle()
      expect(world.counts.ignored).to.equal(2)
      expect(world.counts.failedHandovers).to.equal(0)
    })

    it('[DL10][DL4] takes an acknowledgement that comes while its timeout is being written, and hands nothing over again', async () => {
      await open({ ackTimeoutMs: 1000 })
      await world.happens('in-transit A', 'delivered A')
      world.db.hold()
      world.clock.advance(1250)
      peer.acknowledge('in-transit A')
      world.db.release()
      await world.settle()
      peer.acknowledge('delivered A')
      await world.advance(60_000)
      expect(peer.take()).to.deep.equal(['in-transit A', 'delivered A'])
      expect(world.counts.ignored).to.equal(0)
    })

    it('[DL10][DL4] takes an acknowledgement that comes late, while the entry waits for its next handover, which then never comes', async () => {
      await open({ ackTimeoutMs: 1000, retryDelayMs: 60_000 })
      await world.happens('in-transit A', 'delivered A')
      await world.advance(2000)
      peer.acknowledge('in-transit A')
      await world.settle()
      peer.acknowledge('delivered A')
      await world.advance(61_000)
      expect(peer.take()).to.deep.equal(['in-transit A', 'delivered A'])
      expect(world.counts.ignored).to.equal(0)
    })

    it('[DL13] notes acknowledgements and failed handovers in the history of the order', async () => {
      await open()
      await world.happens('in-transit A')
      peer.reject('in-transit A')
      await world.advance(2000)
      peer.acknowledge('in-transit A')
      await world.settle()
      const history = itemsOf((await world.order('A'))!.history).slice(-2)
      expect(
        history.map(({ what, participant, event, reason }) => [what, participant, event, reason]),
      ).to.deep.equal([
        ['rejected', MAIN, 'in-transit', 'no'],
        ['acknowledged', MAIN, 'in-transit', undefined],
      ])
    })
  })

  describe('retries', () => {
    it('[DL5] hands a rejected entry over again after a delay that doubles, and lets others go on', async () => {
      await open({ retryDelayMs: 1000 })
      await world.happens('in-transit A')
      peer.reject('in-transit A')
      await world.advance(750)
      await world.happens('in-transit B')
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit B'])
      await world.advance(500)
      expect(peer.take()).to.deep.equal(['in-transit A #2'])
      peer.reject('in-transit A')
      await world.advance(1750)
      expect(peer.take()).to.deep.equal([])
      await world.advance(500)
      expect(peer.take()).to.deep.equal(['in-transit A #3'])
    })

    it('[DL5] takes an entry that is not acknowledged in time for rejected', async () => {
      await open({ ackTimeoutMs: 5000, retryDelayMs: 1000 })
      await world.happens('in-transit A')
      await world.advance(4750)
      expect(world.counts.failedHandovers).to.equal(0)
      await world.advance(250)
      expect(world.counts.failedHandovers).to.equal(1)
      await world.advance(1000)
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit A #2'])
    })

    it('[DL6] does not count lost connections', async () => {
      await open({ deliveryLimit: 2 })
      await world.happens('in-transit A')
      for (let round = 0; round < 5; round += 1) await reconnect()
      expect(peer.take()).to.deep.equal(['in-transit A'])
      peer.reject('in-transit A')
      await world.settle()
      expect(world.counts.deadLetters).to.equal(0)
    })

    it('[DL6] counts a handover once that was not acknowledged in time and rejected afterwards', async () => {
      await open({ ackTimeoutMs: 1000, retryDelayMs: 5000 })
      await world.happens('in-transit A')
      await world.advance(1250)
      peer.reject('in-transit A')
      await world.advance(5250)
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit A #2'])
      expect([world.counts.failedHandovers, world.counts.ignored]).to.deep.equal([1, 1])
    })

    it('[DL6][DL7] counts on after a reconnect and after a restart of the hub, up to the limit', async () => {
      await open({ deliveryLimit: 3, retryDelayMs: 1000 })
      await world.happens('in-transit A')
      peer.reject('in-transit A')
      await world.settle()
      await reconnect()
      await world.advance(1500)
      expect(peer.take()).to.deep.equal(['in-transit A #2'])
      peer.reject('in-transit A')
      await world.settle()
      await world.restart({ downMs: 10_000 })
      peer = await world.vendor()
      expect(peer.take()).to.deep.equal(['in-transit A #3'])
      peer.reject('in-transit A')
      await world.settle()
      expect((await world.row(MAIN))?.dead).to.equal(1)
    })

    it('[HB10] waits no longer than the longest delay when the wall clock was set back between two lives of the hub', async () => {
      await open({ retryDelayMs: 1000, longestRetryDelayMs: 4000 })
      await world.happens('in-transit A')
      peer.reject('in-transit A')
      await world.settle()
      await world.restart({ setClockMs: -3_600_000 })
      peer = await world.vendor()
      await world.advance(4250)
      expect(peer.take()).to.deep.equal(['in-transit A #2'])
    })

    it('[DL7] moves an entry to the dead letters at the limit, with its failures, and goes on with its order', async () => {
      await open({ deliveryLimit: 2, retryDelayMs: 1000 })
      await world.happens('in-transit A', 'delivered A')
      peer.reject('in-transit A')
      await world.advance(1500)
      peer.reject('in-transit A')
      peer.reject('in-transit A')
      await world.advance(250)
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit A #2', 'delivered A'])
      const letters = await world.ledger.reads.deadLettersOf(MAIN, { after: 0, limit: 9 })
      expect(
        letters.map(({ event, failures }) => [event, failures.map(({ reason }) => reason)]),
      ).to.deep.equal([['in-transit', ['no', 'no']]])
      expect(itemsOf((await world.order('A'))!.history).map(({ what }) => what)).to.include('dead-letter')
    })

    it('[DL7] goes on with an order only when its dead letter is durable', async () => {
      await open({ deliveryLimit: 1 })
      await world.happens('in-transit A', 'delivered A')
      peer.take()
      world.db.hold()
      peer.reject('in-transit A')
      await world.settle()
      expect(peer.take()).to.deep.equal([])
      world.db.release()
      await world.settle()
      expect(peer.take()).to.deep.equal(['delivered A'])
    })

    it('[DL8] moves what waits behind a retry in the same order to the retries, so that the queue starts behind it', async () => {
      await open({ retryDelayMs: 60_000 })
      await world.happens('in-transit A', 'delivered A', 'in-transit B')
      peer.reject('in-transit A')
      await world.settle()
      const row = (await world.row(MAIN))!
      expect([row.queued, row.retrying]).to.deep.equal([1, 2])
      expect(row.floor).to.equal(peer.find('in-transit B').entry.position - 1)
    })

    it('[DL8][DL2] moves what comes later behind a retry as well, and hands it over in its turn, also after a reconnect', async () => {
      await open({ retryDelayMs: 1000 })
      await world.happens('in-transit A')
      peer.reject('in-transit A')
      await world.happens('delivered A')
      expect((await world.row(MAIN))!.retrying).to.equal(2)
      await reconnect()
      await world.advance(1500)
      expect(peer.take()).to.deep.equal(['in-transit A #2'])
      peer.acknowledge('in-transit A')
      await world.settle()
      expect(peer.take()).to.deep.equal(['delivered A'])
    })

    it('[DL8] waits for the move of an entry behind a retry before it hands it over', async () => {
      await open({ ackTimeoutMs: 1000, retryDelayMs: 60_000 })
      await world.happens('in-transit A')
      await world.advance(1250)
      world.db.hold()
      await world.happens('delivered A')
      peer.acknowledge('in-transit A')
      world.db.release()
      await world.advance(250)
      expect(peer.take()).to.deep.equal(['in-transit A', 'delivered A'])
    })

    it('[DL9] pauses at the bound of retries, and goes on when some are dealt with', async () => {
      await open({ retryBound: 2, retryDelayMs: 1000 })
      await world.happens('in-transit A', 'in-transit B')
      peer.reject('in-transit A', 'in-transit B')
      await world.happens('in-transit C')
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit B'])
      expect(world.dispatcher.paused()).to.deep.equal([MAIN])
      await world.advance(1250)
      expect(peer.take()).to.deep.equal(['in-transit A #2', 'in-transit B #2'])
      peer.acknowledge('in-transit A')
      await world.settle()
      expect(peer.take()).to.deep.equal(['in-transit C'])
      expect(world.dispatcher.paused()).to.deep.equal([])
    })

    it('[DL9] tells once that it is paused, and once that it goes on', async () => {
      await open({ retryBound: 2, retryDelayMs: 1000 })
      const told = sinon.spy(world.reports, 'paused')
      await world.happens('in-transit A', 'in-transit B', 'in-transit C')
      peer.reject('in-transit A')
      await world.settle()
      expect(told.args).to.deep.equal([])
      peer.reject('in-transit B')
      await world.settle()
      await world.happens('in-transit D')
      expect(told.args).to.deep.equal([[MAIN, true]])
      await world.advance(1250)
      peer.acknowledge('in-transit A')
      await world.settle()
      expect(told.args).to.deep.equal([
        [MAIN, true],
        [MAIN, false],
      ])
    })

    it('[DL9] tells that it is paused when it comes back with as many retries', async () => {
      await open({ retryBound: 2, retryDelayMs: 60_000 })
      await world.happens('in-transit A', 'in-transit B')
      peer.reject('in-transit A', 'in-transit B')
      await world.settle()
      const told = sinon.spy(world.reports, 'paused')
      await reconnect()
      expect(told.args).to.deep.equal([[MAIN, true]])
    })
  })

  describe('reconnecting', () => {
    it('[DL12] hands over everything again that was not acknowledged, in order, retries in their time', async () => {
      await open({ retryDelayMs: 1000 })
      await world.happens('in-transit A', 'in-transit B', 'in-transit C', 'in-transit D')
      peer.acknowledge('in-transit B')
      peer.reject('in-transit C')
      await world.settle()
      await reconnect()
      expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit D'])
      await world.advance(1250)
      expect(peer.take()).to.deep.equal(['in-transit C #2'])
    })

    it('[DL12] takes a smaller window than before', async () => {
      await open({}, 3)
      await world.happens('in-transit A', 'in-transit B', 'in-transit C')
      await reconnect(1)
      expect(peer.take()).to.deep.equal(['in-transit A'])
    })

    it('[DL12] hands over all retries, however many', async () => {
      await open({ retryDelayMs: 1000, retryBound: 5000, windowBytes: 1_000_000 }, 5000)
      const orderIds = [...Array(1500).keys()]
      for (const start of [0, 500, 1000])
        await world.happens(...orderIds.slice(start, start + 500).map((orderId) => `in-transit ${orderId}`))
      peer.reject(...peer.take())
      await world.settle()
      await reconnect(5000)
      await world.advance(1250)
      expect(peer.take()).to.deep.equal(orderIds.map((orderId) => `in-transit ${orderId} #2`))
    })

    /** A delivery on a ledger that holds one page of retries, and none other. */
    const stubbedDelivery = async (retrying: number) => {
      await open()
      const retry: Retry = { ...entryOf('in-transit A'), failures: [], dueMs: 0 }
      const ledger = {
        submit: sinon.stub(),
        onDecided: sinon.stub(),
        onCommitted: sinon.stub(),
        entries: sinon.stub().resolves([]),
        retries: sinon.stub().resolves([]).onFirstCall().resolves(Array(1000).fill(retry)),
        heldOrders: sinon.stub().resolves([]),
      }
      const hand = sinon.stub()
      const participant = { ...(await world.row(MAIN))!, retrying }
      const { reports, options } = world
      const delivery = new QueueDelivery(
        {
          ...{ ledger, reports, options, isShared: false },
          ...{ erasures: new Erasures(), pauses: new Pauses(), tally: { inFlight: 0 } },
          now: () => world.clock.now(),
        },
        { outlet: { hand }, participant, windowEntries: 10 },
        { isEmpty: false },
      )
      return { delivery, ledger, hand }
    }

    it('[DL12] reads no more retries when the connection has ended', async () => {
      const { delivery, ledger, hand } = await stubbedDelivery(1000)
      const started = delivery.start()
      delivery.detach()
      await started
      expect([ledger.retries.callCount, ledger.entries.callCount, hand.callCount]).to.deep.equal([1, 0, 0])
    })

    it('[DL12] reads only the queue of a participant that has no retries: thousands may come back at a time', async () => {
      const { delivery, ledger } = await stubbedDelivery(0)
      await delivery.start()
      delivery.detach()
      expect([ledger.retries.callCount, ledger.entries.callCount]).to.deep.equal([0, 1])
    })

    it('[DL12] loses nothing of what is answered while the newer connection registers', async () => {
      await open()
      await world.happens('in-transit A', 'in-transit B', 'in-transit C')
      world.db.hold()
      peer.acknowledge('in-transit A')
      peer.reject('in-transit B')
      await reconnect()
      expect(peer.take()).to.deep.equal([])
      world.db.release()
      await world.advance(1250)
      expect(peer.take()).to.deep.equal(['in-transit C', 'in-transit B #2'])
    })
  })
})
