/**
 * A participant as the hub keeps it: the durable identity that it queues for. A queue that was left or has expired is *closed*: its entries up to a
 * position are not handed over any more, and upkeep removes them; the participant may come back meanwhile and starts a new queue behind them.
 */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Place } from './entry.ts'

export interface ClosedQueue {
  readonly reason: 'left' | 'expired'
  /** The last position that belongs to it. */
  readonly upTo: number
  /** Milliseconds since 1970. */
  readonly closedMs: number
  /** Entries that still lie in it, in all its places. */
  readonly entries: number
}

export interface ParticipantRecord {
  readonly id: ParticipantId
  /** Is it known, with a queue that grows? False once it has left or expired. */
  readonly isActive: boolean
  /** Since when it is away; null while connected. Milliseconds since 1970. */
  readonly awaySinceMs: number | null
  /** No entry of the open queue lies at or below this position: where reading starts. */
  readonly floor: number
  readonly queued: number
  readonly retrying: number
  readonly dead: number
  readonly closed: ClosedQueue | null
}

/**
 * The record after a step. As with orders, all are made in one place and have one shape: a participant's counters change with each of its entries.
 */
const changed = (
  record: ParticipantRecord,
  changes: Partial<Pick<ParticipantRecord, 'floor' | 'queued' | 'retrying' | 'dead'>>,
): ParticipantRecord => ({
  id: record.id,
  isActive: record.isActive,
  awaySinceMs: record.awaySinceMs,
  floor: changes.floor ?? record.floor,
  queued: changes.queued ?? record.queued,
  retrying: changes.retrying ?? record.retrying,
  dead: changes.dead ?? record.dead,
  closed: record.closed,
})

export const newParticipant = (id: ParticipantId, floor: number): ParticipantRecord => ({
  id,
  isActive: true,
  awaySinceMs: null,
  floor,
  queued: 0,
  retrying: 0,
  dead: 0,
  closed: null,
})

/** It was left, and is only there until upkeep has emptied its queue. */
export const hasLeft = ({ isActive, closed }: ParticipantRecord): boolean =>
  !isActive && closed?.reason === 'left'

/** The record after an entry was added at, or taken from, a place. One that lies in the closed queue counts there, whatever its place. */
export const countEntry = (
  record: ParticipantRecord,
  { place, position }: { place: Place; position: number },
  change: 1 | -1,
): ParticipantRecord => {
  const { closed } = record
  return closed !== null && position <= closed.upTo
    ? { ...record, closed: { ...closed, entries: closed.entries + change } }
    : counted(record, place, change)
}

const counted = (record: ParticipantRecord, place: Place, change: 1 | -1): ParticipantRecord => {
  if (place === 'queue') return changed(record, { queued: record.queued + change })
  return place === 'retry'
    ? changed(record, { retrying: record.retrying + change })
    : changed(record, { dead: record.dead + change })
}

/** The record whose open queue has no entry at or below `floor`; the same one if that is known already. */
export const withFloor = (record: ParticipantRecord, floor: number): ParticipantRecord =>
  floor > record.floor ? changed(record, { floor }) : record

/** Entries that wait for it; dead letters do not. */
export const owedTo = (record: ParticipantRecord): number => record.queued + record.retrying

/** Closes the queue: what lies in it up to `upTo`, retries and dead letters included, is upkeep's from now on. */
export const closeQueue = (
  record: ParticipantRecord,
  closing: { reason: ClosedQueue['reason']; upTo: number; nowMs: number },
): ParticipantRecord => ({
  ...record,
  isActive: false,
  floor: closing.upTo,
  queued: 0,
  retrying: 0,
  dead: 0,
  closed: {
    reason: closing.reason,
    upTo: closing.upTo,
    closedMs: closing.nowMs,
    entries: owedTo(record) + record.dead + (record.closed?.entries ?? 0),
  },
})
