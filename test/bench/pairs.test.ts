import { expect } from 'chai'
import { interleaved, medianFigures, medianRatio } from './pairs.ts'
import type { Figures } from './scenario.ts'

const figures = (eventsPerSecond: number): Figures => ({
  eventsPerSecond,
  hubMicrosPerEvent: 1_000_000 / eventsPerSecond,
  p50Ms: 1,
  p99Ms: 2,
  hubMiB: Number.NaN,
  clientMicrosPerEvent: 3,
})

describe('interleaved windows of the benchmark', () => {
  it('measures each side once a round, and begins each round with another one', async () => {
    const order: string[] = []
    const side = (name: string) => async () => order.push(name)
    const windows = await interleaved({ a: side('a'), b: side('b'), c: side('c') }, 3)
    expect(order.join('')).to.equal('abcbcacab')
    expect(windows).to.deep.equal({ a: [1, 6, 8], b: [2, 4, 9], c: [3, 5, 7] })
  })

  it('gives up with the first window that fails', async () => {
    const run = interleaved({ a: async () => 1, b: () => Promise.reject(new Error('lost')) }, 5)
    expect(await run.catch((error: Error) => error.message)).to.equal('lost')
  })

  it('takes the median of each figure, and NaN for what was not measured', () => {
    const median = medianFigures([figures(300), figures(100), figures(200)])
    expect(median).to.deep.equal(figures(200))
  })

  it('compares within a round: a slow round does not count against one side', () => {
    const caps = [figures(200), figures(20), figures(200)]
    const control = [figures(100), figures(10), figures(100)]
    expect(medianRatio(caps, control, (window) => window.eventsPerSecond)).to.equal(2)
  })

  it('compares nothing with nothing, nor rounds with other rounds', () => {
    expect(medianRatio<Figures>([], [], (window) => window.p50Ms)).to.be.NaN
    expect(medianRatio([figures(1)], [], (window) => window.p50Ms)).to.be.NaN
  })
})
