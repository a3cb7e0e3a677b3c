import { expect } from 'chai'
import { median, percentile, Tenths } from './figures.ts'

describe('figures of a load scenario', () => {
  it('has the median of an odd and an even number of values, whatever their order', () => {
    expect(median([9, 10, 1])).to.equal(9)
    expect(median([4, 1, 3, 2])).to.equal(2.5)
    expect(median([])).to.be.NaN
  })

  it('has percentiles by nearest rank: of fifty values the 99th is the greatest', () => {
    const values = Array.from({ length: 50 }, (_, index) => 50 - index)
    expect(percentile(values, 0.99)).to.equal(50)
    expect(percentile(values, 0.5)).to.equal(25)
    expect(percentile([...values, ...values.map((value) => value + 50)], 0.99)).to.equal(99)
    expect(percentile([7], 0.01)).to.equal(7)
    expect(percentile([], 0.5)).to.be.NaN
  })

  it('measures the speed of each tenth', () => {
    let nowMs = 1000
    const tenths = new Tenths(100, nowMs)
    for (let index = 0; index < 100; index += 1) {
      nowMs += index < 90 ? 10 : 100
      tenths.add(() => nowMs)
    }
    expect(tenths.isComplete).to.equal(true)
    expect(tenths.perSecond()).to.deep.equal([100, 100, 100, 100, 100, 100, 100, 100, 100, 10])
  })

  it('counts every one in exactly one tenth where ten does not divide the total', () => {
    let nowMs = 0
    const tenths = new Tenths(23, nowMs)
    const step = () => {
      nowMs += 1000
      tenths.add(() => nowMs)
    }
    for (let index = 0; index < 22; index += 1) step()
    expect(tenths.isComplete).to.equal(false)
    step()
    expect([tenths.isComplete, tenths.count]).to.deep.equal([true, 23])
    expect(tenths.perSecond()).to.deep.equal(Array(10).fill(1))
  })
})
