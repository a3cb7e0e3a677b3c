import { expect } from 'chai'
import { type Goal, isReached, reportOf } from './report.ts'

const goal = (is: Goal['is'], bound: number): Goal => ({
  what: 'a thing',
  is,
  bound,
  unit: 'ms',
  source: 'us',
})

describe('a report of a load scenario', () => {
  for (const [is, reached, missed] of [
    ['most', [1, 2], [2.1, Number.NaN]],
    ['least', [2, 3], [1.9, Number.NaN]],
    ['exactly', [2], [1, 3, Number.NaN]],
  ] as const)
    it(`holds what is measured against a goal of ${is} 2`, () => {
      for (const value of reached)
        expect(isReached({ goal: goal(is, 2), value }), String(value)).to.equal(true)
      for (const value of missed)
        expect(isReached({ goal: goal(is, 2), value }), String(value)).to.equal(false)
    })

  it('is good only if every goal is reached, and names the one that is not', () => {
    const good = { goal: goal('most', 2), value: 1 }
    const bad = { goal: { ...goal('most', 2), what: 'another thing' }, value: 1234.5 }
    expect(reportOf([good], {}, []).ok).to.equal(true)
    const { ok, lines, figures } = reportOf([good, bad], { seen: 1 }, ['first'])
    expect(ok).to.equal(false)
    expect(lines).to.deep.equal([
      'first',
      'ok     a thing: 1 ms (most 2; us)',
      'MISSED another thing: 1,235 ms (most 2; us)',
    ])
    expect(figures).to.have.property('seen', 1)
  })

  it('is not good without a single goal', () => {
    expect(reportOf([], {}, []).ok).to.equal(false)
  })
})
