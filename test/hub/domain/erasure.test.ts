import { expect } from 'chai'
import fc from 'fast-check'
import { giveBack, leaseTo, pickupEntry } from '../../../hub/domain/dispatch.ts'
import type { DeadLetter } from '../../../hub/domain/entry.ts'
import { ERASED, erased, erasedEntry, erasureOf } from '../../../hub/domain/erasure.ts'
import { itemsOf, masked } from '../../../hub/domain/history.ts'
import { accept, addHistory, decide, payloadOf } from '../../../hub/domain/order.ts'
import { keyOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { deepFreeze } from '../../support/deep-freeze.ts'
import { order, pickup, progress, stamp, waitingOrder } from '../../support/orders.ts'

const NOW = Date.UTC(2026, 0, 1)
const ORDER = order('order-1', { customer: 'MARK Ada', address: 'MARK street', details: { note: 'MARK' } })
const WAITING = deepFreeze(waitingOrder(ORDER, 7))

const rejected = (record: OrderRecord, reason: string): OrderRecord =>
  giveBack(leaseTo(record, 'bob', NOW), 'bob', { what: 'rejected', reason, timeMs: NOW })

const carried = (record: OrderRecord): OrderRecord =>
  accept(record, progress('in-transit', 'bob', { details: { seen: 'MARK' } }), stamp('in-transit', NOW))

const LIVED = deepFreeze(carried(leaseTo(rejected(WAITING, 'MARK "says" no'), 'bob', NOW)))

describe('erasure', () => {
  it('[PV1] leaves nothing of customer, address, details and reasons, and all else as it was', () => {
    const after = erased(LIVED, NOW + 1)
    expect(JSON.stringify(after)).to.not.include('MARK')
    const { order: bare, events, history, dispatch, ...rest } = after
    const { order: _, events: __, history: ___, dispatch: ____, ...same } = LIVED
    expect(rest).to.deep.equal(same)
    expect(bare).to.deep.equal({ store: 'acme', orderId: 'order-1', customer: ERASED, address: ERASED })
    expect(events.map(({ event, id }) => [event, id])).to.deep.equal(
      LIVED.events.map(({ event, id }) => [event, id]),
    )
    expect(dispatch.offered).to.deep.equal(['bob'])
    const before = itemsOf(LIVED.history).map(({ reason: _, ...item }) => item)
    const kept = itemsOf(history).map(({ reason: _, ...item }) => item)
    expect(kept).to.deep.equal([...before, { time: new Date(NOW + 1).toISOString(), what: 'erased' }])
  })

  it('[PV1] changes nothing a second time, unless something personal has come meanwhile', () => {
    const once = deepFreeze(erased(LIVED, NOW))
    expect(erased(once, NOW + 1)).to.equal(once)
    const again = erased(addHistory(once, { what: 'rejected', reason: 'MARK' }, NOW), NOW)
    expect(JSON.stringify(again)).to.not.include('MARK')
  })

  it("[PV1] keeps the hub's own reasons", () => {
    const item = { what: 'driver-away', reason: 'the driver is away' } as const
    expect(itemsOf(erased(addHistory(WAITING, item, NOW), NOW).history)[1]?.reason).to.equal(item.reason)
  })

  it('[PV1][FL11] never makes a history shorter, so that no token of an earlier lease comes again', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 5 }), (reasons) => {
        const record = reasons.reduce(rejected, WAITING)
        expect(erased(record, NOW).history.length).to.be.greaterThan(record.history.length)
        expect(masked(masked(reasons.join()))).to.equal(masked(reasons.join()))
      }),
    )
  })

  it('[PV2] takes a repeat of an erased event for one, whatever its content, since that cannot be compared', () => {
    const after = erased(LIVED, NOW)
    const id = 'pickup of order-1'
    expect(decide(after, pickup(ORDER))).to.deep.equal({ kind: 'duplicate', id })
    expect(decide(after, pickup({ ...ORDER, customer: 'other' }))).to.deep.equal({ kind: 'duplicate', id })
    const repeat = progress('in-transit', 'bob', { details: { seen: 'MARK' } })
    expect(decide(after, repeat)).to.deep.equal({ kind: 'duplicate', id: 'in-transit' })
  })

  it('[PV2][OR7] lets the order go on, with the details of what comes afterwards', () => {
    const delivered = progress('delivered', 'bob', { details: { door: 'red' } })
    const after = erased(LIVED, NOW)
    expect(decide(after, delivered)).to.deep.equal({ kind: 'accept' })
    const payload = payloadOf(accept(after, delivered, stamp('id', NOW)), 'delivered')
    expect({ ...payload }).to.deep.include({ customer: ERASED, address: ERASED, details: { door: 'red' } })
    expect(decide(accept(after, delivered, stamp('id', NOW)), progress('delivered'))).to.include({
      code: 'identity-conflict',
    })
  })

  describe('of an entry', () => {
    const erasure = erasureOf(LIVED, NOW)
    const letter: DeadLetter = {
      ...pickupEntry(LIVED),
      failures: [
        { time: new Date(NOW).toISOString(), reason: 'MARK' },
        { time: new Date(NOW + 1).toISOString(), reason: 'later' },
      ],
      deadMs: 3,
    }

    it('[PV1] takes the personal fields and the reasons up to then, and keeps where and what it is', () => {
      const without = erasedEntry(letter, erasure)
      expect(JSON.stringify(without)).to.not.include('MARK')
      expect(without.failures[1]?.reason).to.equal('later')
      expect({ ...without, payload: null, failures: null }).to.deep.equal({
        ...letter,
        payload: null,
        failures: null,
      })
      expect({ ...without.payload }).to.deep.equal({ ...erased(LIVED, NOW).order })
    })

    it('[PV1] leaves an event that came later as it is', () => {
      const later = { ...letter, id: 'later' }
      expect(erasedEntry(later, erasure)).to.equal(later)
    })

    it('[PV1] keeps the order that it is of, and the driver', () => {
      const payload = { ...pickupEntry(LIVED).payload, driver: 'bob' }
      const without = erasedEntry({ ...letter, payload }, erasure)
      expect(without.payload.driver).to.equal('bob')
      expect(keyOf(LIVED)).to.equal(`${without.payload.store}/${without.payload.orderId}`)
    })
  })
})
