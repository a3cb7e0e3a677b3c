import { expect } from 'chai'
import type { Check, Figures } from './scenario.ts'
import { judged, rowOf, withCheck } from './verdict.ts'

const ratio = (value: number): Check => ({
  what: 'events/s, of control A',
  kind: 'ratio',
  value,
  is: 'least',
  unit: '×',
  must: 2,
  goal: 3,
})

const cost = (value: number): Check => ({
  what: 'hub µs an event',
  kind: 'absolute',
  value,
  is: 'most',
  unit: 'µs',
  must: 12,
  goal: 8,
})

const FIGURES: Figures = {
  eventsPerSecond: 1,
  hubMicrosPerEvent: 1,
  p50Ms: 1,
  p99Ms: 1,
  hubMiB: 1,
  clientMicrosPerEvent: 1,
}

const row = (checks: readonly Check[], isQuick = false) =>
  rowOf(
    { id: 'S1', name: 'saturated', title: 'saturated' },
    { caps: FIGURES, control: FIGURES, controlName: 'control A', checks, limits: {} },
    { isQuick, disk: { fileSystem: 'ext4', bareSyncMs: 0.2 } },
  )

describe('verdicts of the benchmark', () => {
  it('holds a ratio against what it must be and against its goal', () => {
    expect(judged(ratio(3), false)).to.include({ ok: true, isGoalMet: true })
    expect(judged(ratio(2), false)).to.include({ ok: true, isGoalMet: false })
    expect(judged(ratio(1.99), false)).to.include({ ok: false, isGoalMet: false })
  })

  it('holds a cost against its upper bound', () => {
    expect(judged(cost(12), false)).to.include({ ok: true, isGoalMet: false })
    expect(judged(cost(12.1), false)).to.include({ ok: false })
  })

  it('asks for half with --quick: half of a lower bound, twice an upper one', () => {
    expect(judged(ratio(1), true).ok).to.equal(true)
    expect(judged(ratio(0.99), true).ok).to.equal(false)
    expect(judged({ ...ratio(2.5), is: 'most', must: 1.25 }, true).ok).to.equal(true)
    expect(judged({ ...ratio(2.6), is: 'most', must: 1.25 }, true).ok).to.equal(false)
  })

  it('judges no absolute figure with --quick', () => {
    expect(judged(cost(100), true).ok).to.equal(true)
  })

  it('fails on what was not measured', () => {
    for (const isQuick of [false, true]) expect(judged(ratio(Number.NaN), isQuick).ok).to.equal(false)
  })

  it('gives the first check as the ratio of its row, and needs all of them', () => {
    expect(row([ratio(2.5), cost(11)])).to.include({ ratio: 2.5, goal: 3, ok: true, isGoalMet: false })
    expect(row([ratio(2.5), cost(13)])).to.include({ ok: false })
  })

  it('shows nothing without a check', () => {
    expect(row([])).to.include({ ok: false, isGoalMet: false })
  })

  it('judges a check that comes later like the others', () => {
    const before = row([ratio(3)])
    expect(withCheck(before, ratio(1), false)).to.include({ ok: false, ratio: 3 })
    expect(withCheck(before, ratio(1), true).ok).to.equal(true)
  })
})
