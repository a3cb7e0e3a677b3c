/** What keeps the hub from taking more than it can keep. Only a new order is ever refused for it, never a later event of an accepted one. */
import type { ReceiptCode } from '../../shared/codes.ts'
import { owedTo, type ParticipantRecord } from '../domain/participant.ts'

export interface PickupLimits {
  /** Entries that may wait for one participant, or for the fleet. */
  readonly queueLength: number
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
