import { expect } from 'chai'
import fc from 'fast-check'
import { newParticipant, type ParticipantRecord } from '../../../hub/domain/participant.ts'
import { pickupRefusal, TokenBucket } from '../../../hub/intake/limits.ts'
import { FLEET } from '../../../shared/ids.ts'

const queue = (counts: Partial<ParticipantRecord>): ParticipantRecord => ({
  ...newParticipant(FLEET, 0),
  ...counts,
})

describe('limits', () => {
  const refusalOf = (queues: readonly (ParticipantRecord | undefined)[], isDiskLow = false) =>
    pickupRefusal(queues, { queueLength: 3, isDiskLow })?.code ?? null

  it('[IN5] refuses while any queue concerned holds as many as it may, retries included, dead letters not', () => {
    expect(refusalOf([queue({ queued: 2 }), queue({ queued: 1, retrying: 1, dead: 9 })])).to.equal(null)
    expect(refusalOf([queue({}), queue({ queued: 3 })])).to.equal('queue-full')
    expect(refusalOf([queue({ queued: 1, retrying: 2 })])).to.equal('queue-full')
    expect(refusalOf([undefined])).to.equal(null)
  })

  it('[IN5] refuses while the disk is low', () => {
    expect(refusalOf([queue({})], true)).to.equal('disk-low')
  })

  it('[IN5] lets as many through as the rate says, at once or spread out', () => {
    const bucket = new TokenBucket(2, 0)
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).to.deep.equal([0, 0, 500])
    expect([bucket.take(250), bucket.take(500), bucket.take(500)]).to.deep.equal([250, 0, 500])
  })

  it('[IN5] saves up no more than a second', () => {
    const bucket = new TokenBucket(3, 0)
    const taken = Array.from({ length: 5 }, () => bucket.take(3_600_000) === 0)
    expect(taken).to.deep.equal([true, true, true, false, false])
  })

  it('[IN5] knows no limit where none is set', () => {
    const bucket = new TokenBucket(0, 0)
    expect(Array.from({ length: 1000 }, () => bucket.take(0)).every((waitMs) => waitMs === 0)).to.equal(true)
  })

  it('[IN5] never lets more through than the rate and one burst, and is open again when it said', () => {
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

  it('[IN5] is not thrown by a clock that goes back', () => {
    const bucket = new TokenBucket(1, 10_000)
    expect([bucket.take(10_000), bucket.take(5000), bucket.take(5001)]).to.deep.equal([0, 1000, 999])
  })
})
