import { expect } from 'chai'
import fc from 'fast-check'
import { type Slot, Window } from '../../../hub/delivery/window.ts'
import type { Entry } from '../../../hub/domain/entry.ts'
import { order } from '../../support/orders.ts'

const entry = (position: number, orderId: string, bytes = 0): Entry => ({
  position,
  id: `event ${position}`,
  event: 'in-transit',
  time: '2026-01-01T00:00:00.000Z',
  payload: order(orderId, { customer: 'c'.repeat(bytes), address: '' }),
})

/** What the window adds to the length of a payload. */
const FIXED = 200
const ROOMY = { entries: 100, bytes: 100_000 }

describe('window', () => {
  it('[DL2] lets the first entry of each order fly, and holds the others', () => {
    const window = new Window(ROOMY, 0)
    const next = [entry(1, 'A'), entry(2, 'A'), entry(3, 'B')].map((one) => window.take(one)?.next)
    expect(next).to.deep.equal(['fly', 'hold', 'fly'])
  })

  it('[DL2] gives the entry behind one that is gone', () => {
    const window = new Window(ROOMY, 0)
    const first = window.take(entry(1, 'A'))!.slot
    const second = window.take(entry(2, 'A'))!.slot
    window.fly(first, 10)
    window.settling(first)
    expect(window.gone(first)).to.equal(second)
    expect(window.gone(second)).to.equal(null)
  })

  it('[DL3] takes no more entries than its limit, what is not durably gone included', () => {
    const window = new Window({ entries: 1, bytes: 100_000 }, 0)
    const { slot } = window.take(entry(1, 'A'))!
    window.fly(slot, 10)
    window.settling(slot)
    expect([window.hasRoom(), window.take(entry(2, 'B'))]).to.deep.equal([false, null])
    window.gone(slot)
    expect(window.hasRoom()).to.equal(true)
  })

  it('[DL3] takes no more bytes than its limit, but always a single entry', () => {
    const window = new Window({ entries: 9, bytes: 1000 }, 0)
    const large = window.take(entry(1, 'A', 5000))!.slot
    expect(window.take(entry(2, 'B'))).to.equal(null)
    window.fly(large, 10)
    window.settling(large)
    window.gone(large)
    expect(window.take(entry(2, 'B', 300))?.next).to.equal('fly')
    expect(window.take(entry(3, 'B', 300))?.next).to.equal('hold')
    expect(window.take(entry(4, 'C'))).to.equal(null)
  })

  it('[DL5][DL3] keeps room for a retry that is due before it takes anything new', () => {
    const window = new Window({ entries: 9, bytes: 1000 }, 0)
    window.takeRetry({ ...entry(1, 'A', 700), failures: [], dueMs: 5 })
    const small = window.take(entry(2, 'B'))!.slot
    window.fly(small, 10)
    expect([window.due(4), window.hasRoom()]).to.deep.equal([[], true])
    expect([window.due(5), window.hasRoom()]).to.deep.equal([[], false])
    window.settling(small)
    window.gone(small)
    expect(window.due(5).map(({ entry }) => entry.position)).to.deep.equal([1])
    expect(window.hasRoom()).to.equal(true)
  })

  it('[DL5] gives what is overdue, and what is due again, in order', () => {
    const window = new Window(ROOMY, 0)
    const slots = [1, 2, 3].map((position) => window.take(entry(position, `order ${position}`))!.slot)
    for (const [index, slot] of slots.entries()) window.fly(slot, 10 + index)
    expect(window.overdue(11)).to.deep.equal(slots.slice(0, 2))
    for (const slot of slots.slice(0, 2)) window.settling(slot)
    window.movedToRetries(slots[1]!, { failures: [], dueMs: 20 })
    window.movedToRetries(slots[0]!, { failures: [], dueMs: 21 })
    expect(window.overdue(11)).to.deep.equal([])
    expect([window.due(19), window.due(20)]).to.deep.equal([[], [slots[1]]])
    expect(window.due(21)).to.deep.equal([slots[0], slots[1]])
  })

  it('[DL8] parks an order whose first entry failed: what is behind it, or comes, must move', () => {
    const window = new Window(ROOMY, 0)
    const [first, second] = [entry(1, 'A'), entry(2, 'A')].map((one) => window.take(one)!.slot)
    window.fly(first!, 10)
    window.settling(first!)
    expect(window.park(first!)).to.deep.equal([second])
    expect(window.take(entry(3, 'A'))?.next).to.equal('park')
    expect(window.take(entry(4, 'B'))?.next).to.equal('fly')
  })

  it('[DL8] starts the queue at the first entry that is still owed in it', () => {
    const window = new Window(ROOMY, 7)
    expect(window.floor).to.equal(7)
    const [first, second] = [entry(10, 'A'), entry(20, 'B')].map((one) => window.take(one)!.slot)
    expect(window.floor).to.equal(9)
    window.settling(second!)
    expect(window.floor).to.equal(9)
    window.settling(first!)
    expect(window.floor).to.equal(20)
  })
})

