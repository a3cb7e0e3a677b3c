/**
 * What a step changes of an order, as the journal holds it: the fields that are new, whole; of `dispatch` only the members that are new, of the history what was added. Applying patches again, also older ones to a row that has seen later ones,
 * gives the same row as long as all later ones follow: each says what is, none what is to be added to it.
 */
import { type History, NO_HISTORY } from '../../domain/history.ts'
import type { OrderRecord } from '../../domain/order.ts'

type Members = Readonly<Record<string, unknown>>

export interface OrderPatch {
  readonly fields?: Partial<OrderRecord> | undefined
  readonly dispatch?: Partial<OrderRecord['dispatch']> | undefined
  /** What follows the first so many characters. */
  readonly history?: readonly [kept: number, added: History] | undefined
}

/** Members that differ, but for some; undefined if none does. Both have the same ones. */
const differing = <T extends object>(
  before: T,
  after: T,
  isLeftOut: (name: string) => boolean,
): Partial<T> | undefined => {
  let found: Record<string, unknown> | undefined
  for (const name in after) {
    if (before[name] === after[name] || isLeftOut(name)) continue
    found ??= {}
    found[name] = (after as Members)[name]
  }
  return found as Partial<T> | undefined
}

const isPatched = (name: string): boolean => name === 'dispatch' || name === 'history'
const nothing = (): boolean => false

/** A history only ever grows at its end. */
const historyPatch = (before: History, after: History): OrderPatch['history'] => {
  if (before.length === after.length) return undefined
  return before === NO_HISTORY ? [0, after] : [before.length, after.slice(before.length + 1) as History]
}

/** The end of a history that was cut off is put there, or another one. */
const withEnd = (history: History, kept: number, added: History): History =>
  (kept === 0 ? added : `${history.slice(0, kept)},${added}`) as History

const wholePatch = ({ dispatch, history, ...fields }: OrderRecord): OrderPatch => ({
  fields,
  dispatch,
  history: [0, history],
})

/** @param before the row before the step, or an order of the same name that is gone; null if there was none */
export const patchOf = (before: OrderRecord | null, after: OrderRecord): OrderPatch =>
  before?.order !== after.order
    ? wholePatch(after)
    : {
        fields: differing(before, after, isPatched),
        dispatch:
          before.dispatch === after.dispatch
            ? undefined
            : differing(before.dispatch, after.dispatch, nothing),
        history: historyPatch(before.history, after.history),
      }

/** @param before null if no row is known: then only a patch that makes an order gives one that is whole */
export const patched = (before: OrderRecord | null, patch: OrderPatch): OrderRecord => {
  const record = before ?? ({ history: NO_HISTORY } as OrderRecord)
  return {
    key: record.key,
    time: record.time,
    order: record.order,
    state: record.state,
    driver: record.driver,
    events: record.events,
    dispatch: { ...record.dispatch, ...patch.dispatch },
    owed: record.owed,
    endedMs: record.endedMs,
    history: patch.history === undefined ? record.history : withEnd(record.history, ...patch.history),
    ...patch.fields,
  }
}
