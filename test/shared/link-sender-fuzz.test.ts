/** The sender against a hub that refuses, cuts and forgets as fast-check likes. */
import { expect } from 'chai'
import fc from 'fast-check'
import { Sender } from '../../shared/link/sender.ts'
import type { Publication } from '../../shared/messages.ts'
import { createMemoryOutbox } from '../../shared/outbox/memory-outbox.ts'
import type { Receipt } from '../../shared/protocol.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { order, refused, type Sent, StubSocket, welcome } from './stub-sockets.ts'

const LIFECYCLE = ['pickup', 'in-transit', 'delivered'] as const

type Step =
  | { readonly kind: 'publish'; readonly orderId: string }
  | { readonly kind: 'advance'; readonly ms: number }
  /** The hub processes the oldest frame: which events it refuses for now, by their index modulo 8. */
  | { readonly kind: 'process'; readonly busy: readonly boolean[]; readonly isAnswerLost: boolean }
  | { readonly kind: 'refuse-frame'; readonly temporary: boolean }
  | { readonly kind: 'cut' }

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('publish'), orderId: fc.constantFrom('a', 'b', 'c') }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('advance'), ms: fc.integer({ min: 0, max: 700 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('process'),
        busy: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        isAnswerLost: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('refuse-frame'), temporary: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut') }) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 60, size: 'max' },
)

/** Accepts each order's events in their lifecycle's order, once. */
class ModelHub {
  readonly accepted: string[] = []
  readonly #stages = new Map<string, number>()

  decide({ event, payload }: Publication, isBusy: boolean): Receipt {
    const { orderId } = payload as { orderId: string }
    const stage = this.#stages.get(orderId) ?? 0
    const asked = LIFECYCLE.indexOf(event as (typeof LIFECYCLE)[number])
    const id = `${orderId} ${event}`
    if (isBusy) return refused('busy', true)
    if (asked < stage) return { ok: true, id, duplicate: true }
    if (asked > stage) return refused('out-of-order', false)
    this.#stages.set(orderId, stage + 1)
    this.accepted.push(id)
    return { ok: true, id }
  }
}

class Run {
  readonly #clock = createManualClock()
  readonly hub = new ModelHub()
  readonly failed: unknown[] = []
  readonly sender = new Sender(
    { clock: this.#clock, random: () => 0.5 },
    { outbox: createMemoryOutbox(), outboxLimit: 1000 },
    { failed: (event) => this.failed.push(event), emptied: () => {} },
  )
  readonly published: string[] = []
  #socket = new StubSocket({ role: 'vendor' })
  #processed = 0
  #left = new Map([...'abc'].map((orderId) => [orderId, [...LIFECYCLE]]))

  connect(): void {
    this.#socket = new StubSocket({ role: 'vendor' })
    this.#processed = 0
    this.sender.open(this.#socket, { ...welcome.limits, batchLength: 3 })
  }

  take(step: Step): void {
    if (step.kind === 'publish') this.#publish(step.orderId)
    if (step.kind === 'advance') this.#clock.advance(step.ms)
    if (step.kind === 'cut') this.#cut()
    if (step.kind === 'refuse-frame') this.#refuseFrame(step.temporary)
    if (step.kind === 'process') this.#process(step.busy, step.isAnswerLost)
  }

  /** The hub refuses nothing any more. */
  finish(): void {
    for (let round = 0; round < 100 && this.sender.unconfirmed > 0; round += 1) {
      this.#clock.advance(5000)
      this.#process([], false)
    }
  }

  #publish(orderId: string): void {
    const event = this.#left.get(orderId)?.shift()
    if (event === undefined) return
    const payload = event === 'pickup' ? order(orderId) : { store: 'acme', orderId }
    this.published.push(`${orderId} ${event}`)
    this.sender.publish(event, payload).catch(() => {})
  }

  #next(): { frame: Sent; batch: readonly Publication[] } | null {
    const frame = this.#socket.sentAs('publish')[this.#processed]
    if (frame === undefined) return null
    this.#processed += 1
    return { frame, batch: frame.values[0] as readonly Publication[] }
  }

  #process(busy: readonly boolean[], isAnswerLost: boolean): void {
    const next = this.#next()
    if (next === null) return
    const receipts = next.batch.map((publication, index) =>
      this.hub.decide(publication, busy[index % 8] === true),
    )
    if (isAnswerLost) this.#cut()
    else next.frame.answer(receipts)
  }

  #refuseFrame(temporary: boolean): void {
    const next = this.#next()
    // An undecodable frame of one event is that event's end; here every event can be decoded.
    const isFinal = !temporary && next?.batch.length === 1
    next?.frame.answer(isFinal ? refused('busy', true) : refused('malformed', temporary))
  }

  #cut(): void {
    this.sender.broke()
    this.connect()
  }
}

describe('link: publishing to a hub that refuses, cuts and forgets', () => {
  it('[LK24] brings every event to the hub once, each order in the order of the calls', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const run = new Run()
        run.connect()
        for (const step of script) run.take(step)
        run.finish()
        expect(run.failed).to.deep.equal([])
        expect([run.sender.unconfirmed, run.sender.confirmed]).to.deep.equal([0, run.published.length])
        for (const orderId of 'abc') {
          const ofOrder = (events: readonly string[]) => events.filter((event) => event.startsWith(orderId))
          expect(ofOrder(run.hub.accepted)).to.deep.equal(ofOrder(run.published))
        }
      }),
      { numRuns: 200 },
    )
  })
})
