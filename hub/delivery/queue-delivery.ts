/**
 * Hands one participant's queue over to its connection: reads it in order, keeps the window full, and hands over again what is due. What becomes of entries that are handed over is written down by `QueueAnswers`.
 */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Entry } from '../domain/entry.ts'
import { tokenOf } from '../domain/token.ts'
import type { Delivery } from './ports.ts'
import { QueueAnswers } from './queue-answers.ts'
import type { Attachment, QueueParts } from './queue-parts.ts'
import { QueueReader } from './queue-reader.ts'
import { boundedRetry } from './retry-delay.ts'
import { retryPages } from './retry-pages.ts'
import { type Slot, Window } from './window.ts'

/** Entries that are read at a time: more make no queue faster, and what was read ahead lies in memory. */
const MOST_READ = 256

export class QueueDelivery implements Delivery {
  readonly #parts: QueueParts
  readonly #attachment: Attachment
  readonly #id: ParticipantId
  readonly #window: Window
  readonly #reader: QueueReader
  readonly #answers: QueueAnswers
  #isOpen = true
  #hasRetries: boolean
  #isToldPaused = false
  /** First of their orders, and due, when delivery was stopped. */
  #heldBack: Slot[] = []

  /** @param isEmpty will everything that is to be handed over be announced from now on? If not, it must be started */
  constructor(parts: QueueParts, attachment: Attachment, { isEmpty }: { isEmpty: boolean }) {
    const { ledger, options, tally } = parts
    const { participant, windowEntries } = attachment
    this.#parts = parts
    this.#attachment = attachment
    this.#id = participant.id
    this.#hasRetries = isEmpty
    const limits = { entries: windowEntries, bytes: options.windowBytes }
    this.#window = new Window(limits, participant.floor, tally)
    this.#answers = new QueueAnswers({
      parts,
      participant: participant.id,
      window: this.#window,
      freed: (next) => this.#freed(next),
    })
    this.#reader = new QueueReader(
      ledger,
      {
        participant: participant.id,
        after: participant.floor,
        chunk: Math.min(windowEntries, MOST_READ),
        most: windowEntries,
        bytes: options.windowBytes,
        hasCaughtUp: isEmpty,
      },
      () => this.#fill(),
    )
  }

  /** Begins with what waits for a retry, so that lanes are known before the queue behind them is read. */
  async start(): Promise<void> {
    // What lies at or below the end of a closed queue is upkeep's.
    const { ledger, now, options } = this.#parts
    const { retrying, closed } = this.#attachment.participant
    // The row counts them, and since it was read nobody but this delivery can have added one.
    const pages = retrying > 0 || this.#parts.isShared ? retryPages(ledger, this.#id, closed?.upTo ?? 0) : []
    for await (const page of pages) {
      if (!this.#isOpen) return
      for (const retry of page) this.#window.takeRetry(boundedRetry(retry, now(), options))
    }
    if (!this.#isOpen) return
    this.#hasRetries = true
    this.tick()
    this.#fill()
  }

  /** Nothing is left to hand over, to wait for or to write down until something is appended. */
  get isDone(): boolean {
    return this.#hasRetries && this.#window.isEmpty && this.#reader.isAtEnd
  }

  /** Entries that have become durable at the end of this queue. */
  appended(entries: readonly Entry[]): void {
    this.#reader.appended(entries)
    this.#fill()
  }

  /** To be called every now and then: what is overdue fails, what is due is handed over again. */
  tick(): void {
    if (!this.#isOpen || !this.#hasRetries) return
    const nowMs = this.#parts.now()
    const late = this.#window.overdue(nowMs)
    if (late.length > 0)
      this.#answers.fail(
        late.map((slot) => ({ slot, what: 'not-acknowledged', reason: 'not acknowledged in time' })),
      )
    if (this.#isStopped) return
    const due = this.#window.due(nowMs)
    if (due.length > 0) this.#hand(due)
  }

  /** At the bound of retries the participant gets nothing new until it has dealt with them. */
  get isPaused(): boolean {
    return this.#window.retries >= this.#parts.options.retryBound
  }

  /** When the oldest event at hand was accepted, ISO 8601; null if none is. */
  get oldestTime(): string | null {
    return this.#window.oldest?.time ?? null
  }

  get inFlight(): number {
    return this.#window.inFlight
  }

  get #isStopped(): boolean {
    return this.#parts.pauses.has(this.#id)
  }

  /** Delivery to the participant goes on. */
  resume(): void {
    if (!this.#isOpen) return
    this.#hand(this.#heldBack.splice(0))
    this.tick()
    this.#fill()
  }

  #fill(): void {
    if (!this.#isOpen || !this.#hasRetries || this.#isStopped) return
    const leaving: Slot[] = []
    const parking: Slot[] = []
    while (this.#window.hasRoom() && !this.isPaused) {
      const entry = this.#reader.peek()
      if (entry === undefined) break
      const taken = this.#window.take(entry)
      if (taken === null) break
      this.#reader.shift()
      if (taken.next === 'park') parking.push(taken.slot)
      if (taken.next !== 'fly') continue
      this.#fly(taken.slot)
      leaving.push(taken.slot)
    }
    this.#answers.moveBehind(parking)
    this.#send(leaving)
    this.#tellPause()
  }

  #tellPause(): void {
    if (this.isPaused === this.#isToldPaused) return
    this.#isToldPaused = this.isPaused
    this.#parts.reports.paused(this.#id, this.isPaused)
  }

  #fly(slot: Slot): void {
    this.#window.fly(slot, this.#parts.now() + this.#parts.options.ackTimeoutMs)
  }

  #hand(slots: readonly Slot[]): void {
    for (const slot of slots) this.#fly(slot)
    this.#send(slots)
  }

  #send(slots: readonly Slot[]): void {
    if (slots.length === 0) return
    const { erasures } = this.#parts
    const handovers = slots.map(({ entry, failures }) => ({
      entry: erasures.formOf(entry),
      token: tokenOf(entry.position),
      attempt: failures.length + 1,
    }))
    this.#attachment.outlet.hand(handovers)
    this.#parts.reports.handedOver(handovers, this.#id)
  }

  #freed(next: readonly Slot[]): void {
    if (this.#isStopped) this.#heldBack.push(...next)
    else this.#hand(next)
    this.tick()
    this.#fill()
  }

  acknowledge(tokens: readonly string[]): void {
    this.#answers.acknowledge(tokens)
  }

  reject(rejections: readonly { entry: string; reason: string }[]): void {
    this.#answers.reject(rejections)
  }

  detach(): void {
    if (this.#isOpen) this.#window.close()
    this.#answers.close()
    this.#isOpen = false
  }
}
