import { expect } from 'chai'
import { seeded } from '../support/seeded.ts'
import { theilSen } from './slope.ts'

const line = (length: number, y: (x: number) => number) => Array.from({ length }, (_, x) => ({ x, y: y(x) }))

describe('the slope of a series', () => {
  it('finds the slope of a line exactly, and no interval around it', () => {
    expect(theilSen(line(20, (x) => 3 * x + 1))).to.deep.equal({ perX: 3, low: 3, high: 3 })
  })

  it('is not moved by outliers that would move a least-squares line', () => {
    const { perX } = theilSen(line(21, (x) => (x === 20 ? 10_000 : 2 * x)))
    expect(perX).to.equal(2)
  })

  it('holds the true slope in its interval about 19 times in 20', () => {
    const runs = 400
    let held = 0
    for (let seed = 0; seed < runs; seed += 1) {
      const random = seeded(seed)
      const { low, high } = theilSen(line(30, (x) => 0.5 * x + random.whole(-100, 100)))
      if (low <= 0.5 && 0.5 <= high) held += 1
    }
    expect(held / runs).to.be.within(0.92, 0.98)
  })

  it('knows nothing about less than three points', () => {
    const { perX, low, high } = theilSen(line(2, (x) => x))
    expect(perX).to.be.NaN
    expect([low, high]).to.deep.equal([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  })
})
