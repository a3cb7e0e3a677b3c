import { expect } from 'chai'
import { every } from '../../shared/clock.ts'
import { createManualClock } from './manual-clock.ts'

describe('manual clock', () => {
  it('fires due timers by due time, then by creation, each at its own time', () => {
    const clock = createManualClock(1000)
    const fired: string[] = []
    const note = (name: string) => () => void fired.push(`${name}@${clock.now()}`)
    clock.after(20, note('late'))
    clock.after(10, note('first'))
    clock.after(10, note('second'))
    clock.after(31, note('never'))
    clock.advance(30)
    expect(fired).to.deep.equal(['first@1010', 'second@1010', 'late@1020'])
    expect([clock.now(), clock.armed]).to.deep.equal([1030, 1])
  })

  it('fires timers that timers arm, while they are due', () => {
    const clock = createManualClock(0)
    const times: number[] = []
    const cancel = every(clock, 10, () => void times.push(clock.now()))
    clock.advance(35)
    cancel()
    clock.advance(100)
    expect(times).to.deep.equal([10, 20, 30])
  })

  it('does not fire a cancelled timer, not even one due at the same time as its canceller', () => {
    const clock = createManualClock(0)
    const fired: string[] = []
    clock.after(5, () => cancel())
    const cancel = clock.after(5, () => void fired.push('cancelled'))
    clock.advance(10)
    cancel()
    expect(fired).to.deep.equal([])
  })

  it('ends the turn before time moves and between timers', () => {
    const clock = createManualClock(0)
    const seen: string[] = []
    const endTurn = (name: string) => clock.endOfTurn(() => void seen.push(`end ${name}@${clock.now()}`))
    endTurn('start')
    clock.after(1, () => {
      seen.push('one')
      endTurn('one')
    })
    clock.after(1, () => void seen.push('two'))
    clock.advance(5)
    expect(seen).to.deep.equal(['end start@0', 'one', 'end one@1', 'two'])
  })

  it('ends turns until no callback is left', () => {
    const clock = createManualClock(0)
    const seen: number[] = []
    const again = (left: number) => {
      seen.push(left)
      if (left > 0) clock.endOfTurn(() => again(left - 1))
    }
    clock.endOfTurn(() => again(2))
    clock.turn()
    expect(seen).to.deep.equal([2, 1, 0])
  })

  it('lets promises run between timers when advanced asynchronously', async () => {
    const clock = createManualClock(0)
    const times: number[] = []
    const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))
    const run = async () => {
      for (let round = 0; round < 3; round += 1) {
        await wait(10)
        await new Promise<void>((resolve) => clock.endOfTurn(resolve))
        times.push(clock.now())
      }
    }
    const ended = run()
    await clock.advanceAsync(30)
    await ended
    expect(times).to.deep.equal([10, 20, 30])
  })

  it('fails instead of hanging when a callback schedules itself for ever', () => {
    const clock = createManualClock(0)
    const again = () => clock.endOfTurn(again)
    again()
    expect(() => clock.turn()).to.throw('for ever')
  })
})
