import { EventEmitter, once } from 'node:events'
import { expect } from 'chai'
import sinon from 'sinon'
import { createActorEventLog } from '../../shared/actor-log.ts'
import { createMemoryOutbox } from '../../shared/outbox/memory-outbox.ts'
import { orderIdOf } from '../../vendor/orders.ts'
import { Vendor, type VendorParts, type VendorWork } from '../../vendor/vendor.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createStubLink, createStubLog, eventOfOrder } from '../support/stub-link.ts'

const SOURCE = { seed: '7', store: 'acme', till: 'main' }
const idOf = (n: number) => orderIdOf(SOURCE, n)
const thanksFor = (orderId: string) => `info VENDOR: Thank you for delivering ${orderId}`

const createJournal = () => {
  const recorded = new Set<string>()
  let thanked = 0
  return {
    has: (id: string) => recorded.has(id),
    record: sinon.spy(async (id: string, isThanks: boolean) => {
      recorded.add(id)
      if (isThanks) thanked += 1
    }),
    thanked: () => thanked,
    finishRun: sinon.spy(async () => {}),
  } satisfies VendorParts['journal']
}

const createTrial = (work: Partial<VendorWork> = {}, left: Partial<VendorParts> = {}) => {
  const clock = createManualClock()
  const stub = createStubLink()
  const { log, lines } = createStubLog()
  const journal = createJournal()
  const outbox = createMemoryOutbox()
  const eventLog = createActorEventLog('VENDOR', log, clock)
  const parts = { link: stub.link, outbox, journal, clock, log, eventLog, ...left }
  const vendor = new Vendor(parts, {
    participant: 'vendor/acme/main',
    source: SOURCE,
    base: 0,
    orders: 0,
    rate: 10,
    ...work,
  })
  const thanks = () => lines.filter((line) => line.includes('Thank you'))
  const ids = () => stub.published.map(({ payload }) => payload.orderId)
  return { ...stub, clock, vendor, journal, outbox, lines, thanks, ids }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('vendor', () => {
  it('[VN2] asks for its first pickup at once, then at its rate', () => {
    const { vendor, clock, ids } = createTrial()
    vendor.start()
    expect(ids()).to.deep.equal([idOf(0)])
    clock.advance(300)
    expect(ids()).to.deep.equal([0, 1, 2, 3].map(idOf))
  })

  it('[VN2] makes no more orders than asked for, and none once it is stopped', () => {
    const counted = createTrial({ orders: 2 })
    counted.vendor.start()
    counted.clock.advance(10_000)
    expect(counted.ids()).to.deep.equal([0, 1].map(idOf))
    counted.vendor.stop()
    expect(counted.clock.armed).to.equal(0)
  })

  it('[VN3] saves its progress behind each order and goes on from it', () => {
    const outbox = createMemoryOutbox()
    const first = createTrial({ base: 5 }, { outbox })
    outbox.saveProgress(5)
    first.vendor.start()
    first.clock.advance(100)
    expect(outbox.progress()).to.equal(7)
    const second = createTrial({ base: 5 }, { outbox })
    second.vendor.start()
    expect(second.ids()).to.deep.equal([idOf(2)])
  })

  it('[VN4] records a delivery before it thanks for it and acknowledges it', async () => {
    const { vendor, journal, hand, lines, thanks } = createTrial()
    const disk = new EventEmitter()
    journal.record = sinon.spy(async (_id: string, _isThanks: boolean) => void (await once(disk, 'stored')))
    vendor.start()
    const acknowledged = sinon.spy()
    const handled = hand(eventOfOrder('delivered', idOf(0))).then(acknowledged)
    await settled()
    expect([thanks(), acknowledged.called]).to.deep.equal([[], false])
    disk.emit('stored')
    await handled
    expect(lines.at(-1)).to.equal(thanksFor(idOf(0)))
  })

  it('[VN4] acknowledges a delivery that an earlier process has recorded, without thanking again', async () => {
    const { vendor, hand, journal, thanks } = createTrial()
    await journal.record(eventOfOrder('delivered', 'a').id, true)
    vendor.start()
    await hand(eventOfOrder('delivered', 'a'))
    expect(thanks()).to.deep.equal([])
    expect(vendor.report()).to.include({ thanked: 1, repeatsDropped: 1 })
  })

  it('[VN5] is done when all of its orders are thanked for; those of another till do not count', async () => {
    const { vendor, clock, hand, thanks, journal } = createTrial({ orders: 2 })
    const done = sinon.spy()
    void vendor.done.then(done)
    vendor.start()
    clock.advance(100)
    await hand(eventOfOrder('delivered', 'of-another-till'))
    await hand(eventOfOrder('delivered', idOf(0)))
    expect(thanks()).to.deep.equal([thanksFor('of-another-till'), thanksFor(idOf(0))])
    await settled()
    expect(done.called).to.equal(false)
    await hand(eventOfOrder('delivered', idOf(1)))
    await vendor.done
    expect(journal.finishRun.calledOnce).to.equal(true)
  })

  it('[VN5] counts after a restart what earlier processes made and thanked for', async () => {
    const outbox = createMemoryOutbox()
    outbox.saveProgress(2)
    const { vendor, hand, journal, ids } = createTrial({ orders: 2 }, { outbox })
    await journal.record(eventOfOrder('delivered', idOf(0)).id, true)
    vendor.start()
    await hand(eventOfOrder('delivered', idOf(1)))
    await vendor.done
    expect(ids()).to.deep.equal([])
  })

  it('[VN5] is done as well when the hub has refused the rest for good', async () => {
    const { vendor, fail, published } = createTrial({ orders: 1 })
    vendor.start()
    const [{ payload } = { payload: { store: '', orderId: '' } }] = published
    fail({ event: 'pickup', payload, code: 'identity-conflict', message: 'other content' })
    await vendor.done
    expect(vendor.failed()).to.equal(1)
  })

  it('[VN6] makes nothing while 10,000 pickups are unconfirmed, and does not make up for it in a burst', () => {
    const { vendor, clock, link, ids } = createTrial()
    const counts = link.counts()
    link.counts.callsFake(() => ({ ...counts, unconfirmed: 10_000 }))
    vendor.start()
    clock.advance(5000)
    expect(ids()).to.deep.equal([])
    link.counts.callsFake(() => counts)
    clock.advance(100)
    expect(ids()).to.deep.equal([idOf(0)])
  })

  it('[VN8] tells how long it took from making an order to thanking for it', async () => {
    const { vendor, clock, hand } = createTrial({ rate: 0.001 })
    vendor.start()
    clock.advance(250)
    await hand(eventOfOrder('delivered', idOf(0)))
    expect(vendor.report().latenciesMs).to.deep.equal([250])
  })

  it('[VN9] tells positions and departures at debug level only', async () => {
    const { vendor, hand, tellPosition, lines } = createTrial()
    vendor.start()
    tellPosition({ driver: 'driver-1', time: '2026-01-01T00:00:00.000Z', lat: 1, lng: 2 })
    await hand(eventOfOrder('in-transit', 'a'))
    expect(lines.slice(-2)).to.deep.equal([
      'debug VENDOR: driver-1 is at 1.00000, 2.00000',
      'debug VENDOR: a is on its way with driver-1',
    ])
  })
})
