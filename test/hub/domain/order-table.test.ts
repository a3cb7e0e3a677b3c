/**
 * Random lives of one order, against a naive model of it: several drivers report, leases come and go, and the model says what must become of each step. Everything that the
 * domain is given is frozen.
 */
import { expect } from 'chai'
import fc from 'fast-check'
import {
  assign,
  buryPickup,
  dropPickup,
  giveBack,
  leaseTo,
  type Return,
  replayPickup,
} from '../../../hub/domain/dispatch.ts'
import { itemsOf, NO_HISTORY } from '../../../hub/domain/history.ts'
import { accept, decide, type Proposal } from '../../../hub/domain/order.ts'
import { holderOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import type { EventName } from '../../../shared/protocol.ts'
import { deepFreeze } from '../../support/deep-freeze.ts'
import { order, pickup, progress, stamp, vendor } from '../../support/orders.ts'

const DRIVERS = ['bob', 'eve', 'joe'] as const
const FAILURES = ['rejected', 'not-acknowledged', 'driver-away', 'assignment-expired', 'released'] as const

type Report =
  | { do: 'pickup'; till: string; note: number }
  | { do: 'in-transit' | 'delivered'; driver: string; note: number }
type Move =
  | { do: 'lease'; driver: string }
  | { do: 'assign' | 'bury' | 'replay' | 'drop' }
  | { do: 'give back'; what: Return['what'] }
type Step = Report | Move

const note = fc.constantFrom(0, 0, 0, 1)
const driver = fc.constantFrom(...DRIVERS)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({ do: fc.constant('pickup'), till: fc.constantFrom('main', 'second'), note }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: fc.constantFrom('in-transit', 'delivered'), driver, note }), weight: 5 },
  { arbitrary: fc.record({ do: fc.constant('lease'), driver }), weight: 4 },
  {
    arbitrary: fc.record({ do: fc.constantFrom('assign', 'bury', 'bury', 'replay', 'drop', 'drop') }),
    weight: 6,
  },
  { arbitrary: fc.record({ do: fc.constant('give back'), what: fc.constantFrom(...FAILURES) }), weight: 4 },
) as fc.Arbitrary<Step>

/** The order as a person would keep it on a slip of paper. */
class Slip {
  state: 'unknown' | 'free' | 'leased' | 'assigned' | 'in-transit' | 'delivered' | 'dead' | 'dropped' =
    'unknown'
  holder: string | null = null
  readonly offered = new Set<string>()
  /** The note that each event was accepted with. */
  readonly notes: Partial<Record<EventName, number>> = {}

  outcomeOf(event: EventName, by: string | null, noted: number): string {
    if (this.state === 'unknown') return event === 'pickup' ? 'accept' : 'unknown-order'
    if (by !== null && this.holder !== null && by !== this.holder) return 'held-by-another'
    if (by !== null && this.holder === null && !this.offered.has(by)) return 'not-offered'
    const first = this.notes[event]
    if (first !== undefined) return first === noted ? 'duplicate' : 'identity-conflict'
    if (this.state === 'dropped') return 'out-of-order'
    if (event === 'delivered') return this.state === 'in-transit' ? 'accept' : 'out-of-order'
    return 'accept'
  }

  accepted(event: EventName, by: string | null, noted: number): void {
    this.notes[event] = noted
    this.state = event === 'pickup' ? 'free' : event
    if (by !== null) this.holder = by
  }
}

/** One life: the record under test beside its slip. */
class Life {
  readonly slip = new Slip()
  record: OrderRecord | undefined
  readonly reporters = { 'in-transit': new Set<string>(), delivered: new Set<string>() }
  #position = 0

  live(one: Step): void {
    const before = this.record
    if ('note' in one) this.#report(one)
    else if (this.record !== undefined) this.#move(one, this.record)
    if (before !== undefined && this.record !== before)
      expect(this.record!.history.startsWith(before.history)).to.equal(true)
    if (this.record !== before)
      expect(itemsOf(this.record!.history).length).to.equal(itemsOf(before?.history ?? NO_HISTORY).length + 1)
    this.#check()
  }

