/**
 * Gives events to the link and writes down what becomes of each: `sent` before the link has it, `confirmed` when its receipt is there. What the hub refuses for good the link
 * tells as a status, also of events that an earlier life left in the outbox.
 */
import type { Link, Publishable } from '../../../shared/link/api.ts'
import { detailsSum, orderOf, orderSum, progressOf } from '../orders.ts'
import { type EventName, type History, nowMs, type ParticipantLine } from '../records.ts'
import { type EventKey, eventKey, type Past } from './past.ts'

export class Publisher {
  readonly #link: Link
  readonly #history: History<ParticipantLine>
  readonly #left: Set<EventKey>
  #n = 0
  moves = 0

  constructor(link: Link, history: History<ParticipantLine>, past: Past) {
    this.#link = link
    this.#history = history
    this.#left = new Set(past.left)
    link.onStatus((status) => {
      if (status.kind !== 'failed') return
      const { event, payload, code } = status.failed
      this.#left.delete(eventKey(event, payload.store, payload.orderId))
      history.write([nowMs(), 'refused', event, payload.store, payload.orderId, code])
    })
  }

  get unconfirmed(): number {
    return this.#link.counts().unconfirmed
  }

  /** An earlier life stored it: the outbox sends it. */
  isLeft(event: EventName, store: string, order: string): boolean {
    return this.#left.has(eventKey(event, store, order))
  }

  /** @returns true if this call made the outbox's debts of earlier lives a thing of the past */
  forgetLeft(): boolean {
    if (this.#left.size === 0 || this.unconfirmed > 0) return false
    this.#left.clear()
    return true
  }

  /** Resolves whether the hub has confirmed it; false if it refused it for good, or the link ended before. */
  async publish(event: EventName, store: string, orderId: string): Promise<boolean> {
    const order = orderOf(store, orderId)
    const payload = event === 'pickup' ? order : progressOf(store, orderId, event)
    this.#n += 1
    const n = this.#n
    const sum = event === 'pickup' ? orderSum(order) : ''
    this.#write([nowMs(), 'sent', n, event, store, orderId, sum, detailsSum(payload)])
    try {
      const { id, duplicate } = await this.#link.publish(event, payload as Publishable[typeof event])
      this.#write([nowMs(), 'confirmed', n, id, duplicate === true ? 1 : 0])
      return true
    } catch {
      return false
    }
  }

  #write(line: ParticipantLine): void {
    this.moves += 1
    this.#history.write(line)
  }
}
