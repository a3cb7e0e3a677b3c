/** Rows as columns, and back. What does not change in a step is not written again: an order is rewritten seven times on its way, and most of it stays. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { OrderState } from '../../../shared/protocol.ts'
import type { History } from '../../domain/history.ts'
import { BLANK, changed, type OrderRecord } from '../../domain/order-record.ts'
import type { ClosedQueue, ParticipantRecord } from '../../domain/participant.ts'
import type { Versioned } from './cached-rows.ts'

/** The texts of an order that has changed; null is as before. */
export interface OrderTexts {
  readonly details: string | null
  readonly events: string | null
  readonly dispatch: string | null
  readonly history: string
  /** If the history is rewritten: how many bytes it had, so that nothing is lost that others have added. Null if this is to be added to it. */
  readonly oldBytes: number | null
}

/** History never changes but at its end; only an erasure rewrites it, which makes another `order` of it too. */
export const orderTexts = (before: OrderRecord, after: OrderRecord): OrderTexts => {
  const isTail = before.order === after.order
  return {
    details: isTail ? null : JSON.stringify(after.order),
    events: before.events === after.events ? null : JSON.stringify(after.events),
    dispatch: before.dispatch === after.dispatch ? null : JSON.stringify(after.dispatch),
    history: isTail ? after.history.slice(before.history.length) : after.history,
    oldBytes: isTail ? null : Buffer.byteLength(before.history),
  }
}

/** Has nothing happened but that less of it is owed, and a line of history? That can be added to whatever another hub makes of the order [PQ15]. */
export const isOnlySettled = (before: OrderRecord, after: OrderRecord): boolean =>
  after.history.length > before.history.length &&
  after.owed <= before.owed &&
  after.order === before.order &&
  after.time === before.time &&
  after.state === before.state &&
  after.driver === before.driver &&
  after.events === before.events &&
  after.dispatch === before.dispatch &&
  after.endedMs === before.endedMs

/** In the order of `ORDER_COLUMNS`. */
export type OrderRow = [
  key: OrderKey,
  version: number,
  time: string,
  state: OrderState,
  driver: string | null,
  owed: number,
  endedMs: number | null,
  details: string,
  events: string,
  dispatch: string,
  history: string,
]

export const ORDER_COLUMNS =
  'key, version, time, state, driver, owed, ended_ms, details, events, dispatch, history'

export const orderIn = (row: OrderRow): Versioned<OrderRecord> & { readonly row: OrderRecord } => {
  const [key, version, time, state, driver, owed, endedMs, details, events, dispatch, history] = row
  const blank = { ...BLANK, key, time, order: JSON.parse(details) as OrderRecord['order'] }
  const record = changed(blank, {
    state,
    driver,
    events: JSON.parse(events) as OrderRecord['events'],
    dispatch: JSON.parse(dispatch) as OrderRecord['dispatch'],
    owed,
    endedMs,
    history: history as History,
  })
  return { row: record, version }
}

/** Have only its counters changed, or the place where reading starts? */
export const isOnlyCounted = (before: ParticipantRecord, after: ParticipantRecord): boolean =>
  before.isActive === after.isActive &&
  before.awaySinceMs === after.awaySinceMs &&
  JSON.stringify(before.closed) === JSON.stringify(after.closed)

/** Does everything that lies in the queue now belong to a closed one? */
export const isClosing = (before: ParticipantRecord, after: ParticipantRecord): boolean =>
  after.closed !== null && after.closed.upTo !== before.closed?.upTo

/** In the order of `PARTICIPANTS`. */
export type ParticipantRow = [
  id: ParticipantId,
  version: number,
  isActive: boolean,
  awaySinceMs: number | null,
  floor: number,
  queued: number,
  retrying: number,
  dead: number,
  closed: string | null,
]

/** Counters are what the row was made with, and what each hub has added since. */
export const PARTICIPANTS = `SELECT p.id, p.version, p.is_active, p.away_since_ms, greatest(p.floor, c.floor), p.queued + c.queued, p.retrying + c.retrying, p.dead + c.dead, p.closed
  FROM caps.participants p, LATERAL (
    SELECT coalesce(max(floor), 0) AS floor, coalesce(sum(queued), 0)::int8 AS queued, coalesce(sum(retrying), 0)::int8 AS retrying, coalesce(sum(dead), 0)::int8 AS dead
    FROM caps.counts WHERE participant = p.id
  ) c`

export const participantIn = (
  row: ParticipantRow,
): Versioned<ParticipantRecord> & { readonly row: ParticipantRecord } => {
  const [id, version, isActive, awaySinceMs, floor, queued, retrying, dead, closed] = row
  return {
    row: {
      ...{ id, isActive, awaySinceMs, floor, queued, retrying, dead },
      closed: closed === null ? null : (JSON.parse(closed) as ClosedQueue),
    },
    version,
  }
}
