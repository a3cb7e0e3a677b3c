/**
 * What a step changes of an order, as the journal holds it: fields that are new, whole; of `dispatch` only the members that are new; of events and history what was added. Applying patches again, also older ones to a row that has seen later
 * ones, gives the same row as long as all later ones follow: each says what is, none what is to be added to it.
 */
import type { OrderKey } from '../../../shared/ids.ts'
import { type History, NO_HISTORY } from '../../domain/history.ts'
import { type AcceptedEvent, type Dispatch, NOT_DISPATCHED, type OrderRecord } from '../../domain/order.ts'

/** All that is not kept apart. */
type Fields = Omit<OrderRecord, 'key' | 'dispatch' | 'events' | 'history'>

export interface OrderPatch {
  /** Is it about an order that was not there before, or another one of the same name? */
  readonly isNew: boolean
  readonly fields: Partial<Fields> | null
  readonly dispatch: Partial<Dispatch> | null
  /** What follows the first so many. */
  readonly events: { readonly kept: number; readonly added: readonly AcceptedEvent[] } | null
  /** What follows the first so many characters, and the comma behind them. */
  readonly history: { readonly kept: number; readonly added: string } | null
}

/** An order of which nothing is known. */
const BLANK: OrderRecord = {
  key: '' as OrderKey,
  time: '',
  order: { store: '', orderId: '', customer: '', address: '' },
  state: 'waiting',
  driver: null,
  events: [],
  dispatch: NOT_DISPATCHED,
  owed: 0,
  endedMs: null,
  history: NO_HISTORY,
}

const FIELDS = ['time', 'order', 'state', 'driver', 'owed', 'endedMs'] as const satisfies (keyof Fields)[]

const DISPATCH = [
  'position',
  'place',
  'failures',
  'offered',
  'declined',
  'lease',
  'isReplay',
] as const satisfies (keyof Dispatch)[]

/** Members that differ; null if none does. */
const differing = <T, Name extends keyof T>(
  before: T,
  after: T,
  names: readonly Name[],
): Partial<T> | null => {
  let found: Partial<T> | null = null
  for (const name of names) {
    if (before[name] === after[name]) continue
    found ??= {}
    found[name] = after[name]
  }
  return found
}

const addedEvents = (
  { events: { length: kept } }: OrderRecord,
  { events }: OrderRecord,
): OrderPatch['events'] => (events.length === kept ? null : { kept, added: events.slice(kept) })

const addedHistory = (
  { history: { length: kept } }: OrderRecord,
  { history }: OrderRecord,
): OrderPatch['history'] =>
  history.length === kept ? null : { kept, added: kept === 0 ? history : history.slice(kept + 1) }

/** @param known the row before the step, or an order of the same name that is gone; null if there was none */
export const patchOf = (known: OrderRecord | null, after: OrderRecord): OrderPatch => {
  const isNew = known?.order !== after.order
  const before = known === null || isNew ? BLANK : known
  return {
    isNew,
    fields: differing<Fields, keyof Fields>(before, after, FIELDS),
    dispatch:
      before.dispatch === after.dispatch ? null : differing(before.dispatch, after.dispatch, DISPATCH),
    events: addedEvents(before, after),
    history: addedHistory(before, after),
  }
}

const withAdded = (history: History, { kept, added }: NonNullable<OrderPatch['history']>): History =>
  (kept === 0 ? added : `${history.slice(0, kept)},${added}`) as History

/** @param known null if no row is known: then only a patch of a new order gives one that is whole */
export const patched = (key: OrderKey, known: OrderRecord | null, patch: OrderPatch): OrderRecord => {
  const before = known === null || patch.isNew ? BLANK : known
  const { events, history } = patch
  return {
    ...before,
    key,
    events: events === null ? before.events : [...before.events.slice(0, events.kept), ...events.added],
    dispatch: { ...before.dispatch, ...patch.dispatch },
    history: history === null ? before.history : withAdded(before.history, history),
    ...patch.fields,
  }
}

/** Is it known whole, or only what the journal has changed of it? */
export const isWhole = ({ time }: OrderRecord): boolean => time !== BLANK.time
