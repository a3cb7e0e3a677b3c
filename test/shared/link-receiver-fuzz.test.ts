/** The receiver under a hub that hands over, repeats and cuts as fast-check likes. */
import { expect } from 'chai'
import fc from 'fast-check'
import { Receiver } from '../../shared/link/receiver.ts'
import type { HandedEvent } from '../../shared/protocol.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { handed, StubSocket } from './stub-sockets.ts'

type Step =
  | { readonly kind: 'hand over'; readonly index: number }
  | { readonly kind: 'end handler'; readonly index: number; readonly succeeds: boolean }
  | { readonly kind: 'end turn' }
  | { readonly kind: 'cut' }

const ORDERS = 'ab'
const EVENTS_AN_ORDER = 3

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('hand over'), index: fc.nat(1) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('end handler'),
        index: fc.nat(9),
        succeeds: fc.boolean(),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('end turn') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut') }) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 80, size: 'max' },
)

interface Running {
  readonly event: HandedEvent
  end(succeeds: boolean): void
}

const nextLoop = () => new Promise<void>((resolve) => setImmediate(resolve))

class Run {
  readonly succeeded: string[] = []
  readonly overlaps: string[] = []
  readonly #clock = createManualClock()
  readonly #receiver = new Receiver({ clock: this.#clock, random: () => 0 }, () => {})
  /** Each order's queue at the hub: the first one is handed over, again and again, until it is acknowledged. */
  readonly queues = [...ORDERS].map((orderId) =>
    Array.from({ length: EVENTS_AN_ORDER }, (_, index) => handed(`${orderId}${index}`, orderId)),
  )
  #socket = new StubSocket({ role: 'vendor' })
  #heard = 0
  #running: Running[] = []

  constructor() {
    this.#receiver.on('delivered', (event) => this.#handle(event))
    this.#receiver.listenTo(this.#socket)
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'hand over') this.#handOver(step.index)
    if (step.kind === 'end turn') this.#endTurn()
    if (step.kind === 'cut') this.#cut()
    if (step.kind === 'end handler') await this.#endHandler(step.index, step.succeeds)
  }

  async finish(): Promise<void> {
    for (let round = 0; round < 100 && this.queues.flat().length > 0; round += 1) {
      for (const [index] of this.queues.entries()) this.#handOver(index)
      while (this.#running.length > 0) await this.#endHandler(0, true)
      this.#endTurn()
    }
  }

  #handle(event: HandedEvent): Promise<void> {
    const { orderId } = event.payload
    if (this.#running.some((running) => running.event.payload.orderId === orderId))
      this.overlaps.push(event.id)
    return new Promise((resolve, reject) => {
      const end = (succeeds: boolean) => {
        if (succeeds) this.succeeded.push(event.id)
        if (succeeds) resolve()
        else reject(new Error('no'))
      }
      this.#running.push({ event, end })
    })
  }

  #handOver(index: number): void {
    const event = this.queues[index]?.[0]
    if (event !== undefined) this.#socket.say('events', [event])
  }

  async #endHandler(index: number, succeeds: boolean): Promise<void> {
    const [running] = this.#running.splice(index % Math.max(this.#running.length, 1), 1)
    running?.end(succeeds)
    await nextLoop()
  }

  #endTurn(): void {
    this.#clock.turn()
    const news = this.#socket.sent.slice(this.#heard)
    this.#heard = this.#socket.sent.length
    for (const { message, values } of news)
      if (message === 'acknowledge') this.#remove(values[0] as readonly string[])
  }

  #remove(entries: readonly string[]): void {
    for (const queue of this.queues) if (entries.includes(queue[0]?.entry ?? '')) queue.shift()
  }

  #cut(): void {
    this.#receiver.broke()
    this.#socket = new StubSocket({ role: 'vendor' })
    this.#heard = 0
    this.#receiver.listenTo(this.#socket)
  }
}

describe('link: receiving from a hub that repeats and cuts', () => {
  it('[LK42] handles every event once, those of one order one after another, and acknowledges each', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const run = new Run()
        for (const step of script) await run.take(step)
        await run.finish()
        expect(run.queues.flat()).to.deep.equal([])
        expect(run.overlaps).to.deep.equal([])
        for (const orderId of ORDERS)
          expect(run.succeeded.filter((id) => id.startsWith(orderId))).to.deep.equal(
            [0, 1, 2].map((index) => `${orderId}${index}`),
          )
      }),
      { numRuns: 100 },
    )
  })
})
