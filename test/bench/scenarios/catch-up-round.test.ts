import { expect } from 'chai'
import { type Books, NEW_BOOKS } from '../side.ts'
import { roundFaults } from './catch-up-round.ts'

const LAST: Books = { ...NEW_BOOKS, accepted: 30, handovers: 1030, acknowledged: 1030 }
const SEEN = { entries: 1000, made: 10, missing: 0, faults: 0 }

describe('the books of a catch-up', () => {
  it('are right when all that was queued and published is acknowledged', () => {
    expect(roundFaults(LAST, SEEN)).to.deep.equal([])
  })

  for (const [what, last, seen] of [
    ['an acknowledgement too few', { acknowledged: 1029 }, {}],
    ['an acknowledgement too many', { acknowledged: 1031 }, {}],
    ['an event that is still owed', { owed: 1 }, {}],
    ['one that was handed over again', { redelivered: 1 }, {}],
    ['one that nobody published', { accepted: 31 }, {}],
    ['a refusal', { refused: 1 }, {}],
    ['one that came twice', {}, { faults: 1 }],
    ['an order that has not ended', {}, { missing: 1 }],
  ] as const)
    it(`are wrong with ${what}`, () => {
      expect(roundFaults({ ...LAST, ...last }, { ...SEEN, ...seen })).to.have.lengthOf(1)
    })
})
