/** The durable steps of an entry on its way out of a participant's queue: acknowledged, failed (then a retry or a dead letter), or moved behind a retry of its order. */
import type { ParticipantId } from '../../shared/ids.ts'
import type { HistoryItem } from '../../shared/protocol.ts'
import type { Failure } from '../domain/entry.ts'
import { addHistory, settleEntry } from '../domain/order.ts'
import { withFloor } from '../domain/participant.ts'
import { isoTime } from '../domain/time.ts'
import type { Erasures } from './erasures.ts'
import type { DeliveryOptions, DeliveryTransaction } from './ports.ts'
import { retryDelayMs } from './retry-delay.ts'
import type { Slot } from './window.ts'

/** The form in which an entry is written. */
type Written = Pick<Erasures, 'written'>

/** A handover that failed. */
export interface Failing {
  readonly slot: Slot
  readonly what: 'rejected' | 'not-acknowledged'
  readonly reason: string
}

/** How it goes on: as a retry that is due then, or (null) as a dead letter. */
export interface Fate extends Failing {
  readonly failures: readonly Failure[]
  readonly dueMs: number | null
}

export const fateOf = (failing: Failing, nowMs: number, options: DeliveryOptions): Fate => {
  const failures = [...failing.slot.failures, { time: isoTime(nowMs), reason: failing.reason }]
  const isDead = failures.length >= options.deliveryLimit
  return { ...failing, failures, dueMs: isDead ? null : nowMs + retryDelayMs(failures.length, options) }
}

/** Of what waits behind a retry: not handed over yet, and due as soon as it is the first of its order. */
export const BEHIND = { failures: [], dueMs: 0 } as const

/** KEYS the participant, the order, the entry where the slot says. EFFECT no longer owed. */
export const acknowledge = (
  transaction: DeliveryTransaction,
  id: ParticipantId,
  { entry, place, order }: Slot,
): void => {
  transaction.take(place, id, entry.position)
  const record = transaction.order(order)
  const item = { what: 'acknowledged', participant: id, event: entry.event } as const
  if (record !== undefined) transaction.putOrder(settleEntry(record, item, transaction.nowMs))
}

/** KEYS as above. EFFECT among the retries, or the dead letters. */
export const fail = (
  transaction: DeliveryTransaction,
  id: ParticipantId,
  fate: Fate,
  erasures: Written,
): void => {
  const { slot, what, reason, failures, dueMs } = fate
  const { entry, place } = slot
  transaction.take(place, id, entry.position)
  note(transaction, id, slot, { what, reason })
  if (dueMs !== null) return transaction.addRetry(id, erasures.written({ ...entry, failures, dueMs }))
  transaction.addDeadLetter(id, erasures.written({ ...entry, failures, deadMs: transaction.nowMs }))
  note(transaction, id, slot, { what: 'dead-letter' })
}

const note = (
  transaction: DeliveryTransaction,
  participant: ParticipantId,
  { order, entry }: Slot,
  item: Pick<HistoryItem, 'what' | 'reason'>,
): void => {
  const record = transaction.order(order)
  if (record === undefined) return
  transaction.putOrder(addHistory(record, { participant, event: entry.event, ...item }, transaction.nowMs))
}

/** KEYS the participant, the entry in its queue. EFFECT among the retries. */
export const moveBehind = (
  transaction: DeliveryTransaction,
  id: ParticipantId,
  { entry }: Slot,
  erasures: Written,
): void => {
  transaction.take('queue', id, entry.position)
  transaction.addRetry(id, erasures.written({ ...entry, ...BEHIND }))
}

/** KEYS the participant. EFFECT its queue is read from behind `floor`, at or below which nothing of it lies. */
export const moveFloor = (transaction: DeliveryTransaction, id: ParticipantId, floor: number): void => {
  const record = transaction.participant(id)
  if (record === undefined) return
  const moved = withFloor(record, floor)
  if (moved !== record) transaction.putParticipant(moved)
}
