import { expect } from 'chai'
import sinon from 'sinon'
import { systemClock } from '../../shared/clock.ts'

const HOUR_MS = 3_600_000

describe('the system clock', () => {
  it('tells the time of the wall clock, in whole milliseconds', () => {
    const nowMs = systemClock.now()
    expect(nowMs).to.satisfy(Number.isInteger)
    expect(Math.abs(nowMs - Date.now())).to.be.below(HOUR_MS)
  })

  for (const byMs of [HOUR_MS, -HOUR_MS])
    it(`[HB10] runs steadily when the wall clock is set by ${byMs / HOUR_MS} h`, () => {
      const beforeMs = systemClock.now()
      sinon.stub(Date, 'now').returns(beforeMs + byMs)
      expect(systemClock.now() - beforeMs).to.be.within(0, 60_000)
    })
})
