import { expect } from 'chai'
import { figuresOf, measuredOf, type Seen } from './page-figures.ts'
import { isReached } from './report.ts'

const strain = (atS: number, taskS: number) => ({ atS, taskS, scriptS: taskS / 2, layoutS: 0, styleS: 0 })
const seen = (frameMs: readonly number[]): Seen => ({
  ...{ view: 'map', frameMs },
  ...{ before: strain(10, 1), after: strain(12, 1.5) },
})

describe('the figures of the page', () => {
  it('are frames a second, the longest time between two, and what the thread was busy with', () => {
    const figures = figuresOf(seen([100, 120, 140, 200]))
    expect(figures).to.include({
      framesPerSecond: 30,
      longestGapMs: 60,
      busyPercent: 25,
      scriptPercent: 12.5,
    })
  })

  it('miss their goals below 55 frames a second, and with less load than was asked for', () => {
    const judged = (gapMs: number, rate: number) =>
      measuredOf([seen([0, gapMs])], { drivers: 200, eventsPerSecond: 5000, rate }).map(isReached)
    expect(judged(18, 4500)).to.deep.equal([true, true])
    expect(judged(18.4, 4500)).to.deep.equal([false, true])
    expect(judged(18, 4499)).to.deep.equal([true, false])
  })
})
