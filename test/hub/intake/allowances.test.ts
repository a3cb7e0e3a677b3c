import { expect } from 'chai'
import { Allowances } from '../../../hub/intake/allowances.ts'
import { driverId } from '../../../shared/ids.ts'
import { NO_RATES } from '../../support/limits.ts'

describe('allowances', () => {
  it('[LM3] are one a participant, whatever it connects', () => {
    const allowances = new Allowances({ ...NO_RATES, pickupsPerSecond: 1 })
    expect(allowances.of(driverId('a'), 0).takePickup(0)).to.equal(0)
    expect(allowances.of(driverId('a'), 0).takePickup(0)).to.equal(1000)
    expect(allowances.of(driverId('b'), 0).takePickup(0)).to.equal(0)
  })

  it('[LM3] cost a new order a token of each kind only when it is taken', () => {
    const allowance = new Allowances({ ...NO_RATES, pickupsPerSecond: 1, senderEventsPerSecond: 3 }).of(
      driverId('a'),
      0,
    )
    expect([1, 2, 3].map(() => allowance.takePickup(0))).to.deep.equal([0, 1000, 1000])
    allowance.spend(0)
    allowance.spend(0)
    expect(allowance.takePickup(0)).to.equal(1000)
    expect(allowance.takePickup(1000)).to.equal(0)
  })

  it('[LM3] of those who have gone are forgotten when they are as new, and no sooner', () => {
    const allowances = new Allowances({ ...NO_RATES, senderEventsPerSecond: 1 })
    allowances.of(driverId('busy'), 0).spend(0)
    for (let n = 0; n < 1000; n += 1) allowances.of(driverId(`d-${n}`), 0)
    expect(allowances.size).to.be.at.most(5)
    expect(allowances.of(driverId('busy'), 0).takePickup(0)).to.equal(1000)
  })
})
