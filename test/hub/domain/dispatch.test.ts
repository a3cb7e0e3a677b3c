import { expect } from 'chai'
import {
  assign,
  buryPickup,
  dropPickup,
  giveBack,
  isLeasable,
  isLeased,
  leaseTo,
  pickupEntry,
  type Return,
  replayPickup,
} from '../../../hub/domain/dispatch.ts'
import { itemsOf } from '../../../hub/domain/history.ts'
import { accept } from '../../../hub/domain/order.ts'
import { holderOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { deepFreeze } from '../../support/deep-freeze.ts'
import { order, progress, stamp, waitingOrder } from '../../support/orders.ts'

const NOW = Date.UTC(2026, 0, 1)
const TIME = '2026-01-01T00:00:00.000Z'
const WAITING = deepFreeze(waitingOrder(order('order-1', { details: { fragile: true } }), 7))

const back = (what: Return['what'], reason = 'why not'): Return => ({ what, reason, timeMs: NOW })
const leased = (driver = 'bob', record = WAITING): OrderRecord => deepFreeze(leaseTo(record, driver, NOW))
const returned = (what: Return['what'], driver = 'bob', record = WAITING): OrderRecord =>
  deepFreeze(giveBack(leased(driver, record), driver, back(what)))

describe('dispatch', () => {
  it('[OR3] leases what waits and what has come back, and nothing that somebody holds or that is dead', () => {
    const carried = accept(leased(), progress('in-transit'), stamp('id'))
    const records = [WAITING, returned('rejected'), leased(), assign(leased(), NOW), carried]
    expect(records.map(isLeasable)).to.deep.equal([true, true, false, false, false])
    const dead = buryPickup(returned('rejected'), NOW)
    const others = [dead, replayPickup(dead, 9, NOW), dropPickup(dead, NOW)]
    expect(others.map(isLeasable)).to.deep.equal([false, true, false])
  })

  it('[OR3][FL11] knows a lease by its token, which no other lease of the order has, also not one of the same driver', () => {
    const { token } = leased().dispatch.lease!
    expect(isLeased(leased(), token)).to.equal(true)
    expect(isLeased(leased('bob', returned('driver-away')), token)).to.equal(false)
    expect(isLeased(assign(leased(), NOW), token)).to.equal(false)
  })

  it('[OR9] adds every step of a pickup to the history', () => {
    const dead = buryPickup(returned('not-acknowledged', 'eve', returned('rejected')), NOW)
    const again = assign(leased('eve', replayPickup(dead, 9, NOW)), NOW)
    const dropped = dropPickup(buryPickup(giveBack(again, 'eve', back('released')), NOW), NOW)
    const bob = 'driver/bob'
    const eve = 'driver/eve'
    const [event, time, reason] = ['pickup', TIME, 'why not'] as const
    expect(itemsOf(dropped.history).slice(1)).to.deep.equal([
      { time, what: 'leased', participant: bob },
      { time, what: 'rejected', participant: bob, event, reason },
      { time, what: 'leased', participant: eve },
      { time, what: 'not-acknowledged', participant: eve, event, reason },
      { time, what: 'dead-letter', event },
      { time, what: 'replayed', event },
      { time, what: 'leased', participant: eve },
      { time, what: 'assigned', participant: eve },
      { time, what: 'released', participant: eve, event, reason },
      { time, what: 'dead-letter', event },
      { time, what: 'dropped', event },
    ])
  })

  it('[OR10] offers the pickup without a driver, whoever had it before', () => {
    const taken = assign(leased(), NOW)
    expect(pickupEntry(taken)).to.deep.equal(pickupEntry(giveBack(taken, 'bob', back('released'))))
    expect(pickupEntry(taken)).to.deep.equal({
      position: 7,
      id: 'pickup of order-1',
      event: 'pickup',
      time: TIME,
      payload: order('order-1', { details: { fragile: true } }),
    })
  })

  it('[OR11] keeps the turn of a pickup that comes back', () => {
    const record = returned('rejected')
    expect(record.dispatch).to.deep.include({ position: 7, place: 'retry', lease: null })
    expect(record.state).to.equal('waiting')
  })

  for (const what of ['rejected', 'not-acknowledged'] as const)
    it(`[OR11] counts a pickup that was ${what} as failed, and its driver as one that declined`, () => {
      const { dispatch } = returned(what, 'eve', returned('rejected'))
      expect(dispatch.failures).to.deep.equal([
        { time: TIME, reason: 'driver/bob: why not' },
        { time: TIME, reason: 'driver/eve: why not' },
      ])
      expect(dispatch.declined).to.deep.equal(['bob', 'eve'])
    })

  it("[OR11] counts an absent driver's lease as neither", () => {
    const { dispatch } = returned('driver-away')
    expect([dispatch.failures, dispatch.declined]).to.deep.equal([[], []])
  })

  it('[OR11] asks a driver later that gave an assigned order back, without a failure', () => {
    for (const what of ['released', 'assignment-expired'] as const) {
      const { dispatch } = giveBack(deepFreeze(assign(leased(), NOW)), 'bob', back(what))
      expect([dispatch.failures, dispatch.declined]).to.deep.equal([[], ['bob']])
    }
  })

  it('[OR11] lists a driver that declined once, least recent first', () => {
    const record = returned('rejected', 'bob', returned('rejected', 'eve', returned('rejected')))
    expect(record.dispatch.declined).to.deep.equal(['eve', 'bob'])
    expect(record.dispatch.offered).to.deep.equal(['bob', 'eve'])
  })

  it('[OR3] is owed until somebody has it, and again when it comes back', () => {
    const taken = assign(leased(), NOW)
    const given = giveBack(taken, 'bob', back('released'))
    expect([WAITING, leased(), taken, given].map(({ owed }) => owed)).to.deep.equal([1, 1, 0, 1])
    expect([WAITING, leased(), taken, given].map(holderOf)).to.deep.equal([null, 'bob', 'bob', null])
    expect(returned('rejected').owed).to.equal(1)
  })

  it('[OR11] offers a replayed pickup to everybody from the first attempt on, at a new turn', () => {
    const dead = buryPickup(returned('rejected'), NOW)
    const { dispatch, owed } = replayPickup(dead, 9, NOW)
    expect(dispatch).to.deep.include({ position: 9, place: 'queue', failures: [], declined: [] })
    expect(owed).to.equal(1)
    expect(pickupEntry(replayPickup(dead, 9, NOW))).to.include({ position: 9, replay: true })
  })

  it('[OR2] ends an order whose pickup is given up', () => {
    const dropped = dropPickup(buryPickup(returned('rejected'), NOW), NOW)
    expect(dropped).to.include({ owed: 0, endedMs: NOW })
    expect(dropped.dispatch.place).to.equal('none')
  })
})
