import { expect } from 'chai'
import { type RunLine, totalOf } from './total.ts'

const RUN: RunLine = {
  seed: 1,
  mode: 'open',
  ok: true,
  seconds: 10,
  frames: 1000,
  connections: 5,
  exits: 0,
  uncaught: 0,
  lost: 0,
  late: 0,
  broken: 0,
  healthyOrders: 40,
  p99Ratio: 1.5,
  growthMb: 30,
  driftMb: 4,
}

describe('the total of fuzz runs', () => {
  it('adds up what was sent and lost, and tells the worst of what cannot be added', () => {
    const other = { ...RUN, mode: 'keys', ok: false, lost: 2, late: 1, p99Ratio: 3, driftMb: 70 } as const
    expect(totalOf([RUN, other, { ...RUN, exits: 1, uncaught: 1, broken: 1 }])).to.deep.equal([
      '3 runs (1 with keys): 3000 frames on 15 connections in 30 s of attack, 100 frames/s',
      'exits 1, uncaught 1, lost 2, late 1, connections of healthy ones that broke 1; of 120 healthy orders',
      'p99 against quiet: 1.5 in the middle run, 3 at most; growth of memory since the first round 70 MB at most, since the quiet 30 MB; 1 runs that missed a goal',
    ])
  })
})
