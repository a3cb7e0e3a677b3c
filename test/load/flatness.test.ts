import { expect } from 'chai'
import { seeded } from '../support/seeded.ts'
import { afterWarmUp, flatnessOf } from './flatness.ts'

/** Half an hour, a sample every ten seconds: MB that lie up to one off a line. */
const halfHour = (mbPerHour: number, seed = 1) => {
  const random = seeded(seed)
  return Array.from({ length: 180 }, (_, index) => {
    const x = index / 360
    return { x, y: 50 + mbPerHour * x + random.whole(-100, 100) / 100 }
  })
}

describe('flatness', () => {
  it('is found in noise around a level', () => {
    for (let seed = 0; seed < 50; seed += 1)
      expect(flatnessOf(halfHour(0, seed), 3)).to.include({ verdict: 'flat', samples: 180 })
  })

  it('is not found where a leak lies in the same noise', () => {
    for (let seed = 0; seed < 50; seed += 1)
      expect(flatnessOf(halfHour(10, seed), 3).verdict, `seed ${seed}`).to.equal('grows')
  })

  it('says from where on it would have seen a leak, and does', () => {
    const { seenFromMbPerHour } = flatnessOf(halfHour(0), 3)
    expect(seenFromMbPerHour).to.be.within(6, 8)
    expect(flatnessOf(halfHour(seenFromMbPerHour + 0.5), 3).verdict).to.equal('grows')
  })

  it('is unclear with too few samples for the noise, and with none', () => {
    expect(flatnessOf(halfHour(0).slice(0, 3), 0.01).verdict).to.equal('unclear')
    expect(flatnessOf([], 3).verdict).to.equal('unclear')
  })

  it('is found in what falls', () => {
    expect(flatnessOf(halfHour(-20), 3).verdict).to.equal('flat')
  })

  it('is looked for after warming up only', () => {
    const points = [0, 1, 2, 3].map((x) => ({ x, y: x === 0 ? 0 : 100 }))
    expect(afterWarmUp(points, 1).map(({ x }) => x)).to.deep.equal([1, 2, 3])
  })
})
