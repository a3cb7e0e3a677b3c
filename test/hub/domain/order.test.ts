import { expect } from 'chai'
import { assign, dropPickup, giveBack, leaseTo } from '../../../hub/domain/dispatch.ts'
import { itemsOf } from '../../../hub/domain/history.ts'
import {
  accept,
  addHistory,
  decide,
  type Proposal,
  payloadOf,
  settleEntry,
} from '../../../hub/domain/order.ts'
import { holderOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { FLEET, vendorId } from '../../../shared/ids.ts'
import { order, pickup, progress, stamp, waitingOrder } from '../../support/orders.ts'

const NOW = Date.UTC(2026, 0, 1)

const accepted = (record: OrderRecord | undefined, proposal: Proposal): OrderRecord => {
  expect(decide(record, proposal)).to.deep.equal({ kind: 'accept' })
  return accept(record, proposal, stamp(`id of ${proposal.event}`, NOW))
}

/** `accept`, `duplicate`, or the code of the refusal. */
const outcomeOf = (record: OrderRecord | undefined, proposal: Proposal): string => {
  const decision = decide(record, proposal)
  return decision.kind === 'refuse' ? decision.code : decision.kind
}

const leased = leaseTo(waitingOrder(), 'bob', NOW)
const assigned = assign(leased, NOW)
const inTransit = accepted(assigned, progress('in-transit'))
const delivered = accepted(inTransit, progress('delivered'))
const back = { what: 'released', reason: 'flat tyre', timeMs: NOW } as const
const givenBack = giveBack(leased, 'bob', back)
const EVERY_STATE = { waiting: waitingOrder(), leased, assigned, inTransit, delivered, givenBack }
const HELD = { leased, assigned, inTransit, delivered }

describe('order', () => {
  it('[OR1] creates an order, waiting, with the pickup of one that the hub does not know', () => {
    const record = accepted(undefined, pickup())
    expect(record).to.include({ state: 'waiting', driver: null, endedMs: null, owed: 0 })
    expect(record.order).to.deep.equal(order())
  })

  it('[OR1] refuses any other event for an unknown order', () => {
    for (const event of ['in-transit', 'delivered'] as const)
      expect(outcomeOf(undefined, progress(event))).to.equal('unknown-order')
  })

  it('[OR2] lets the holder of a lease report the order in transit without acknowledging it', () => {
    expect(accepted(leased, progress('in-transit'))).to.include({ state: 'in-transit', driver: 'bob' })
  })

  it('[OR2] lets the driver that it is assigned to report it in transit and then delivered, which ends it', () => {
    expect(inTransit).to.include({ state: 'in-transit', driver: 'bob', endedMs: null })
    expect(delivered).to.include({ state: 'delivered', driver: 'bob', endedMs: NOW })
  })

  it('[OR2] lets go of the lease with the report', () => {
    expect(accepted(leased, progress('in-transit')).dispatch).to.include({ place: 'none', lease: null })
  })

  for (const [name, record] of Object.entries(HELD))
    it(`[OR3] refuses what another driver reports about an order that is ${name}`, () => {
      const offered = leaseTo(waitingOrder(), 'eve', NOW).dispatch.offered
      const others = { ...record, dispatch: { ...record.dispatch, offered: [...offered, 'bob'] } }
      for (const event of ['in-transit', 'delivered'] as const)
        expect(outcomeOf(others, progress(event, 'eve'))).to.equal('held-by-another')
    })

  it('[OR3] names one holder in every state, and nobody once it has ended', () => {
    const holders = Object.values(EVERY_STATE).map(holderOf)
    expect(holders).to.deep.equal([null, 'bob', 'bob', 'bob', null, null])
  })

  it('[OR4] accepts a late report from a driver that was offered the order while nobody holds it', () => {
    expect(accepted(givenBack, progress('in-transit'))).to.include({ state: 'in-transit', driver: 'bob' })
  })

  it('[OR4] refuses a report from a driver that was never offered it', () => {
    for (const record of [waitingOrder(), givenBack])
      expect(outcomeOf(record, progress('in-transit', 'eve'))).to.equal('not-offered')
  })

  it('[OR4][OR3] refuses a late report when another driver holds the order by then', () => {
    const withEve = leaseTo(givenBack, 'eve', NOW)
    expect(outcomeOf(withEve, progress('in-transit'))).to.equal('held-by-another')
    expect(outcomeOf(assign(withEve, NOW), progress('in-transit'))).to.equal('held-by-another')
  })

  it('[OR5] refuses delivered before in-transit', () => {
    for (const record of [leased, assigned, givenBack])
      expect(outcomeOf(record, progress('delivered'))).to.equal('out-of-order')
  })

  it('[OR5] refuses a report about an order that has ended because its pickup was given up', () => {
    const dropped = dropPickup({ ...givenBack, dispatch: { ...givenBack.dispatch, place: 'dead' } }, NOW)
    expect(outcomeOf(dropped, progress('in-transit'))).to.equal('out-of-order')
    expect(outcomeOf(dropped, progress('delivered'))).to.equal('out-of-order')
  })

  it('[OR6] answers a repeat with the first id in every later state', () => {
    for (const record of Object.values(EVERY_STATE))
      expect(decide(record, pickup())).to.deep.equal({ kind: 'duplicate', id: 'pickup of order-1' })
    for (const record of [inTransit, delivered])
      expect(decide(record, progress('in-transit'))).to.deep.equal({
        kind: 'duplicate',
        id: 'id of in-transit',
      })
    expect(decide(delivered, progress('delivered'))).to.deep.equal({
      kind: 'duplicate',
      id: 'id of delivered',
    })
  })

  it('[OR6] takes the same content with its keys in another order for a repeat', () => {
    const record = accepted(undefined, pickup(order('order-1', { details: { a: 1, b: { c: 2, d: [3] } } })))
    const { store, orderId, customer, address } = order()
    const same = { details: { b: { d: [3], c: 2 }, a: 1 }, address, customer, orderId, store }
    expect(outcomeOf(record, pickup(same))).to.equal('duplicate')
  })

  it('[OR7] refuses the same event with other content', () => {
    const others = [
      order('order-1', { customer: 'Eve' }),
      order('order-1', { address: 'elsewhere' }),
      order('order-1', { details: {} }),
    ]
    for (const other of others) expect(outcomeOf(delivered, pickup(other))).to.equal('identity-conflict')
    for (const event of ['in-transit', 'delivered'] as const)
      expect(outcomeOf(delivered, progress(event, 'bob', { details: { at: 'the door' } }))).to.equal(
        'identity-conflict',
      )
  })

  it('[OR9] adds what it accepts to the history, with time and sender', () => {
    const time = '2026-01-01T00:00:00.000Z'
    expect(itemsOf(delivered.history)).to.deep.equal([
      { time, what: 'pickup', participant: 'vendor/acme/main' },
      { time, what: 'leased', participant: 'driver/bob' },
      { time, what: 'assigned', participant: 'driver/bob' },
      { time, what: 'in-transit', participant: 'driver/bob' },
      { time, what: 'delivered', participant: 'driver/bob' },
    ])
  })

  it('[OR9] adds an acknowledgement, after which one entry less is owed', () => {
    const item = { what: 'acknowledged', participant: vendorId('acme', 'main'), event: 'delivered' } as const
    const settled = settleEntry({ ...delivered, owed: 2 }, item, NOW)
    expect(settled.owed).to.equal(1)
    expect(itemsOf(settled.history)).to.deep.equal([
      ...itemsOf(delivered.history),
      { time: '2026-01-01T00:00:00.000Z', ...item },
    ])
  })

  it('[OR9] adds a failed handover behind what was there', () => {
    const item = { time: '2026-01-01T00:00:00.000Z', what: 'rejected', participant: FLEET } as const
    const { time, ...happening } = item
    expect(itemsOf(addHistory(delivered, happening, Date.parse(time)).history)).to.deep.equal([
      ...itemsOf(delivered.history),
      item,
    ])
  })

  it("[OR10] tells the order's fields, the driver once there is one, and the event's own details", () => {
    const parcel = order('order-1', { details: { fragile: true } })
    const waiting = accepted(undefined, pickup(parcel))
    expect(payloadOf(waiting, 'pickup')).to.deep.equal(parcel)
    const carried = accepted(
      assign(leaseTo(waiting, 'bob', NOW), NOW),
      progress('in-transit', 'bob', { details: { eta: '12:00' } }),
    )
    const told = { ...order(), driver: 'bob' }
    expect(payloadOf(carried, 'in-transit')).to.deep.equal({ ...told, details: { eta: '12:00' } })
    const ended = accepted(carried, progress('delivered'))
    expect(payloadOf(ended, 'delivered')).to.deep.equal(told)
  })
})
