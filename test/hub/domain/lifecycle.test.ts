import { expect } from 'chai'
import { assign, isLeasable, leaseTo } from '../../../hub/domain/dispatch.ts'
import { itemsOf } from '../../../hub/domain/history.ts'
import { LIFECYCLE, type Lifecycle, type LifecycleRow } from '../../../hub/domain/lifecycle.ts'
import { accept, decide, type Proposal, payloadOf } from '../../../hub/domain/order.ts'
import { holderOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { publishRefusal } from '../../../hub/domain/permissions.ts'
import { recipientsOf } from '../../../hub/domain/routing.ts'
import { FLEET, orderKey, vendorId } from '../../../shared/ids.ts'
import type { EventName, OrderState } from '../../../shared/protocol.ts'
import { driver, progress, stamp, vendor, waitingOrder } from '../../support/orders.ts'

/** Kinds of events that CAPS does not have. */
const ATTEMPTED = 'attempted' as Exclude<EventName, 'pickup'>
const CANCELLED = 'cancelled' as Exclude<EventName, 'pickup'>

const WITH_NEW_ROWS = {
  ...LIFECYCLE,
  [ATTEMPTED]: {
    sender: 'driver',
    from: ['in-transit'],
    to: 'in-transit',
    heardBy: 'store',
    repeats: true,
    ends: false,
  } satisfies LifecycleRow,
  [CANCELLED]: {
    sender: 'vendor',
    from: ['waiting'],
    to: 'cancelled' as OrderState,
    heardBy: 'fleet',
    repeats: false,
    ends: true,
  } satisfies LifecycleRow,
} as Lifecycle

const NOW = Date.UTC(2026, 0, 1)
const AUDIENCE = [vendorId('acme', 'main')]

const outcomeOf = (record: OrderRecord | undefined, proposal: Proposal): string => {
  const decision = decide(record, proposal, WITH_NEW_ROWS)
  if (decision.kind === 'duplicate') return `duplicate of ${decision.id}`
  return decision.kind === 'refuse' ? decision.code : decision.kind
}

const accepted = (record: OrderRecord, proposal: Proposal, id: string): OrderRecord => {
  expect(outcomeOf(record, proposal)).to.equal('accept')
  return accept(record, proposal, stamp(id, NOW), WITH_NEW_ROWS)
}

const attempt = (number: number): Proposal => progress(ATTEMPTED, 'bob', { details: { number } })
const cancellation: Proposal = {
  key: orderKey('acme', 'order-1'),
  event: CANCELLED,
  sender: vendor(),
  payload: { store: 'acme', orderId: 'order-1' },
}
const assigned = assign(leaseTo(waitingOrder(), 'bob', NOW), NOW)
const inTransit = accept(assigned, progress('in-transit'), stamp('in-transit', NOW))

describe('a new row of the lifecycle', () => {
  it('[OR8] says who may send its event', () => {
    expect(publishRefusal(driver(), { event: ATTEMPTED, store: 'acme' }, WITH_NEW_ROWS)).to.equal(null)
    expect(publishRefusal(vendor(), { event: ATTEMPTED, store: 'acme' }, WITH_NEW_ROWS)?.code).to.equal(
      'not-permitted',
    )
    expect(publishRefusal(vendor(), { event: CANCELLED, store: 'globex' }, WITH_NEW_ROWS)?.code).to.equal(
      'foreign-store',
    )
  })

  it('[OR8] says who hears of it', () => {
    expect(recipientsOf(ATTEMPTED, AUDIENCE, WITH_NEW_ROWS)).to.deep.equal(AUDIENCE)
    expect(recipientsOf(CANCELLED, AUDIENCE, WITH_NEW_ROWS)).to.deep.equal([FLEET])
  })

  it('[OR8] says in which states it is accepted, and which one follows', () => {
    expect(outcomeOf(undefined, attempt(1))).to.equal('unknown-order')
    expect(outcomeOf(assigned, attempt(1))).to.equal('out-of-order')
    const attempted = accepted(inTransit, attempt(1), 'first')
    expect(attempted).to.include({ state: 'in-transit', driver: 'bob', endedMs: null })
    expect(payloadOf(attempted, ATTEMPTED)).to.deep.include({ driver: 'bob', details: { number: 1 } })
    expect(itemsOf(attempted.history).at(-1)).to.deep.include({
      what: 'attempted',
      participant: 'driver/bob',
    })
    expect(outcomeOf(attempted, progress('delivered'))).to.equal('accept')
    expect(outcomeOf(attempted, progress(ATTEMPTED, 'eve'))).to.equal('held-by-another')
  })

  it('[OR8][OR7] lets an event come again with other content if it says so', () => {
    const twice = accepted(accepted(inTransit, attempt(1), 'first'), attempt(2), 'second')
    expect(payloadOf(twice, ATTEMPTED).details).to.deep.equal({ number: 2 })
  })

  it('[OR8][OR6] answers each of the contents that were accepted with its own first answer', () => {
    const twice = accepted(accepted(inTransit, attempt(1), 'first'), attempt(2), 'second')
    expect(outcomeOf(twice, attempt(1))).to.equal('duplicate of first')
    expect(outcomeOf(twice, attempt(2))).to.equal('duplicate of second')
    expect(outcomeOf(twice, attempt(3))).to.equal('accept')
  })

  it("[OR8] ends the order if it says so, which then is nobody's to pick up", () => {
    for (const record of [waitingOrder(), leaseTo(waitingOrder(), 'bob', NOW)]) {
      const cancelled = accepted(record, cancellation, 'cancelled')
      expect(cancelled).to.include({ state: 'cancelled', driver: null, endedMs: NOW })
      expect(cancelled.dispatch).to.include({ place: 'none', lease: null })
      expect([isLeasable(cancelled), holderOf(cancelled)]).to.deep.equal([false, null])
      expect(outcomeOf(cancelled, cancellation)).to.equal('duplicate of cancelled')
      expect(outcomeOf(accepted(waitingOrder(), cancellation, 'c'), progress('in-transit'))).to.equal(
        'not-offered',
      )
    }
    expect(outcomeOf(inTransit, cancellation)).to.equal('out-of-order')
  })
})
