import { expect } from 'chai'
import { type Books, bookFaults, NEW_BOOKS } from './side.ts'

const report = (changes: Partial<Books> = {}): Books => ({ ...NEW_BOOKS, ...changes })

describe('the books of a side in the benchmark', () => {
  it('are right when each order made three events and nothing is owed', () => {
    expect(
      bookFaults(
        report({ accepted: 3_007, acknowledged: 3_007 }),
        report({ accepted: 7, acknowledged: 7 }),
        1_000,
      ),
    ).to.deep.equal([])
  })

  it('count an acknowledgement that came behind what made it superfluous', () => {
    const after = report({ accepted: 300, acknowledged: 290, ignored: 10 })
    expect(bookFaults(after, report(), 100)).to.deep.equal([])
  })

  it('are wrong when an event is missing, repeated, refused, handed over again or still owed', () => {
    const faults = bookFaults(
      report({
        accepted: 2_999,
        acknowledged: 2_998,
        repeats: 1,
        refused: 1,
        redelivered: 2,
        owed: 3,
        deadLetters: 1,
      }),
      report(),
      1_000,
    )
    expect(faults).to.have.members([
      'accepted 2999 instead of 3000',
      'acknowledged 2998 instead of 3000',
      'repeats 1 instead of 0',
      'refused 1 instead of 0',
      'redelivered 2 instead of 0',
      'owed 3 instead of 0',
      'dead letters 1 instead of 0',
    ])
  })
})
