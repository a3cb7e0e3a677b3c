/** What a group has changed, as JSON in the journal: one array a change, its kind first. */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import type { Entry, Place } from '../../domain/entry.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import type { EntryChange } from './entries.ts'
import { type OrderPatch, patched, patchOf } from './order-patch.ts'
import type { Changes, Roster, Tables } from './tables.ts'

/** null removes. */
export type JournaledChange =
  | readonly ['order', OrderKey, OrderPatch | null]
  | readonly ['participant', ParticipantId, ParticipantRecord | null]
  | readonly ['roster', string, Roster | null]
  | readonly ['entry', Place, ParticipantId, number, Entry | null]

const textOf = (change: JournaledChange): string => JSON.stringify(change)

const entryText = ({ place, participant, position, entry }: EntryChange): string =>
  textOf(['entry', place, participant, position, entry])

/** A text for each change. */
export const changeTexts = ({ orders, participants, rosters, entries }: Changes): string[] => {
  const texts = entries.map(entryText)
  for (const { key, before, after } of orders)
    texts.push(textOf(['order', key, after && patchOf(before, after)]))
  for (const { key, after } of participants) texts.push(textOf(['participant', key, after]))
  for (const { key, after } of rosters) texts.push(textOf(['roster', key, after]))
  return texts
}

/** Makes a change again. The order that it is about MUST have been fetched. */
export const applyChange = (tables: Tables, change: JournaledChange): void => {
  if (change[0] === 'entry') {
    const [, place, participant, position, entry] = change
    return tables.entries.change({ place, participant, position, entry })
  }
  const [kind, key, row] = change
  if (kind === 'participant') return put(tables.participants, key, row)
  if (kind === 'roster') return put(tables.rosters, key, row)
  put(tables.orders, key, row && patched(tables.orders.get(key) ?? null, row))
}

interface Table<Key, Row> {
  put(key: Key, row: Row): void
  remove(key: Key): void
}

const put = <Key, Row>(table: Table<Key, Row>, key: Key, row: Row | null): void =>
  row === null ? table.remove(key) : table.put(key, row)
