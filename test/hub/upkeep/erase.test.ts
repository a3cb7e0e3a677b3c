import { expect } from 'chai'
import { ERASED } from '../../../hub/domain/erasure.ts'
import { itemsOf } from '../../../hub/domain/history.ts'
import type { HubOptions } from '../../../hub/hub-parts.ts'
import { Eraser } from '../../../hub/upkeep/erase.ts'
import type { UpkeepLedger } from '../../../hub/upkeep/ports.ts'
import { Turns } from '../../../hub/upkeep/turns.ts'
import { FLEET, orderKey, vendorId } from '../../../shared/ids.ts'
import { orphans } from '../../support/accounts.ts'
import { turning } from '../../support/ledger.ts'
import { driver, order, vendor } from '../../support/orders.ts'
import { type Peer, World } from '../../support/world.ts'

const MAIN = vendorId('acme', 'main')
const CUSTOMER = order().customer
const HOUR_MS = 3_600_000

describe('erasing an order', () => {
  let world: World
  let peer: Peer

  const open = async (options: Partial<HubOptions> = {}, window = 100) => {
    world = await World.open({ ackTimeoutMs: HOUR_MS, retryDelayMs: 1000, ...options })
    peer = await world.vendor('main', { window })
  }

  const erase = (orderId = 'A') => turning(world.clock, world.upkeep.eraser.erase(orderKey('acme', orderId)))

  const customersOf = ({ handed }: Peer, from = 0) =>
    handed.slice(from).map(({ entry }) => entry.payload.customer)

  /** Everything in the database, once the journal's groups have left it. */
  const stored = async (): Promise<string> => {
    for (let beat = 0; beat < 3; beat += 1) {
      world.ledger.markAlive()
      await world.settle()
    }
    return JSON.stringify(await turning(world.clock, world.db.iterator({}).all()))
  }

  afterEach(async () => {
    expect(await orphans(world)).to.deep.equal([])
  })

  it('[PV3] leaves nothing in queues, retries and of what is in flight, and hands over what is left', async () => {
    await open()
    const away = await world.vendor('till')
    away.disconnect()
    await world.happens('in-transit A', 'delivered A')
    peer.reject('in-transit A')
    await world.settle()
    expect(await erase()).to.equal(true)
    expect(await stored()).to.not.include(CUSTOMER)
    await world.advance(1250)
    peer.acknowledge('in-transit A')
    await world.settle()
    const back = await world.vendor('till')
    back.acknowledge('in-transit A')
    await world.settle()
    expect(peer.take()).to.deep.equal(['in-transit A', 'in-transit A #2', 'delivered A'])
    expect(back.take()).to.deep.equal(['in-transit A', 'delivered A'])
    expect([...customersOf(peer, 1), ...customersOf(back)]).to.deep.equal(Array(4).fill(ERASED))
  })

  it('[PV3] erases what lies in the journal, in the queue and in an expired queue alike, also when the hub crashes afterwards', async () => {
    await open({ sessionExpiryMs: 60_000 })
    peer.disconnect()
    await world.happens('in-transit A', 'in-transit B')
    await world.advance(60_000)
    await world.tidy()
    await world.happens('delivered A')
    await erase()
    await world.restart()
    const letters = await world.letters(MAIN)
    expect(letters.map(({ payload }) => `${payload.orderId} ${payload.customer}`)).to.deep.equal([
      `A ${ERASED}`,
      `B ${CUSTOMER}`,
    ])
  })

  it('[PV3] erases dead letters with the reasons of their failures, and replays them so', async () => {
    await open({ deliveryLimit: 1 })
    await world.happens('in-transit A')
    peer.reject('in-transit A')
    await world.settle()
    await erase()
    const [letter] = await world.letters(MAIN)
    expect([letter?.payload.customer, letter?.failures[0]?.reason]).to.deep.equal([ERASED, '**'])
    await world.replay(MAIN, letter!.position)
    expect(customersOf(peer)).to.deep.equal([CUSTOMER, ERASED])
    expect(await stored()).to.not.include(CUSTOMER)
  })

  for (const place of ['queue', 'retry', 'leased', 'dead'] as const)
    it(`[PV3] erases a pickup that is ${place}, and hands it so to the next driver`, async () => {
      await open({ deliveryLimit: place === 'dead' ? 1 : 10 })
      const bob = place === 'queue' ? null : await world.driver('bob')
      await world.pickups('A')
      if (place !== 'leased') bob?.reject('pickup A')
      await world.settle()
      expect((await world.order('A'))?.dispatch.place).to.equal(place)
      await erase()
      expect(await stored()).to.not.include(CUSTOMER)
      const before = bob?.handed.length ?? 0
      if (place === 'leased') bob?.reject('pickup A')
      if (place === 'dead') await world.replay(FLEET, (await world.letters(FLEET))[0]!.position)
      const eve = await world.driver('eve')
      await world.advance(2000)
      const handed = [...customersOf(eve), ...(bob === null ? [] : customersOf(bob, before))]
      expect(handed).to.deep.equal([ERASED])
    })

  it('[PV3] writes a retry that was in flight without what was erased, whenever it fails', async () => {
    await open()
    await world.happens('in-transit A', 'delivered A')
    await erase()
    peer.reject('in-transit A')
    await world.advance(1250)
    peer.reject('in-transit A')
    await world.advance(2250)
    expect(await stored()).to.not.include(CUSTOMER)
    expect(customersOf(peer)).to.deep.equal([CUSTOMER, ERASED, ERASED])
  })

  it('[PV3] keeps the details of what comes to the order afterwards', async () => {
    await open()
    await world.happens('in-transit A')
    await erase()
    const payload = { store: 'acme', orderId: 'A', details: { door: 'red' } }
    world.intake.open(driver('carrier')).publishOne('delivered', payload, () => {})
    await world.settle()
    peer.acknowledge('in-transit A')
    await world.settle()
    const { customer, details } = peer.find('delivered A').entry.payload
    expect([customer, details]).to.deep.equal([ERASED, { door: 'red' }])
  })

  it('[PV4] is answered when it is durable', async () => {
    await open()
    await world.happens('in-transit A')
    world.db.hold()
    let isAnswered = false
    const answer = world.upkeep.eraser.erase(orderKey('acme', 'A')).then(() => {
      isAnswered = true
    })
    await world.settle()
    expect(isAnswered).to.equal(false)
    world.db.release()
    await turning(world.clock, answer)
    expect((await world.order('A'))?.order.customer).to.equal(ERASED)
  })

  it('[PV4] may be repeated, and is noted once', async () => {
    await open()
    await world.happens('in-transit A')
    expect([await erase(), await erase()]).to.deep.equal([true, true])
    const history = itemsOf((await world.order('A'))!.history).map(({ what }) => what)
    expect(history.filter((what) => what === 'erased')).to.have.length(1)
  })

  it('[PV4] makes up for what a crash has left of the one before', async () => {
    await open()
    peer.disconnect()
    await world.happens('in-transit A')
    const { db } = world
    let syncs = 0
    db.onSync(() => {
      syncs += 1
      if (syncs === 2) db.hold()
    })
    void world.upkeep.eraser.erase(orderKey('acme', 'A'))
    await world.settle()
    await world.restart()
    expect((await world.order('A'))?.order.customer).to.equal(ERASED)
    await erase()
    expect(await stored()).to.not.include(CUSTOMER)
  })

  it('[PV4] knows no order that is not there', async () => {
    await open()
    expect(await erase('unknown')).to.equal(false)
  })

  it('[PV2] answers a repeat of the pickup as one, whatever its content', async () => {
    await open()
    const [first] = await world.pickups('A')
    await erase()
    const [repeat] = await world.publish(vendor(), 'pickup A')
    expect(repeat).to.deep.equal({ ...first, duplicate: true })
  })

  describe('while connections move its entries', () => {
    /** An eraser whose searching of `main`'s queue ends only after something has happened. */
    const eraserWith = (meanwhile: () => Promise<void>): Eraser => {
      const { reads } = world.ledger
      let isFirst = true
      const closedEntries: UpkeepLedger['closedEntries'] = async (place, id, range) => {
        const found = await reads.closedEntries(place, id, range)
        if (place === 'queue' && id === MAIN && isFirst) {
          isFirst = false
          await meanwhile()
        }
        return found
      }
      const ledger = {
        submit: world.ledger.submit.bind(world.ledger),
        participants: reads.participants.bind(reads),
        closedEntries,
        scrub: async () => true,
      } as unknown as UpkeepLedger
      const { reports } = world
      return new Eraser({ ledger, handed: world.dispatcher.erasures, reports, turns: new Turns() })
    }

    const eraseWhile = (meanwhile: () => void) =>
      turning(
        world.clock,
        eraserWith(async () => {
          meanwhile()
          await world.settle()
        }).erase(orderKey('acme', 'A')),
      )

    it('[PV3][LG8] brings nothing back that was acknowledged', async () => {
      await open()
      await world.happens('in-transit A')
      await eraseWhile(() => peer.acknowledge('in-transit A'))
      expect((await world.row(MAIN))?.queued).to.equal(0)
    })

    it('[PV3][LG8] finds what has failed', async () => {
      await open()
      await world.happens('in-transit A')
      await eraseWhile(() => peer.reject('in-transit A'))
      expect(await stored()).to.not.include(CUSTOMER)
    })

    it('[PV3][LG8] finds what was moved behind a retry of the order', async () => {
      await open({ retryDelayMs: HOUR_MS }, 1)
      await world.happens('in-transit A')
      peer.reject('in-transit A')
      await world.happens('in-transit B')
      await world.happens('delivered A')
      await eraseWhile(() => peer.acknowledge('in-transit B'))
      const row = await world.row(MAIN)
      expect([row?.queued, row?.retrying]).to.deep.equal([0, 2])
    })
  })
})
