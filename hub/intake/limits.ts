/** What keeps the hub from taking more than it can keep. Only a new order is ever refused for it, never a later event of an accepted one. */
import type { ReceiptCode } from '../../shared/codes.ts'
import { owedTo, type ParticipantRecord } from '../domain/participant.ts'

export interface PickupLimits {
  /** Entries that may wait for one participant, or for the fleet. */
  readonly queueLength: number
  /** New orders a second from one connection, as a long-term mean; also the greatest burst. 0: no limit. */
  readonly pickupsPerSecond: number
}

export interface PickupRefusal {
  readonly code: ReceiptCode
  readonly message: string
  readonly retryAfterMs: number
}

const RETRY_AFTER_MS = 1000

/** Why an order cannot be taken now; null if it can. `queues` are those of the fleet and of the store's participants. */
export const pickupRefusal = (
  queues: readonly (ParticipantRecord | undefined)[],
  state: { queueLength: number; isDiskLow: boolean },
): PickupRefusal | null => {
  if (state.isDiskLow)
    return { code: 'disk-low', message: 'The hub is short of disk space.', retryAfterMs: 5 * RETRY_AFTER_MS }
  const full = queues.find((queue) => queue !== undefined && owedTo(queue) >= state.queueLength)
  return full === undefined
    ? null
    : { code: 'queue-full', message: `The queue of ${full.id} is full.`, retryAfterMs: RETRY_AFTER_MS }
}

/** Of a token: whole numbers, so that milliseconds and rates add up without rounding. */
const PARTS = 1000

/** A token bucket (https://en.wikipedia.org/wiki/Token_bucket) that holds one second's worth. */
export class TokenBucket {
  readonly #perSecond: number
  #parts: number
  #filledMs: number

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#parts = perSecond * PARTS
    this.#filledMs = nowMs
  }

  /** Milliseconds to wait for a token; 0 if there was one, which is then taken. @param nowMs whole ones */
  take(nowMs: number): number {
    if (this.#perSecond === 0) return 0
    const gained = Math.max(0, nowMs - this.#filledMs) * this.#perSecond
    this.#parts = Math.min(this.#perSecond * PARTS, this.#parts + gained)
    this.#filledMs = nowMs
    if (this.#parts < PARTS) return Math.ceil((PARTS - this.#parts) / this.#perSecond)
    this.#parts -= PARTS
    return 0
  }
}
