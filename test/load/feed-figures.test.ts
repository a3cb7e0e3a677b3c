import { expect } from 'chai'
import { measuredOf, type Round, shareOf, sharesOf } from './feed-figures.ts'
import { isReached } from './report.ts'

const heard = { looks: 1, changes: 1, moves: 1, refusals: 0 }
const window = (processorMs: number, events: number) => ({ processorMs, wallMs: 1000, events })

describe('the figures of the feed', () => {
  it('are what pages cost beyond as many events without them, whatever the machine drifts', () => {
    const round: Round = {
      before: window(100, 1000),
      with: window(270, 2000),
      after: window(140, 1000),
      heard,
    }
    // 120 µs an event between the two: 240 ms of 270.
    expect(shareOf(round)).to.be.closeTo(3, 1e-9)
  })

  it('sum up what a profile says of the feed’s files, the greatest first', () => {
    const shares = sharesOf({ wallMicros: 1e6, microsOf: { 'watch.js': 5000, 'rows.js': 20_000 } })
    expect(shares.total).to.be.closeTo(2.5, 1e-9)
    expect(shares.byFile.map(([file]) => file)).to.deep.equal(['rows.js', 'watch.js'])
  })

  it('are too high above three percent, and when a look was refused', () => {
    const rounds: Round[] = [{ before: window(1, 1), with: window(1, 1), after: window(1, 1), heard }]
    const judged = (total: number, refusals: number) =>
      measuredOf([{ ...rounds[0]!, heard: { ...heard, refusals } }], { total, byFile: [] }, 10).map(isReached)
    expect(judged(3, 0)).to.deep.equal([true, true])
    expect(judged(3.1, 0)).to.deep.equal([false, true])
    expect(judged(3, 1)).to.deep.equal([true, false])
  })
})
