/**
 * What becomes of a queue's entries that the participant has answered, or has not answered in time. Acknowledged entries leave the ledger; one that fails moves to the retries, and at the delivery limit to the dead letters;
 * what waits behind a retry of its order moves there as well. Nothing is freed in the window before it is durable.
 */
import type { ParticipantId } from '../../shared/ids.ts'
import { positionOf } from '../domain/token.ts'
import { LateAcknowledgements } from './late-acknowledgements.ts'
import type { DeliveryTransaction } from './ports.ts'
import type { QueueParts } from './queue-parts.ts'
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
import type { Slot, Window } from './window.ts'

export interface AnsweredQueue {
  readonly parts: Pick<QueueParts, 'ledger' | 'reports' | 'now' | 'options' | 'erasures'>
  readonly participant: ParticipantId
  readonly window: Window
  /** Something is durably gone or moved, and so there may be room. @param next entries that may leave now */
  freed(next: readonly Slot[]): void
}

export class QueueAnswers {
  readonly #parts: AnsweredQueue['parts']
  readonly #id: ParticipantId
  readonly #window: Window
  readonly #freed: AnsweredQueue['freed']
  readonly #failing = new LateAcknowledgements()
  #isOpen = true

  constructor({ parts, participant, window, freed }: AnsweredQueue) {
    this.#parts = parts
    this.#id = participant
    this.#window = window
    this.#freed = freed
  }

  /** Nobody answers any more, nor asks. What is on its way to the disk becomes durable all the same. */
  close(): void {
    this.#isOpen = false
  }

  acknowledge(tokens: readonly string[]): void {
    const inTime = tokens.filter((token) => !this.#failing.acknowledge(positionOf(token)))
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
      if (slot === undefined || !mayBe(slot)) continue
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
    this.#freed(slots.flatMap((slot) => this.#window.gone(slot) ?? []))
  }

  reject(rejections: readonly { entry: string; reason: string }[]): void {
    const reasons = new Map(rejections.map(({ entry, reason }) => [positionOf(entry), reason]))
    const slots = this.#answered([...new Set(rejections.map(({ entry }) => entry))], isInFlight)
    this.fail(slots.map((slot) => ({ slot, what: 'rejected', reason: reasons.get(slot.entry.position)! })))
  }

  /** Handovers that have failed. */
  fail(failing: readonly Failing[]): void {
    if (failing.length === 0) return
    const nowMs = this.#parts.now()
    for (const { slot } of failing) {
      this.#window.settling(slot)
      this.#failing.begin(slot.entry.position)
    }
    const fates = failing.map((one) => fateOf(one, nowMs, this.#parts.options))
    this.moveBehind(fates.flatMap(({ slot, dueMs }) => (dueMs === null ? [] : this.#window.park(slot))))
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
  moveBehind(slots: readonly Slot[]): void {
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
        this.#freed([])
      },
    })
  }
}

/** A handover fails once: what was not acknowledged in time cannot be rejected as well. */
const isInFlight = ({ state }: Slot): boolean => state === 'flying'

/** Also while it waits after a handover whose acknowledgement comes late. */
const mayBeAcknowledged = (slot: Slot): boolean =>
  isInFlight(slot) || (slot.state === 'waiting' && slot.failures.length > 0)