/** A queue and its retries as plain lists, and what the ledger has been asked for. */
class Model {
  readonly window: Window
  readonly limits = { entries: 4, bytes: 4 * (FIXED + 100) }
  now = 0
  read = 0
  /** Everything that is owed, in queue order. */
  readonly owed: Slot[] = []
  /** Waits for the disk: calls that end it. */
  readonly pending: { readonly slot: Slot; readonly settled: () => void }[] = []

  constructor() {
    this.window = new Window(this.limits, 0)
  }

  in(state: Slot['state']): Slot[] {
    return this.owed.filter((slot) => slot.state === state)
  }

  fly(slots: readonly (Slot | null)[]): void {
    for (const slot of slots) {
      if (slot === null) continue
      expect(this.owed.includes(slot), 'owed').to.equal(true)
      this.window.fly(slot, this.now + 30)
    }
  }

  moveBehind(slots: readonly Slot[]): void {
    for (const slot of slots) {
      this.window.settling(slot)
      this.pending.push({ slot, settled: () => this.window.movedToRetries(slot, { failures: [], dueMs: 0 }) })
    }
  }

  take(orderId: string, bytes: number): void {
    if (!this.window.hasRoom()) return
    const taken = this.window.take(entry(this.read + 1, orderId, bytes))
    if (taken === null) return
    this.read += 1
    this.owed.push(taken.slot)
    if (taken.next === 'fly') this.fly([taken.slot])
    if (taken.next === 'park') this.moveBehind([taken.slot])
  }

  end(slot: Slot): void {
    this.window.settling(slot)
    const settled = () => {
      this.owed.splice(this.owed.indexOf(slot), 1)
      this.fly([this.window.gone(slot)])
    }
    this.pending.push({ slot, settled })
  }

  fail(slot: Slot): void {
    this.window.settling(slot)
    this.moveBehind(this.window.park(slot))
    const failures = [...slot.failures, { time: '', reason: 'no' }]
    const dueMs = this.now + 10 * failures.length
    this.pending.push({ slot, settled: () => this.window.movedToRetries(slot, { failures, dueMs }) })
  }

  check(): void {
    const flying = this.in('flying')
    const bytes = flying.reduce((sum, slot) => sum + slot.bytes, 0)
    expect(flying.length, 'in flight').to.be.at.most(this.limits.entries)
    if (flying.length > 1) expect(bytes, 'bytes in flight').to.be.at.most(this.limits.bytes)
    for (const slot of [...flying, ...this.in('waiting')])
      expect(
        this.owed.find(({ order }) => order === slot.order),
        'first of its order',
      ).to.equal(slot)
    const inQueue = this.owed.find((slot) => slot.place === 'queue' && slot.state !== 'settling')
    expect(this.window.floor, 'floor').to.equal((inQueue?.entry.position ?? this.read + 1) - 1)
    const retries = this.owed.filter(({ place }) => place === 'retry')
    expect(this.window.retries, 'retries').to.equal(retries.length)
  }
}

const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ take: fc.constantFrom('A', 'B', 'C', 'D', 'E'), bytes: fc.nat(300) }) },
  { weight: 3, arbitrary: fc.record({ end: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ fail: fc.nat() }) },
  { weight: 3, arbitrary: fc.constant({ settle: true }) },
  { weight: 2, arbitrary: fc.record({ pass: fc.nat(20) }) },
)
type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never

const run = (model: Model, step: Operation): void => {
  const { window } = model
  const answerable = [
    ...model.in('flying'),
    ...model.in('waiting').filter(({ failures }) => failures.length > 0),
  ]
  if ('take' in step) model.take(step.take, step.bytes)
  else if ('settle' in step) model.pending.shift()?.settled()
  else if ('pass' in step) {
    model.now += step.pass
    for (const slot of window.overdue(model.now)) model.fail(slot)
    model.fly(window.due(model.now))
  } else if (answerable.length > 0) {
    if ('end' in step) model.end(answerable[step.end % answerable.length]!)
    else model.fail(answerable[step.fail % answerable.length]!)
  }
}

/** Acknowledges whatever flies until nothing is left; a model that gets stuck runs out of rounds. As the hub does, it looks for what is due whenever something has gone. */
const drain = (model: Model): void => {
  let rounds = 0
  do {
    for (const { settled } of model.pending.splice(0)) settled()
    model.now += 1000
    model.fly(model.window.due(model.now))
    for (const slot of model.in('flying')) model.end(slot)
    rounds += 1
  } while (model.owed.length > 0 && rounds < 1000)
}

describe('window, against a model', () => {
  it('[DL2][DL3][DL4][DL8] keeps its bounds, the order of orders and its floor, lets fly what is owed only, and drains, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120, size: 'max' }), (steps) => {
        const model = new Model()
        for (const step of steps) {
          run(model, step)
          model.check()
        }
        drain(model)
        expect([model.owed.length, model.window.hasRoom(), model.window.retries]).to.deep.equal([0, true, 0])
        expect(model.window.floor).to.equal(model.read)
      }),
      { numRuns: 1000 },
    )
  })
})
