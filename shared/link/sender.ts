/**
 * From the outbox to the hub: stores every event first, sends what is stored in `publish` frames while a connection is open, settles each by its
 * receipt. An event is confirmed, failed (refused for good), or it stays owed: a temporary refusal rests for a growing time and goes out
 * again, a broken connection sends everything unconfirmed again, in order. The hub knows repeats and answers them with the first receipt.
 */
import type { RefusalCode } from '../codes.ts'
import { Fault } from '../fault.ts'
import type { Outbox } from '../outbox/api.ts'
import type { Accepted, EventName, Limits, Receipt, Refused } from '../protocol.ts'
import type { FailedEvent, Publishable } from './api.ts'
import { nextDelayMs } from './backoff.ts'
import type { HubSocket } from './hub-socket.ts'
import { type Outcome, outcomesOf } from './outcome.ts'
import { Debts, type Owed } from './owed.ts'
import { publicationIn, tooLarge, writtenBefore, writtenEvent } from './publication.ts'
import { ReadyLine } from './ready-line.ts'
import type { Timing } from './timing.ts'

const MOST_FRAMES_UNANSWERED = 4

/** Connection over which the sender sends; its identity tells late answers from current ones. */
interface Sending {
  readonly socket: HubSocket
  readonly limits: Limits
  unanswered: number
}

export interface SenderOwner {
  failed(failed: FailedEvent): void
  /** Nothing is owed any more. */
  emptied(): void
}

export interface SenderOptions {
  readonly outbox: Outbox
  /** Events that may be owed at a time. */
  readonly outboxLimit: number
}

export class Sender {
  readonly #timing: Timing
  readonly #outbox: Outbox
  readonly #outboxLimit: number
  readonly #owner: SenderOwner
  readonly #debts = new Debts()
  readonly #line = new ReadyLine()
  /** Cancels the timers of what rests. */
  readonly #rests = new Set<() => void>()
  #sending: Sending | null = null
  #isFlushDue = false
  #lastNumber = 0
  #confirmed = 0
  #ended: Fault | null = null

  constructor(timing: Timing, options: SenderOptions, owner: SenderOwner) {
    this.#timing = timing
    this.#outbox = options.outbox
    this.#outboxLimit = options.outboxLimit
    this.#owner = owner
    for (const { number, text } of this.#outbox.pending()) {
      this.#debts.add(number, writtenBefore(text), null).state = 'ready'
      this.#lastNumber = number
    }
  }

  get confirmed(): number {
    return this.#confirmed
  }

  get unconfirmed(): number {
    return this.#debts.size
  }

  publish<E extends EventName>(event: E, payload: Publishable[E]): Promise<Accepted> {
    const written = writtenEvent(event, payload)
    if (written instanceof Fault) return Promise.reject(written)
    const fault = this.#ended ?? this.#overflow() ?? this.#oversize(written.bytes)
    if (fault !== null) return Promise.reject(fault)
    return new Promise((resolve, reject) => {
      this.#lastNumber += 1
      this.#store(this.#debts.add(this.#lastNumber, written, { resolve, reject }))
    })
  }

  /** Sends everything that is owed, oldest first. */
  open(socket: HubSocket, limits: Limits): void {
    this.#sending = { socket, limits, unanswered: 0 }
    this.#line.clear()
    const stored = [...this.#debts.all()].filter(({ state }) => state !== 'storing')
    for (const owed of stored) owed.state = 'ready'
    for (const owed of stored) this.#lineUp(owed, limits)
    this.#flush()
  }

  broke(): void {
    this.#sending = null
    for (const cancel of this.#rests) cancel()
    this.#rests.clear()
  }

  /** Rejects everything that waits, and whatever is published from now on. What is owed stays in the outbox. */
  end(fault: Fault): void {
    if (this.#ended !== null) return
    this.#ended = fault
    this.broke()
    this.#line.clear()
    for (const { waiting } of this.#debts.all()) waiting?.reject(fault)
  }

  #overflow(): Fault | null {
    if (this.#debts.size < this.#outboxLimit) return null
    return new Fault('outbox-full', `The outbox holds ${this.#debts.size} unconfirmed events, its limit.`)
  }

  #oversize(bytes: number): Fault | null {
    const mostBytes = this.#sending?.limits.eventBytes ?? Number.POSITIVE_INFINITY
    return bytes > mostBytes ? tooLarge(bytes, mostBytes) : null
  }

  #store(owed: Owed): void {
    this.#outbox.add(owed, () => {
      this.#makeReady(owed)
      this.#flushAtEndOfTurn()
    })
  }

