/**
 * The workload of scenario S1: a closed loop of orders of three events each. The vendor publishes `pickup`; the driver, when it gets that, publishes `in-transit` and `delivered`;
 * the vendor gets both, and begins the next order when it gets `delivered`. A round ends when every event has been confirmed and delivered, each once and those of an order in their order, and
 * the broker has the acknowledgements.
 */
import { randomUUID } from 'node:crypto'
import { Fault, messageOf } from '../../../shared/fault.ts'
import { percentile } from '../../load/figures.ts'
import { within } from '../../load/within.ts'
import type { Broker, Role } from './broker.ts'

const EVENTS = ['pickup', 'in-transit', 'delivered'] as const
export const EVENTS_AN_ORDER = EVENTS.length

const PICKUP = 0
const IN_TRANSIT = 1
const DELIVERED = 2
type Step = typeof PICKUP | typeof IN_TRANSIT | typeof DELIVERED

/** A bit for each event of an order that was confirmed, and above them one for each that was delivered. */
const MARKS_AN_ORDER = 2 * EVENTS_AN_ORDER
const confirmedMark = (step: number): number => 1 << step
const deliveredMark = (step: number): number => 1 << (EVENTS_AN_ORDER + step)

/** Orders; below it something is wrong. */
const LEAST_PER_SECOND = 200
const SHORTEST_LIMIT_MS = 30_000

export interface RoundOptions {
  readonly orders: number
  /** Orders that are open at a time. */
  readonly open: number
  /** How long a round may take; by default far longer than any should. */
  readonly limitMs?: number
}

const limitMsOf = ({ orders, limitMs }: RoundOptions): number =>
  limitMs ?? SHORTEST_LIMIT_MS + (orders * 1000) / LEAST_PER_SECOND

export interface Round {
  readonly eventsPerSecond: number
  /** Of an event, from its publishing to its delivery. */
  readonly p50Ms: number
  readonly p99Ms: number
}

interface Delivered {
  readonly event: string
  readonly payload: { readonly orderId: string }
}

/** About 230 bytes. */
const textOf = (step: Step, number: number): string =>
  JSON.stringify({
    id: randomUUID(),
    event: EVENTS[step],
    time: new Date().toISOString(),
    payload: {
      store: 'acme-widgets',
      orderId: `order-${number}`,
      customer: 'Ada Lovelace',
      address: '12 Saint James Square, London SW1',
    },
  })

export class Workload {
  readonly #publish: Broker['publish']
  #orders = 0
  /** Numbers go on from round to round: what comes late from an earlier one is seen. */
  #first = 0
  #begun = 0
  #marked = 0
  #marks = new Uint8Array()
  #publishedMs = new Float64Array()
  #tookMs = new Float64Array()
  #delivered = 0
  #finish: () => void = () => {}
  #fail: (error: unknown) => void = () => {}

  constructor(publish: Broker['publish']) {
    this.#publish = publish
  }

  /** @throws Fault when an event is lost, comes twice or out of order */
  async run(options: RoundOptions, acknowledged: Broker['acknowledged']): Promise<Round> {
    const { orders, open } = options
    this.#reset(orders)
    const ended = new Promise<void>((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
    })
    const beganMs = performance.now()
    for (let count = 0; count < Math.min(open, orders); count += 1) this.#begin()
    await within(ended.then(acknowledged), limitMsOf(options), `${orders} orders`).catch((error: unknown) => {
      throw new Fault('lost', `${messageOf(error)} ${this.#progress()}`)
    })
    const tookMs = performance.now() - beganMs
    return {
      eventsPerSecond: (orders * EVENTS_AN_ORDER * 1000) / tookMs,
      p50Ms: percentile([...this.#tookMs], 0.5),
      p99Ms: percentile([...this.#tookMs], 0.99),
    }
  }

  fail(error: unknown): void {
    this.#fail(error)
  }

  receive(as: Role, text: string): void {
    const { event, payload } = JSON.parse(text) as Delivered
    const step = EVENTS.indexOf(event as (typeof EVENTS)[number])
    const number = Number(payload.orderId.slice('order-'.length)) - this.#first
    const marks = this.#marks[number]
    const isDue = step === PICKUP || ((marks ?? 0) & deliveredMark(step - 1)) !== 0
    if (marks === undefined || (as === 'driver') !== (step === PICKUP) || !isDue)
      return this.#fail(
        new Fault('order', `The ${as} got ${event} of ${payload.orderId} when it was not due.`),
      )
    const place = number * EVENTS_AN_ORDER + step
    this.#tookMs[place] = performance.now() - this.#publishedMs[place]!
    this.#delivered += 1
    this.#mark(number, deliveredMark(step))
    this.#goOn(step, number)
  }

  #goOn(step: number, number: number): void {
    if (step === PICKUP) {
      this.#send('vendor', IN_TRANSIT, number)
      this.#send('vendor', DELIVERED, number)
    } else if (step === DELIVERED && this.#begun < this.#orders) this.#begin()
  }

  #reset(orders: number): void {
    this.#first += this.#orders
    this.#orders = orders
    this.#begun = 0
    this.#marked = 0
    this.#delivered = 0
    this.#marks = new Uint8Array(orders)
    this.#publishedMs = new Float64Array(orders * EVENTS_AN_ORDER)
    this.#tookMs = new Float64Array(orders * EVENTS_AN_ORDER)
  }

  #begin(): void {
    this.#begun += 1
    this.#send('driver', PICKUP, this.#begun - 1)
  }

  #send(to: Role, step: Step, number: number): void {
    this.#publishedMs[number * EVENTS_AN_ORDER + step] = performance.now()
    this.#publish(to, textOf(step, this.#first + number), () => this.#mark(number, confirmedMark(step)))
  }

  #mark(number: number, mark: number): void {
    const marks = this.#marks[number]!
    if ((marks & mark) !== 0)
      return this.#fail(
        new Fault('repeat', `An event of order-${this.#first + number} came, or was confirmed, twice.`),
      )
    this.#marks[number] = marks | mark
    this.#marked += 1
    if (this.#marked === this.#orders * MARKS_AN_ORDER) this.#finish()
  }

  #progress(): string {
    const confirmed = this.#marked - this.#delivered
    return `Of ${this.#orders * EVENTS_AN_ORDER} events ${confirmed} were confirmed and ${this.#delivered} delivered.`
  }
}
