/**
 * Hands one participant's queue over to its connection: reads it in order, keeps the window full, and writes down what the participant answers. An entry leaves the ledger when it is
 * acknowledged; one that fails moves to the retries, and at the delivery limit to the dead letters. Nothing is freed in memory before it is durable.
 */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Entry } from '../domain/entry.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import { positionOf, tokenOf } from '../domain/token.ts'
import type { Erasures } from './erasures.ts'
import { LateAcknowledgements } from './late-acknowledgements.ts'
import type { Pauses } from './pauses.ts'
import type {
  Delivery,
  DeliveryLedger,
  DeliveryOptions,
  DeliveryReports,
  DeliveryTransaction,
  Outlet,
} from './ports.ts'
import { QueueReader } from './queue-reader.ts'
import {
  acknowledge,
  BEHIND,
  type Failing,
  type Fate,
  fail,
  fateOf,
  moveBehind,
  moveFloor,
} from './queue-steps.ts'
import { boundedRetry } from './retry-delay.ts'
import { retryPages } from './retry-pages.ts'
import { type Slot, type Tally, Window } from './window.ts'

/** Entries that are read at a time: more make no queue faster, and what was read ahead lies in memory. */
const MOST_READ = 256

/** What all queues of a hub have in common. */
export interface QueueParts {
  readonly ledger: DeliveryLedger
  readonly reports: DeliveryReports
  readonly now: () => number
  readonly options: DeliveryOptions
  readonly erasures: Pick<Erasures, 'formOf' | 'written'>
  /** Whom an operator has stopped delivery to. */
  readonly pauses: Pick<Pauses, 'has'>
  readonly tally: Tally
  /** Do other hubs add to the queue, so that what its row counts is not all? */
  readonly isShared: boolean
}

/** A connection's end of a queue. */
export interface Attachment {
  readonly outlet: Outlet
  /** The participant as it is when its connection takes over. */
  readonly participant: ParticipantRecord
  /** Entries that may be in flight. */
  readonly windowEntries: number
}

export class QueueDelivery implements Delivery {
  readonly #parts: QueueParts
  readonly #attachment: Attachment
  readonly #id: ParticipantId
  readonly #window: Window
  readonly #reader: QueueReader
  readonly #failing = new LateAcknowledgements()
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
      this.#fail(late.map((slot) => ({ slot, what: 'not-acknowledged', reason: 'not acknowledged in time' })))
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
    this.#moveBehind(parking)
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

