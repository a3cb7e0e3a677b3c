import { expect } from 'chai'
import { courseOf, growthIn } from './memory-course.ts'

describe('the course of a hub’s memory', () => {
  it('has grown by what its second half reaches above the first', () => {
    expect(growthIn([10, 30, 20, 25, 29])).to.equal(-1)
    expect(growthIn([10, 20, 30, 40])).to.equal(20)
    expect(growthIn([10])).to.be.NaN
  })

  it('is looked at while the work goes on, and ends with it', async () => {
    let looks = 0
    const hub = { memory: async () => ({ rssBytes: ++looks }) as never }
    const { result, course } = await courseOf(hub, async () => 'done')
    expect(result).to.equal('done')
    expect(course).to.deep.equal([1])
  })
})
