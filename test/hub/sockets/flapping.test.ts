import { expect } from 'chai'
import { Flapping } from '../../../hub/sockets/flapping.ts'
import { driverId } from '../../../shared/ids.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

const FAR = '203.0.113.7'
const NEAR = '127.0.0.1'
const BOB = { participant: driverId('bob'), address: FAR }

describe('flapping', () => {
  let clock: ManualClock
  let flapping: Flapping

  const make = (most: number) => new Flapping({ most, clock, isExempt: (address) => address === NEAR })

  const flap = (times: number, visitor = BOB, lastedMs = 100) => {
    for (let n = 0; n < times; n += 1) flapping.ended(visitor, lastedMs)
  }

  beforeEach(() => {
    clock = createManualClock(1000)
    flapping = make(3)
  })

  it('[LM10] lets a participant pause when too many of its connections ended soon, until the minute is over', () => {
    flap(2)
    expect(flapping.pauseMs(BOB)).to.equal(0)
    clock.advance(10_000)
    flap(1)
    expect(flapping.pauseMs(BOB)).to.equal(50_000)
    clock.advance(49_999)
    expect(flapping.pauseMs(BOB)).to.equal(1)
    clock.advance(1)
    expect(flapping.pauseMs(BOB)).to.equal(0)
  })

  it('[LM10] counts no connection that lasted, and nobody else', () => {
    flap(5, BOB, 5000)
    flap(5, { ...BOB, participant: driverId('eve') })
    expect(flapping.pauseMs(BOB)).to.equal(0)
  })

  it('[LM10] begins a new count with each minute', () => {
    flap(2)
    clock.advance(60_000)
    flap(2)
    expect(flapping.pauseMs(BOB)).to.equal(0)
  })

  it('[LM10] leaves alone who is exempt, and everybody where there is no limit', () => {
    flap(5, { ...BOB, address: NEAR })
    expect(flapping.pauseMs({ ...BOB, address: NEAR })).to.equal(0)
    flapping = make(0)
    flap(50)
    expect(flapping.pauseMs(BOB)).to.equal(0)
  })

  it('[LM10] remembers nobody for longer than a minute', () => {
    for (let n = 0; n < 100; n += 1) flap(1, { ...BOB, participant: driverId(`d-${n}`) })
    expect(flapping.size).to.equal(100)
    clock.advance(60_000)
    flapping.pauseMs(BOB)
    expect(flapping.size).to.equal(0)
  })
})
