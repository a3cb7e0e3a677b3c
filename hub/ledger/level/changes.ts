/** What a group has changed, as JSON in the journal: one array a change, its kind first. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { HistoryItem } from '../../../shared/protocol.ts'
import type { Entry, Place } from '../../domain/entry.ts'
import { historyOf } from '../../domain/history.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import type { EntryChange } from './entries.ts'
import { entryJson } from './entry-json.ts'
import { type OrderPatch, patched, patchOf } from './order-patch.ts'
import type { Changes, Roster, Tables } from './tables.ts'

/** null removes. */
export type JournaledChange =
  | readonly ['order', OrderKey, null]
  | readonly ['order', OrderKey, Pick<OrderPatch, 'fields' | 'dispatch'>]
  | readonly ['order', OrderKey, Pick<OrderPatch, 'fields' | 'dispatch'>, kept: number, added: HistoryItem[]]
  | readonly ['participant', ParticipantId, ParticipantRecord | null]
  | readonly ['roster', string, Roster | null]
  | readonly ['entry', Place, ParticipantId, number, Entry | null]

const textOf = (change: JournaledChange): string => JSON.stringify(change)

/** Names hold no character that JSON would escape. */
const entryText = ({ place, participant, position, entry }: EntryChange): string =>
  `["entry","${place}","${participant}",${position},${entry === null ? 'null' : entryJson(entry)}]`

/** The history is JSON already. */
const orderText = ({ key, before, after }: Changes['orders'][number]): string => {
  if (after === null) return `["order","${key}",null]`
  const { history, ...patch } = patchOf(before, after)
  const end = history === undefined ? '' : `,${history[0]},[${history[1]}]`
  return `["order","${key}",${JSON.stringify(patch)}${end}]`
}

/** A text for each change. */
export const changeTexts = ({ orders, participants, rosters, entries }: Changes): string[] => {
  const texts = entries.map(entryText)
  for (const change of orders) texts.push(orderText(change))
  for (const { key, after } of participants) texts.push(textOf(['participant', key, after]))
  for (const { key, after } of rosters) texts.push(textOf(['roster', key, after]))
  return texts
}

/** Makes a change again. The order that it is about MUST have been fetched. */
export const applyChange = (tables: Tables, change: JournaledChange): void => {
  if (change[0] === 'participant') return put(tables.participants, change[1], change[2])
  if (change[0] === 'roster') return put(tables.rosters, change[1], change[2])
  if (change[0] === 'order') return applyToOrder(tables, change)
  const [, place, participant, position, entry] = change
  tables.entries.change({ place, participant, position, entry })
}

const applyToOrder = (
  { orders }: Tables,
  change: Extract<JournaledChange, readonly ['order', ...unknown[]]>,
): void => {
  const [, key, patch, kept = 0, added] = change
  if (patch === null) return orders.remove(key)
  const history = added === undefined ? undefined : ([kept, historyOf(added)] as const)
  orders.put(key, patched(orders.get(key) ?? null, { ...patch, history }))
}

interface Table<Key, Row> {
  put(key: Key, row: Row): void
  remove(key: Key): void
}

const put = <Key, Row>(table: Table<Key, Row>, key: Key, row: Row | null): void =>
  row === null ? table.remove(key) : table.put(key, row)