  #report(one: Report): void {
    const by = one.do === 'pickup' ? null : one.driver
    const details = { note: one.note }
    const proposal: Proposal =
      one.do === 'pickup'
        ? pickup(order('order-1', { details }), vendor('acme', one.till))
        : progress(one.do, one.driver, { details })
    const decision = decide(this.record, deepFreeze(proposal))
    const outcome = decision.kind === 'refuse' ? decision.code : decision.kind
    expect(outcome).to.equal(this.slip.outcomeOf(one.do, by, one.note))
    if (decision.kind !== 'accept') return
    this.#become(accept(this.record, proposal, stamp(one.do)))
    this.slip.accepted(one.do, by, one.note)
    if (one.do === 'pickup') this.#queue()
    else this.reporters[one.do].add(one.driver)
  }

  /** As intake does. */
  #queue(): void {
    this.#position += 1
    const { dispatch } = this.record!
    this.#become({
      ...this.record!,
      owed: 1,
      dispatch: { ...dispatch, position: this.#position, place: 'queue' },
    })
  }

  #become(record: OrderRecord): void {
    this.record = deepFreeze(record)
  }

  /** What the fleet does, where it may. */
  #move(one: Move, record: OrderRecord): void {
    const { slip } = this
    const timeMs = Date.UTC(2026, 0, 2)
    if (one.do === 'lease' && slip.state === 'free') {
      this.#become(leaseTo(record, one.driver, timeMs))
      slip.state = 'leased'
      slip.holder = one.driver
      slip.offered.add(one.driver)
    } else if (one.do === 'assign' && slip.state === 'leased') {
      this.#become(assign(record, timeMs))
      slip.state = 'assigned'
    } else if (one.do === 'give back' && (slip.state === 'leased' || slip.state === 'assigned')) {
      this.#become(giveBack(record, slip.holder!, { what: one.what, reason: '', timeMs }))
      slip.state = 'free'
      slip.holder = null
    } else if (one.do === 'bury' && slip.state === 'free') {
      this.#become(buryPickup(record, timeMs))
      slip.state = 'dead'
    } else if (one.do === 'replay' && slip.state === 'dead') {
      this.#position += 1
      this.#become(replayPickup(record, this.#position, timeMs))
      slip.state = 'free'
    } else if (one.do === 'drop' && slip.state === 'dead') {
      this.#become(dropPickup(record, timeMs))
      slip.state = 'dropped'
    }
  }

  #check(): void {
    if (this.record === undefined) return
    const { record, slip, reporters } = this
    const hasEnded = slip.state === 'delivered' || slip.state === 'dropped'
    expect(holderOf(record)).to.equal(hasEnded ? null : slip.holder)
    expect(record.endedMs !== null).to.equal(hasEnded)
    for (const drivers of Object.values(reporters)) expect(drivers.size).to.be.at.most(1)
    if (reporters.delivered.size > 0)
      expect([...reporters.delivered]).to.deep.equal([...reporters['in-transit']])
  }
}

describe('the order table', () => {
  it('[OR1][OR2][OR3][OR4][OR5][OR6][OR7][OR12] decides as a naive model does, gives an order to one driver only, and changes nothing that it was given', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const life = new Life()
        life.live({ do: 'pickup', till: 'main', note: 0 })
        for (const one of steps) life.live(one)
      }),
      { numRuns: 2000 },
    )
  })

  it('[OR12][OR9] changes nothing that it was given, and only adds to the history', () => {
    const whole: Step[] = [
      { do: 'pickup', till: 'main', note: 0 },
      { do: 'lease', driver: 'bob' },
      { do: 'give back', what: 'rejected' },
      { do: 'bury' },
      { do: 'replay' },
      { do: 'lease', driver: 'eve' },
      { do: 'assign' },
      { do: 'in-transit', driver: 'eve', note: 0 },
      { do: 'delivered', driver: 'eve', note: 0 },
    ]
    const life = new Life()
    for (const one of whole) life.live(one)
    expect(itemsOf(life.record!.history)).to.have.length(whole.length)
  })
})
