/**
 * A till of a store: makes orders at a steady pace, asks for their pickup, and thanks for each delivery, once an event whatever crashes. A delivery is
 * recorded in the journal before it is thanked for and acknowledged, so that a counted run knows after a restart what is done. A run is done when each of
 * its orders is thanked for or refused for good.
 */
import { type Clock, every } from '../shared/clock.ts'
import { messageOf } from '../shared/fault.ts'
import type { Link } from '../shared/link/api.ts'
import type { Log } from '../shared/log.ts'
import type { ProgressMark } from '../shared/outbox/api.ts'
import type { DriverPosition, HandedEvent } from '../shared/protocol.ts'
import type { EventLog } from '../shared/rate-limited-log.ts'
import type { VendorReport } from '../shared/run-report.ts'
import type { Journal } from './journal.ts'
import { type OrderSource, orderOf } from './orders.ts'
import { dueOrders, tickMs } from './pace.ts'
import { Tally } from './tally.ts'

/** While the hub takes nothing, no more orders than these are made. */
const MOST_UNCONFIRMED = 10_000

export interface VendorParts {
  readonly link: Pick<Link, 'publish' | 'on' | 'onPosition' | 'onStatus' | 'failed' | 'counts'>
  readonly outbox: ProgressMark
  readonly journal: Pick<Journal, 'has' | 'record' | 'thanked' | 'finishRun'>
  readonly clock: Clock
  readonly log: Log
  readonly eventLog: EventLog
}

export interface VendorWork {
  readonly participant: string
  readonly source: OrderSource
  /** The outbox's progress when the run began. */
  readonly base: number
  /** 0: without end. */
  readonly orders: number
  /** Orders a second. */
  readonly rate: number
}

export class Vendor {
  readonly #parts: VendorParts
  readonly #work: VendorWork
  readonly #tally = new Tally()
  #cancelPace = () => {}
  #next: number
  /** When the pace began, and the orders made since. */
  #pace: { startMs: number; made: number }
  #repeats = 0
  #isDone = false
  #tellDone: () => void = () => {}
  /** Resolves when a counted run is done; never, if it is without end. */
  readonly done: Promise<void>

  constructor(parts: VendorParts, work: VendorWork) {
    this.#parts = parts
    this.#work = work
    this.#next = Math.max(0, parts.outbox.progress() - work.base)
    this.#pace = { startMs: parts.clock.now(), made: 0 }
    this.done = new Promise((resolve) => {
      this.#tellDone = resolve
    })
  }

  /** Listens to the link and makes the first order at once. */
  start(): void {
    const { link, clock } = this.#parts
    if (this.#work.orders > 0) this.#tally.restore(this.#work.source, this.#next)
    link.on('in-transit', (event) => this.#see(event))
    link.on('delivered', (event) => this.#thank(event))
    link.onPosition((position) => this.#tellPosition(position))
    link.onStatus(({ kind }) => kind === 'failed' && this.#checkDone())
    this.#cancelPace = every(clock, tickMs(this.#work.rate), () => this.#makeDue())
    this.#pace = { startMs: clock.now(), made: 0 }
    this.#makeDue()
    this.#checkDone()
  }

  /** Makes no order any more. Deliveries are thanked for until the link is closed. */
  stop(): void {
    this.#cancelPace()
  }

  report(): VendorReport {
    const { confirmed, handled, repeatsDropped, redelivered } = this.#parts.link.counts()
    return {
      actor: 'vendor',
      participant: this.#work.participant,
      seed: this.#work.source.seed,
      created: this.#next,
      thanked: this.#parts.journal.thanked(),
      failed: this.failed(),
      confirmed,
      handled,
      repeatsDropped: repeatsDropped + this.#repeats,
      redelivered,
      latenciesMs: this.#tally.latenciesMs(),
    }
  }

  /** Orders of this run that the hub refused for good. */
  failed(): number {
    return this.#parts.link.failed().filter(({ payload }) => this.#tally.isOpen(payload.orderId)).length
  }

  #makeDue(): void {
    const nowMs = this.#parts.clock.now()
    const due = dueOrders(nowMs - this.#pace.startMs, this.#work.rate) - this.#pace.made
    for (let made = 0; made < due; made += 1) {
      if (this.#work.orders > 0 && this.#next >= this.#work.orders) return
      if (this.#parts.link.counts().unconfirmed < MOST_UNCONFIRMED) this.#makeOne(nowMs)
      // What is held back now is not made up for in a burst later.
      else this.#pace = { startMs: nowMs, made: 1 }
    }
  }

  #makeOne(nowMs: number): void {
    const { link, outbox, log, eventLog } = this.#parts
    const order = orderOf(this.#work.source, this.#next)
    this.#next += 1
    this.#pace.made += 1
    this.#tally.made(order.orderId, nowMs)
    // The link tells of refusals by its status, and an order that is unconfirmed at the end stays in the outbox.
    link
      .publish('pickup', order)
      .catch((thrown) => log.debug(`VENDOR: ${order.orderId}: ${messageOf(thrown)}`))
    outbox.saveProgress(this.#work.base + this.#next)
    // Only where it is seen: a line that nobody reads would use up those of the deliveries.
    if (log.isLevelEnabled('debug'))
      eventLog.event('ordered', () => log.debug(`VENDOR: asked for pickup of ${order.orderId}`))
  }

  #see({ payload }: HandedEvent): void {
    this.#parts.log.debug(`VENDOR: ${payload.orderId} is on its way with ${payload.driver}`)
  }

  async #thank({ id, payload: { orderId } }: HandedEvent): Promise<void> {
    const { journal, clock, log, eventLog } = this.#parts
    if (journal.has(id)) return this.#dropRepeat(orderId)
    const isOwn = this.#tally.isOpen(orderId)
    await journal.record(id, isOwn)
    this.#tally.thanked(orderId, clock.now())
    eventLog.event('thanked', () => log.info(`VENDOR: Thank you for delivering ${orderId}`))
    this.#checkDone()
  }

  /** Handled by an earlier process, which ended before the hub heard of it. */
  #dropRepeat(orderId: string): void {
    this.#repeats += 1
    this.#parts.log.debug(`VENDOR: has thanked for ${orderId} before`)
  }

  #tellPosition({ driver, lat, lng }: DriverPosition): void {
    this.#parts.log.debug(`VENDOR: ${driver} is at ${lat.toFixed(5)}, ${lng.toFixed(5)}`)
  }

  #checkDone(): void {
    const { orders } = this.#work
    if (this.#isDone || orders === 0 || this.#parts.journal.thanked() + this.failed() < orders) return
    this.#isDone = true
    void this.#parts.journal.finishRun().then(this.#tellDone)
  }
}
