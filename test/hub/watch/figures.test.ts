import { expect } from 'chai'
import fc from 'fast-check'
import { CourseRings } from '../../../hub/watch/figures/course.ts'
import { Delays } from '../../../hub/watch/figures/delays.ts'
import { FlowMeter } from '../../../hub/watch/figures/flow.ts'
import { SlidingHistogram } from '../../../hub/watch/figures/histogram.ts'
import { ProcessMachine } from '../../../hub/watch/figures/machine.ts'
import { Writes } from '../../../hub/watch/figures/writes.ts'
import { createManualClock } from '../../support/manual-clock.ts'

describe('figures', () => {
  it('[WA5] finds percentiles to within a thirtieth of what a sorted list says', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1 }), (values) => {
        const histogram = new SlidingHistogram(1)
        for (const value of values) histogram.add(value)
        const sorted = [...values].sort((one, other) => one - other)
        const at = (share: number) => sorted[Math.ceil(values.length * share) - 1]!
        const { p50, p99 } = histogram.percentiles()!
        expect(p50).to.be.within(at(0.5) * (29 / 30), at(0.5) * (31 / 30))
        expect(p99).to.be.within(at(0.99) * (29 / 30), at(0.99) * (31 / 30))
      }),
    )
  })

  it('[WA5] takes what is not possible for the nearest that is', () => {
    const histogram = new SlidingHistogram(1)
    for (const value of [-5, 2 ** 40]) histogram.add(value)
    const { p50, p99 } = histogram.percentiles()!
    expect(p50).to.equal(0)
    expect(p99).to.be.closeTo(2 ** 31, 2 ** 27)
  })

  it('[WA5] measures delays over midnight, and of events that are older than a day', () => {
    const delays = new Delays()
    const nowMs = Date.parse('2026-01-02T00:00:00.500Z')
    delays.add('2026-01-01T23:59:59.995Z', nowMs)
    delays.add('2026-01-02T00:00:00.490Z', nowMs)
    expect(delays.figures()).to.deep.equal({ p50Ms: 10, p99Ms: 503.5 })
    delays.add('2025-12-30T00:00:00.000Z', nowMs)
    expect(delays.figures()!.p99Ms).to.be.closeTo(3 * 86_400_000, 86_400_000 / 8)
  })

  it('[WA5] tells delays of the last ten seconds, and none when nothing was acknowledged', () => {
    const delays = new Delays()
    expect(delays.figures()).to.equal(null)
    delays.add('2026-01-01T00:00:00.000Z', Date.parse('2026-01-01T00:00:00.007Z'))
    for (let seconds = 0; seconds < 9; seconds += 1) delays.turn()
    expect(delays.figures()).to.deep.equal({ p50Ms: 7, p99Ms: 7 })
    delays.turn()
    expect(delays.figures()).to.equal(null)
  })

  it('[WA5] tells how long writes took and how much they made durable, since it was asked last', () => {
    let nowMs = 0
    const writes = new Writes(() => nowMs)
    for (const [tookMs, works] of [
      [0.25, 1],
      [4, 9],
    ] as const) {
      writes.began()
      nowMs += tookMs
      writes.ended(works)
    }
    const { p50Ms, p99Ms, meanGroup } = writes.take()!
    expect([p50Ms, p99Ms]).to.satisfy(() => Math.abs(p50Ms - 0.25) < 0.01 && Math.abs(p99Ms - 4) < 0.15)
    expect(meanGroup).to.equal(5)
    expect(writes.take()).to.equal(null)
  })

  it('[WA5] makes rates of counters, by the time that has passed', () => {
    const counts = { accepted: 5, handovers: 0, acknowledged: 0, redelivered: 0 }
    const meter = new FlowMeter(counts, 1000)
    Object.assign(counts, { accepted: 105, handovers: 50, acknowledged: 4, redelivered: 1 })
    const levels = { ready: 7, unacknowledged: 8 }
    expect(meter.take(3000, levels)).to.deep.equal({
      in: 50,
      out: 25,
      acknowledged: 2,
      redelivered: 0.5,
      ...levels,
    })
    expect(meter.take(4000, levels).in).to.equal(0)
  })

  it('[WA7] keeps a minute by seconds and an hour by ten seconds, of which rates are means', () => {
    const rings = new CourseRings()
    for (let second = 1; second <= 3700; second += 1) {
      const flow = {
        in: second % 10,
        out: 0,
        acknowledged: 0,
        redelivered: 0,
        ready: second,
        unacknowledged: 0,
      }
      rings.add({ timeMs: second * 1000, ...flow })
    }
    const { minute, hour } = rings.course()
    expect([minute.length, minute[0]!.timeMs, minute.at(-1)!.timeMs]).to.deep.equal([
      60, 3_641_000, 3_700_000,
    ])
    expect([hour.length, hour[0]!.timeMs, hour.at(-1)!.timeMs]).to.deep.equal([360, 110_000, 3_700_000])
    expect([hour[0]!.in, hour[0]!.ready]).to.deep.equal([4.5, 110])
  })

  it('[WA5] tells how late the event loop is only while it is asked to, and the process as it is', () => {
    const clock = createManualClock()
    const machine = new ProcessMachine(clock)
    machine.start()
    machine.start()
    clock.advance(100)
    const figures = machine.take()
    expect(figures.loopDelayP99Ms).to.equal(0)
    expect(figures.rssBytes).to.be.above(figures.heapBytes)
    expect(figures.processorShare).to.be.within(0, 64)
    machine.stop()
    expect(() => clock.advance(3_600_000)).not.to.throw()
  })
})
