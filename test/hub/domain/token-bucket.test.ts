import { expect } from 'chai'
import fc from 'fast-check'
import { TokenBucket } from '../../../hub/domain/token-bucket.ts'

describe('token bucket', () => {
  it('[LM3] lets as many through as the rate says, at once or spread out', () => {
    const bucket = new TokenBucket(2, 0)
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).to.deep.equal([0, 0, 500])
    expect([bucket.take(250), bucket.take(500), bucket.take(500)]).to.deep.equal([250, 0, 500])
  })

  it('[LM3] saves up no more than a second', () => {
    const bucket = new TokenBucket(3, 0)
    const taken = Array.from({ length: 5 }, () => bucket.take(3_600_000) === 0)
    expect(taken).to.deep.equal([true, true, true, false, false])
  })

  it('[LM3] knows no limit where none is set', () => {
    const bucket = new TokenBucket(0, 0)
    expect(Array.from({ length: 1000 }, () => bucket.take(0)).every((waitMs) => waitMs === 0)).to.equal(true)
  })

  it('[LM3] never lets more through than the rate and one burst, and is open again when it said', () => {
    const gaps = fc.array(fc.nat(700), { minLength: 1, maxLength: 100, size: 'max' })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), gaps, (perSecond, gapsMs) => {
        const bucket = new TokenBucket(perSecond, 0)
        let nowMs = 0
        let passed = 0
        for (const gapMs of gapsMs) {
          nowMs += gapMs
          const waitMs = bucket.take(nowMs)
          if (waitMs === 0) passed += 1
          else {
            nowMs += waitMs
            expect(bucket.take(nowMs)).to.equal(0)
            passed += 1
          }
          expect(passed).to.be.at.most(perSecond + (nowMs / 1000) * perSecond + 1e-6)
        }
      }),
    )
  })

  it('[LM3] is not thrown by a clock that goes back', () => {
    const bucket = new TokenBucket(1, 10_000)
    expect([bucket.take(10_000), bucket.take(5000), bucket.take(5001)]).to.deep.equal([0, 1000, 999])
  })

  it('[LM3] lets what must not be refused through, and makes the others wait for it', () => {
    const bucket = new TokenBucket(2, 0)
    bucket.spend(3, 0)
    expect([bucket.waitMs(0), bucket.take(0)]).to.deep.equal([1000, 1000])
    expect([bucket.waitMs(999), bucket.take(1000)]).to.deep.equal([1, 0])
    expect(bucket.isFull(1999)).to.equal(false)
    expect(bucket.isFull(2000)).to.equal(true)
  })

  it('[LM3] lets nobody owe for more than five seconds', () => {
    const bucket = new TokenBucket(2, 0)
    bucket.spend(1_000_000, 0)
    expect(bucket.waitMs(0)).to.equal(5500)
  })

  it('[LM5] counts by other periods as well', () => {
    const bucket = new TokenBucket(3, 0, 60_000)
    expect([1, 2, 3, 4].map(() => bucket.take(0))).to.deep.equal([0, 0, 0, 20_000])
    expect(bucket.take(20_000)).to.equal(0)
    expect([1, 2, 3, 4].map(() => bucket.take(600_000))).to.deep.equal([0, 0, 0, 20_000])
  })
})
