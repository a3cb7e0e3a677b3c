import { expect } from 'chai'
import { HandledEvents } from '../../shared/link/handled-events.ts'

const LINKS = 100
const MIB = 1024 * 1024

describe('handled events', () => {
  it('[LK39] take no memory for what they might have to keep: a process may have thousands of links', () => {
    const before = process.memoryUsage().arrayBuffers
    const links = Array.from({ length: LINKS }, () => new HandledEvents())
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(MIB)
    expect(links).to.have.length(LINKS)
  })

  it('[LK39] keep the newest 100,000 whose connection broke, and one that is added again is new', () => {
    const handled = new HandledEvents()
    for (let index = 0; index < 100_000; index += 1) handled.addUncertain(`event-${index}`)
    handled.addUncertain('event-0')
    handled.addUncertain('one more')
    expect(handled.has('event-0')).to.equal(true)
    expect(handled.has('event-1')).to.equal(false)
    expect(handled.has('event-2')).to.equal(true)
  })
})