  acknowledge(tokens: readonly string[]): void {
    const inTime = this.#isOpen
      ? tokens.filter((token) => !this.#failing.acknowledge(positionOf(token)))
      : tokens
    this.#acknowledge(this.#answered(inTime, mayBeAcknowledged))
  }

  #acknowledge(slots: readonly Slot[]): void {
    if (slots.length === 0) return
    this.#settle(slots, {
      decide: (transaction) => {
        for (const slot of slots) acknowledge(transaction, this.#id, slot)
      },
      settled: () => {
        this.#reportAcknowledged(slots)
        this.#free(slots)
      },
    })
  }

  #reportAcknowledged(slots: readonly Slot[]): void {
    const { reports, now } = this.#parts
    const nowMs = now()
    reports.acknowledged(slots.length)
    for (const { entry } of slots) reports.delayed(entry.time, nowMs)
  }

  /** Entries that the answer may be about. The others are counted. */
  #answered(tokens: readonly string[], mayBe: (slot: Slot) => boolean): Slot[] {
    const slots: Slot[] = []
    for (const token of tokens) {
      const position = positionOf(token)
      const slot = position === null ? undefined : this.#window.slot(position)
      if (!this.#isOpen || slot === undefined || !mayBe(slot)) continue
      this.#window.settling(slot)
      slots.push(slot)
    }
    if (slots.length < tokens.length) this.#parts.reports.ignored(tokens.length - slots.length)
    return slots
  }

  /** What becomes of answered entries, and where the queue starts from then on. */
  #settle(
    slots: readonly Slot[],
    step: { decide(transaction: DeliveryTransaction): void; settled(): void },
  ): void {
    const { floor } = this.#window
    this.#parts.ledger.submit({
      orders: slots.map(({ order }) => order),
      participants: [this.#id],
      decide: (transaction) => {
        if (!transaction.owns(this.#id)) return
        step.decide(transaction)
        moveFloor(transaction, this.#id, floor)
      },
      settled: step.settled,
    })
  }

  /** Frees the slots of what is durably gone, and lets go what waited behind. */
  #free(slots: readonly Slot[]): void {
    if (!this.#isOpen) return
    const next = slots.flatMap((slot) => this.#window.gone(slot) ?? [])
    if (this.#isStopped) this.#heldBack.push(...next)
    else this.#hand(next)
    this.tick()
    this.#fill()
  }

  reject(rejections: readonly { entry: string; reason: string }[]): void {
    const reasons = new Map(rejections.map(({ entry, reason }) => [positionOf(entry), reason]))
    const slots = this.#answered([...new Set(rejections.map(({ entry }) => entry))], isInFlight)
    this.#fail(slots.map((slot) => ({ slot, what: 'rejected', reason: reasons.get(slot.entry.position)! })))
  }

  #fail(failing: readonly Failing[]): void {
    if (failing.length === 0) return
    const nowMs = this.#parts.now()
    for (const { slot } of failing) {
      this.#window.settling(slot)
      this.#failing.begin(slot.entry.position)
    }
    const fates = failing.map((one) => fateOf(one, nowMs, this.#parts.options))
    this.#moveBehind(fates.flatMap(({ slot, dueMs }) => (dueMs === null ? [] : this.#window.park(slot))))
    this.#settle(
      failing.map(({ slot }) => slot),
      {
        decide: (transaction) => {
          for (const fate of fates) fail(transaction, this.#id, fate, this.#parts.erasures)
        },
        settled: () => this.#failed(fates),
      },
    )
  }

  #failed(fates: readonly Fate[]): void {
    const dead = fates.filter(({ dueMs }) => dueMs === null)
    for (const { slot, reason } of fates) this.#parts.reports.failed(slot.entry, this.#id, reason)
    for (const { slot } of dead) this.#parts.reports.deadLettered(slot.entry, this.#id)
    if (!this.#isOpen) return
    for (const { slot, failures, dueMs } of fates)
      if (dueMs !== null) this.#window.movedToRetries(slot, { failures, dueMs })
    this.#settleLate(fates)
    this.#free(dead.map(({ slot }) => slot))
  }

  /** Acknowledgements that came while the failure was written: they count, unless the entry is dead. */
  #settleLate(fates: readonly Fate[]): void {
    const late = fates.filter(({ slot }) => this.#failing.end(slot.entry.position))
    const owed = late.filter(({ dueMs }) => dueMs !== null).map(({ slot }) => slot)
    if (owed.length < late.length) this.#parts.reports.ignored(late.length - owed.length)
    for (const slot of owed) this.#window.settling(slot)
    this.#acknowledge(owed)
  }

  /** Moves entries that must wait behind a parked one to the retries: the queue can then be read past them. */
  #moveBehind(slots: readonly Slot[]): void {
    if (slots.length === 0) return
    for (const slot of slots) this.#window.settling(slot)
    this.#parts.ledger.submit({
      participants: [this.#id],
      decide: (transaction) => {
        if (!transaction.owns(this.#id)) return
        for (const slot of slots) moveBehind(transaction, this.#id, slot, this.#parts.erasures)
      },
      settled: () => {
        if (!this.#isOpen) return
        for (const slot of slots) this.#window.movedToRetries(slot, BEHIND)
        this.tick()
        this.#fill()
      },
    })
  }

  detach(): void {
    if (this.#isOpen) this.#window.close()
    this.#isOpen = false
  }
}

/** A handover fails once: what was not acknowledged in time cannot be rejected as well. */
const isInFlight = ({ state }: Slot): boolean => state === 'flying'

/** Also while it waits after a handover whose acknowledgement comes late. */
const mayBeAcknowledged = (slot: Slot): boolean =>
  isInFlight(slot) || (slot.state === 'waiting' && slot.failures.length > 0)
