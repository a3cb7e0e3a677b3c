import { expect } from 'chai'
import { BLANK, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { DeliveredToday } from '../../../hub/watch/delivered-today.ts'
import type { OrderKey } from '../../../shared/ids.ts'
import type { Action } from '../../../shared/watch.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { WatchedHub } from './watched-hub.ts'

const NOON = new Date(2026, 0, 2, 12).getTime()
const HOUR_MS = 3_600_000

const delivered = (endedMs: number): OrderRecord => ({ ...BLANK, state: 'delivered', endedMs })
const changeTo = (after: OrderRecord | null, before: OrderRecord | null = BLANK) => [
  { key: 'acme/A' as OrderKey, before, after },
]

describe('delivered today', () => {
  it('[WA6] counts an order once, when it is delivered', () => {
    const clock = createManualClock(NOON)
    const today = new DeliveredToday({ clock, countDelivered: async () => ({ count: 0, next: null }) })
    const order = delivered(NOON)
    today.committed(changeTo(order))
    today.committed(changeTo({ ...order, owed: 1 }, order))
    today.committed(changeTo(null, order))
    today.committed(changeTo({ ...BLANK, endedMs: NOON }))
    expect(today.count()).to.equal(1)
  })

  it('[WA6] begins anew at midnight', () => {
    const clock = createManualClock(NOON)
    const today = new DeliveredToday({ clock, countDelivered: async () => ({ count: 0, next: null }) })
    today.committed(changeTo(delivered(NOON)))
    clock.advance(12 * HOUR_MS - 1)
    expect(today.count()).to.equal(1)
    clock.advance(1)
    expect(today.count()).to.equal(0)
    today.committed(changeTo(delivered(clock.now())))
    expect(today.count()).to.equal(1)
  })

  it('[WA6] finds what was delivered before the hub started, page by page, and drops it if the day is over', async () => {
    const clock = createManualClock(NOON)
    const ranges: unknown[] = []
    const pages = [
      { count: 200, next: 'e/1' },
      { count: 7, next: null },
    ]
    const today = new DeliveredToday({
      clock,
      async countDelivered(range) {
        ranges.push(range)
        return pages.shift()!
      },
    })
    today.start()
    await clock.settle()
    today.committed(changeTo(delivered(NOON)))
    await clock.advanceAsync(1000)
    await clock.settle()
    expect(today.count()).to.equal(208)
    const day = { fromMs: NOON - 12 * HOUR_MS, toMs: NOON, limit: 1000 }
    expect(ranges).to.deep.equal([
      { ...day, after: null },
      { ...day, after: 'e/1' },
    ])
  })

  it('[WA6] is the same after a restart, also when a pickup was given up and dropped', async () => {
    const options = { deliveryLimit: 1 }
    const world = await WatchedHub.open({ options }, NOON + 12 * HOUR_MS - 10_000)
    const vendor = await world.vendor()
    const driver = await world.driver()
    await world.pickups(vendor, 'A', 'B')
    const { entry } = driver.handed.find(({ payload }) => payload.orderId === 'B')!
    await driver.say('reject', [{ entry, reason: 'no' }])
    const operator = await world.watcher()
    const drop: Action = { action: 'drop', participant: 'fleet', entries: 'all' }
    expect(await operator.ask('act', drop)).to.deep.equal({ ok: true, done: 1 })
    await world.carry(driver, 'A', 'in-transit', 'delivered')
    await world.restart(1000)
    const watcher = await world.watcher()
    await world.advance(1000)
    expect(watcher.last('summary').orders.deliveredToday).to.equal(1)
    await world.advance(9000)
    expect(watcher.last('summary').orders.deliveredToday).to.equal(0)
  })
})
