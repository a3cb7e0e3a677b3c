/** Rows as columns, and back. What does not change in a step is not written again: an order is rewritten seven times on its way, and most of it stays. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { OrderState } from '../../../shared/protocol.ts'
import type { History } from '../../domain/history.ts'
import { BLANK, changed, type OrderRecord } from '../../domain/order-record.ts'
import type { ClosedQueue, ParticipantRecord } from '../../domain/participant.ts'
import type { Versioned } from './cached-rows.ts'

/** The texts of an order; null is as before. */
export interface OrderTexts {
  readonly details: string | null
  readonly events: string | null
  readonly dispatch: string | null
  readonly history: string
  /** Is that what is to be added to the history? */
  readonly isTail: boolean
}

/** History never changes but at its end; only an erasure rewrites it, which makes another `order` of it too. */
export const orderTexts = (before: OrderRecord | null, after: OrderRecord): OrderTexts => {
  const isTail = before !== null && before.order === after.order
  return {
    details: isTail ? null : JSON.stringify(after.order),
    events: before?.events === after.events ? null : JSON.stringify(after.events),
    dispatch: before?.dispatch === after.dispatch ? null : JSON.stringify(after.dispatch),
    history: isTail ? after.history.slice(before.history.length) : after.history,
    isTail,
  }
}

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

/** In the order of `PARTICIPANT_COLUMNS`. */
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

export const PARTICIPANT_COLUMNS =
  'id, version, is_active, away_since_ms, floor, queued, retrying, dead, closed'

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