  #makeReady(owed: Owed): void {
    owed.state = 'ready'
    // Without a connection there is no line: the next one makes it anew from all that is owed.
    if (this.#sending !== null) this.#lineUp(owed, this.#sending.limits)
  }

  /** What was stored before the hub told its limits may turn out too large; sent, it would break the connection again and again. */
  #lineUp(owed: Owed, { eventBytes }: Limits): void {
    if (owed.bytes <= eventBytes) this.#line.add(owed)
    else this.#fail(owed, 'too-large', tooLarge(owed.bytes, eventBytes).message)
  }

  #flushAtEndOfTurn(): void {
    if (this.#isFlushDue || this.#sending === null) return
    this.#isFlushDue = true
    this.#timing.clock.endOfTurn(() => {
      this.#isFlushDue = false
      this.#flush()
    })
  }

  #flush(): void {
    const sending = this.#sending
    while (sending !== null && sending === this.#sending && sending.unanswered < MOST_FRAMES_UNANSWERED) {
      const frame = this.#line.takeFrame(sending.limits)
      if (frame.length === 0) return
      this.#send(sending, frame)
    }
  }

  #send(sending: Sending, frame: readonly Owed[]): void {
    sending.unanswered += 1
    const answered = (answer: readonly Receipt[] | Refused) => {
      if (this.#sending !== sending) return
      sending.unanswered -= 1
      this.#take(frame, outcomesOf(frame, answer))
      this.#flush()
    }
    const texts = frame.map(({ text }) => text)
    sending.socket.publish(texts, answered)
  }

  #take(frame: readonly Owed[], outcomes: readonly Outcome[]): void {
    const confirmed = frame.filter((_, index) => outcomes[index]?.kind === 'confirmed')
    if (confirmed.length > 0) this.#outbox.confirm(confirmed.map(({ number }) => number))
    // Marked before anything settles, so that nothing goes out behind an event that rests.
    if (confirmed.length < frame.length) this.#holdBack(frame, outcomes)
    frame.forEach((owed, index) => void this.#close(owed, outcomes[index] as Outcome))
    if (this.#debts.size === 0) this.#owner.emptied()
  }

  #close(owed: Owed, outcome: Outcome): void {
    if (outcome.kind === 'failed') this.#fail(owed, outcome.code, outcome.message)
    if (outcome.kind !== 'confirmed') return
    this.#confirmed += 1
    this.#settle(owed)
    owed.waiting?.resolve(outcome.receipt)
  }

  #holdBack(frame: readonly Owed[], outcomes: readonly Outcome[]): void {
    this.#rest(frame, outcomes)
    this.#isolate(frame.filter((_, index) => outcomes[index]?.kind === 'alone'))
  }

  #isolate(frame: readonly Owed[]): void {
    if (frame.length === 0) return
    for (const owed of frame) {
      owed.isAlone = true
      owed.state = 'ready'
    }
    this.#line.addInFront(frame)
  }

  /** One timer for all of a frame that were refused for now. */
  #rest(frame: readonly Owed[], outcomes: readonly Outcome[]): void {
    const resting: Owed[] = []
    let delayMs = 0
    for (const [index, owed] of frame.entries()) {
      const outcome = outcomes[index] as Outcome
      if (outcome.kind !== 'later') continue
      resting.push(owed)
      owed.state = 'resting'
      owed.refusals += 1
      delayMs = Math.max(delayMs, outcome.afterMs, nextDelayMs(owed.refusals, this.#timing.random()))
    }
    if (resting.length > 0) this.#wakeAfter(delayMs, resting)
  }

  /** When the connection breaks first, the rest is cut short: the next one takes up everything. */
  #wakeAfter(delayMs: number, resting: readonly Owed[]): void {
    const cancel = this.#timing.clock.after(delayMs, () => {
      this.#rests.delete(cancel)
      for (const owed of resting) this.#makeReady(owed)
      this.#flush()
    })
    this.#rests.add(cancel)
  }

  #fail(owed: Owed, code: RefusalCode, message: string): void {
    const failed: FailedEvent = { ...publicationIn(owed.text), code, message }
    this.#outbox.fail(owed.number, failed)
    this.#settle(owed)
    owed.waiting?.reject(new Fault(code, message))
    this.#owner.failed(failed)
  }

  #settle(owed: Owed): void {
    const released = this.#debts.settle(owed)
    if (released !== null) this.#makeReady(released)
  }
}
