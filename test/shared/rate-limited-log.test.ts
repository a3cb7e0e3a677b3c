import { expect } from 'chai'
import { createEventLog } from '../../shared/rate-limited-log.ts'
import { createManualClock } from '../support/manual-clock.ts'

const createTrial = (linesPerSecond: number) => {
  const clock = createManualClock(0)
  const lines: unknown[] = []
  const log = createEventLog({ clock, linesPerSecond, summarize: (counts) => void lines.push(counts) })
  const note = (...kinds: string[]) => {
    for (const kind of kinds) log.event(kind, () => void lines.push(kind))
  }
  return { clock, lines, log, note }
}

describe('log of events', () => {
  it('[PR6] writes a line an event up to the number of lines a second', () => {
    const { clock, lines, note } = createTrial(2)
    note('a', 'b')
    clock.advance(1000)
    note('a', 'b')
    clock.advance(1000)
    expect(lines).to.deep.equal(['a', 'b', 'a', 'b'])
  })

  it('[PR6] counts the others and tells them when the second is over', () => {
    const { clock, lines, note } = createTrial(2)
    note('a', 'a', 'a', 'b', 'a')
    clock.advance(999)
    expect(lines).to.deep.equal(['a', 'a'])
    clock.advance(1)
    note('c')
    expect(lines).to.deep.equal(['a', 'a', { a: 2, b: 1 }, 'c'])
  })

  it('[PR6] tells what it has counted when it closes, once, and leaves no timer', () => {
    const { clock, lines, log, note } = createTrial(1)
    note('a', 'b')
    log.close()
    log.close()
    expect([lines, clock.armed]).to.deep.equal([['a', { b: 1 }], 0])
  })

  it('[PR6] arms no timer while nothing happens', () => {
    const { clock, note } = createTrial(1)
    note('a')
    clock.advance(1000)
    expect(clock.armed).to.equal(0)
  })
})
