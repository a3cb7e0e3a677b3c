import { expect } from 'chai'
import { compared } from './poison-pairs.ts'

describe('pairs with one and with many retries waiting', () => {
  const half = (eventsPerSecond: number) => ({
    eventsPerSecond,
    processorMs: 1,
    firstEventMs: 1,
    latencyMs: 1,
    missing: 0,
  })

  it('are compared pair by pair: what disturbs a whole pair, or a single one, does not count', () => {
    const pairs = [
      { one: half(1000), many: half(900) },
      { one: half(100), many: half(90) },
      { one: half(1000), many: half(10) },
    ]
    expect(compared(pairs, ({ eventsPerSecond }) => eventsPerSecond)).to.deep.equal({
      one: 1000,
      many: 90,
      ratio: 0.9,
    })
  })
})
