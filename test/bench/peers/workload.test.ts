import { expect } from 'chai'
import type { Role } from './broker.ts'
import { type Round, type RoundOptions, Workload } from './workload.ts'

const ORDERS = { orders: 20, open: 5 }

interface Letter {
  readonly to: Role
  readonly text: string
  readonly confirmed: () => void
}

/** A broker in memory, which `treat` makes a bad one: what it gives is delivered and confirmed in this order. */
const runOn = (
  treat: (letter: Letter, number: number) => readonly Letter[],
  options: RoundOptions = ORDERS,
): Promise<Round> => {
  let published = 0
  const workload: Workload = new Workload((to, text, confirmed) => {
    published += 1
    const letters = treat({ to, text, confirmed }, published)
    setImmediate(() => {
      for (const letter of letters) {
        workload.receive(letter.to, letter.text)
        letter.confirmed()
      }
    })
  })
  return workload.run(options, async () => {})
}

const faultOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'none',
    (error: Error) => error.message,
  )

describe('the workload of the peers', () => {
  it('ends when every order is through, with a speed and the times of its events', async () => {
    const round = await runOn((letter) => [letter])
    expect(round.eventsPerSecond).above(0)
    expect(round.p50Ms).above(0).and.at.most(round.p99Ms)
  })

  it('publishes three events of about 230 bytes for each order', async () => {
    const sizes: number[] = []
    await runOn((letter) => {
      sizes.push(Buffer.byteLength(letter.text))
      return [letter]
    })
    expect(sizes).length(3 * ORDERS.orders)
    expect(Math.min(...sizes)).above(220)
    expect(Math.max(...sizes)).below(240)
  })

  it('fails when an event is not delivered, and says how far it came', async () => {
    const lossy = (letter: Letter, number: number) => (number === 9 ? [] : [letter])
    const fault = await faultOf(runOn(lossy, { ...ORDERS, limitMs: 50 }))
    expect(fault).match(/Of 60 events \d+ were confirmed and \d+ delivered/)
  })

  it('fails when an event is not confirmed', async () => {
    const mute = (letter: Letter, number: number) => [number === 9 ? { ...letter, confirmed() {} } : letter]
    const fault = await faultOf(runOn(mute, { ...ORDERS, limitMs: 50 }))
    expect(fault).match(/Of 60 events 59 were confirmed and 60 delivered/)
  })

  it('fails when an event is delivered twice', async () => {
    const fault = await faultOf(runOn((letter, number) => (number === 7 ? [letter, letter] : [letter])))
    expect(fault).match(/twice/)
  })

  it('fails when delivered comes before in-transit', async () => {
    const held: Letter[] = []
    const fault = await faultOf(
      runOn((letter) => {
        if (letter.text.includes('in-transit')) return held.push(letter) > 0 ? [] : []
        return [letter, ...held.splice(0)]
      }),
    )
    expect(fault).match(/not due/)
  })

  it('fails when an event reaches the other role', async () => {
    const fault = await faultOf(
      runOn((letter, number) => [number === 1 ? { ...letter, to: 'vendor' } : letter]),
    )
    expect(fault).match(/The vendor got pickup/)
  })

  it('fails with what the client says has gone wrong', async () => {
    const workload: Workload = new Workload(() => setImmediate(() => workload.fail(new Error('cut off'))))
    expect(await faultOf(workload.run(ORDERS, async () => {}))).match(/cut off/)
  })
})
