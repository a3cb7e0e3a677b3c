/**
 * What a step changes of an order, as the journal holds it: fields that are new, whole; of `dispatch` only the members that are new; of events and history what was added. Applying patches again, also older ones to a row that has seen later
 * ones, gives the same row as long as all later ones follow: each says what is, none what is to be added to it.
 */
import type { OrderKey } from '../../../shared/ids.ts'
import type { History } from '../../domain/history.ts'
import {
  type AcceptedEvent,
  BLANK,
  changed,
  type Dispatch,
  dispatched,
  type OrderRecord,
} from '../../domain/order-record.ts'

/** All that is not kept apart. */
export type Fields = Omit<OrderRecord, 'key' | 'dispatch' | 'events' | 'history'>

/** As it is read from the journal. */
export interface OrderPatch {
  readonly fields: Partial<Fields> | null
  readonly dispatch: Partial<Dispatch> | null
  /** How many stay, and what follows them. */
  readonly events: readonly [kept: number, ...added: AcceptedEvent[]] | null
  /** What follows the first so many characters, and the comma behind them. */
  readonly history: { readonly kept: number; readonly added: string } | null
}

/** Is it another order, of the same name, than the one that is known, if one is? */
export const isNew = (known: OrderRecord | null, { order }: OrderRecord): boolean => known?.order !== order

const withEvents = (
  events: OrderRecord['events'],
  [kept, ...added]: NonNullable<OrderPatch['events']>,
): OrderRecord['events'] => [...events.slice(0, kept), ...added]

const withAdded = (history: History, { kept, added }: NonNullable<OrderPatch['history']>): History =>
  (kept === 0 ? added : `${history.slice(0, kept)},${added}`) as History

/** @param known null if the order is new, or no row is known: then only a patch of a new order gives one that is whole */
export const patched = (key: OrderKey, known: OrderRecord | null, patch: OrderPatch): OrderRecord => {
  const before = known ?? BLANK
  const { fields, dispatch, events, history } = patch
  return changed(
    { ...before, key, ...fields },
    {
      dispatch: dispatched(before.dispatch, dispatch ?? {}),
      events: events === null ? before.events : withEvents(before.events, events),
      history: history === null ? before.history : withAdded(before.history, history),
    },
  )
}

/** Is it known whole, or only what the journal has changed of it? */
export const isWhole = ({ time }: OrderRecord): boolean => time !== BLANK.time
