import { expect } from 'chai'
import { OrderTurns } from '../../../../hub/ledger/postgres/order-turns.ts'
import { OutOfPositions } from '../../../../hub/ledger/postgres/positions.ts'
import type { OrderKey } from '../../../../shared/ids.ts'

const KEY = 'acme/1' as OrderKey
const BLOCK = { first: 100, last: 199 }

describe('turns of an order', () => {
  let turns: OrderTurns

  beforeEach(() => {
    turns = new OrderTurns()
  })

  it('[PQ26] ask for a reservation that is begun when it is known what others have added', () => {
    const early = turns.reserving()
    expect(() => turns.after(KEY)).to.throw(OutOfPositions)
    turns.wait([KEY])
    turns.reserved(early, BLOCK)
    expect(() => turns.after(KEY)).to.throw(OutOfPositions)
    turns.reserved(turns.reserving(), { first: 300, last: 399 })
    expect(turns.after(KEY)).to.equal(299)
  })

  it('[PQ26] keep to the first such reservation, and ask anew when all is decided', () => {
    turns.wait([KEY])
    turns.reserved(turns.reserving(), BLOCK)
    turns.reserved(turns.reserving(), { first: 300, last: 399 })
    expect(turns.after(KEY)).to.equal(99)
    turns.decided()
    expect(() => turns.after(KEY)).to.throw(OutOfPositions)
  })

  it('[PQ26] ask for none of an order of which the hub has added the last event itself', () => {
    turns.added(KEY)
    expect(turns.after(KEY)).to.equal(0)
    turns.groupTaken()
    expect(turns.after(KEY)).to.equal(0)
    turns.synced()
    expect(turns.after(KEY)).to.equal(0)
  })

  for (const [what, forget] of [
    ['was never decided', (all: OrderTurns) => all.forgetGathering()],
    ['was not written', (all: OrderTurns) => all.forgetGroups()],
  ] as const)
    it(`[PQ26] forget what ${what}`, () => {
      turns.added(KEY)
      forget(turns)
      expect(() => turns.after(KEY)).to.throw(OutOfPositions)
    })
})
