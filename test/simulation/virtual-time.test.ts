import { expect } from 'chai'
import { BEGIN_MS, ProcessClock, VirtualTime } from './virtual-time.ts'

describe('virtual time', () => {
  const time = () => {
    const virtual = new VirtualTime()
    const happened: string[] = []
    const note = (what: string) => () => void happened.push(`${what} at ${virtual.nowMs}`)
    return { virtual, happened, note, runFor: (ms: number) => runUntil(virtual, ms) }
  }

  const runUntil = async (virtual: VirtualTime, ms: number) => {
    let isOver = false
    virtual.after(ms, () => {
      isOver = true
    })
    await virtual.run(() => isOver)
  }

  it('fires timers by due time, and those of one time in the order of their creation', async () => {
    const { virtual, happened, note, runFor } = time()
    for (const [name, ms] of [
      ['c', 30],
      ['a', 10],
      ['b', 20],
      ['d', 30],
      ['e', 10],
    ] as const)
      virtual.after(ms, note(name))
    await runFor(100)
    expect(happened).to.deep.equal(['a at 10', 'e at 10', 'b at 20', 'c at 30', 'd at 30'])
  })

  it('keeps that order whatever is added and cancelled in between', async () => {
    const { virtual, happened, note, runFor } = time()
    const cancels = Array.from({ length: 200 }, (_, n) => virtual.after((n * 37) % 101, note('x')))
    for (const [n, cancel] of cancels.entries()) if (n % 3 === 0) cancel()
    await runFor(200)
    const times = happened.map((line) => Number(line.split(' ').at(-1)))
    expect(times).to.deep.equal([...times].sort((one, other) => one - other))
    expect(times.length).to.equal(133)
  })

  it('lets promises and the ends of turns come to rest before the next timer', async () => {
    const { virtual, happened, note, runFor } = time()
    virtual.after(1, () => {
      void Promise.resolve()
        .then(() => {})
        .then(() => virtual.endOfTurn(() => void Promise.resolve().then(note('the end of it'))))
    })
    virtual.after(1, note('the next one'))
    await runFor(10)
    expect(happened).to.deep.equal(['the end of it at 1', 'the next one at 1'])
  })

  it('does nothing any more for a process that was killed', async () => {
    const { virtual, happened, note, runFor } = time()
    const clock = new ProcessClock(virtual, { offsetMs: 0 })
    clock.after(10, note('timer'))
    virtual.after(5, () => {
      clock.endOfTurn(note('end of turn'))
      clock.kill()
    })
    await runFor(20)
    expect(happened).to.deep.equal([])
  })

  it('gives a process the wall clock of its start, steady from then on', async () => {
    const { virtual, runFor } = time()
    const wall = { offsetMs: 5000 }
    const clock = new ProcessClock(virtual, wall)
    wall.offsetMs = -3_600_000
    await runFor(100)
    expect(clock.now()).to.equal(BEGIN_MS + 5100)
    expect(new ProcessClock(virtual, wall).now()).to.equal(BEGIN_MS + 100 - 3_600_000)
  })
})
