/**
 * What a group has changed, as JSON in the journal: one list a change, its kind first. Orders come before entries: an entry is written without what its order says as well.
 */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import { nameJson } from '../../../shared/json-text.ts'
import type { EventName, EventPayload } from '../../../shared/protocol.ts'
import { type Entry, orderKeyOf, type Place } from '../../domain/entry.ts'
import type { OrderRecord } from '../../domain/order-record.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { Payload } from '../../domain/payload.ts'
import type { EntryChange } from './entries.ts'
import { isNew, type OrderPatch, patched, patchText } from './order-patch.ts'
import type { Changes, Roster, Tables } from './tables.ts'

/** null removes, as `gone` does. */
export type JournaledChange =
  | JournaledOrder
  | readonly ['gone', OrderKey]
  | readonly ['participant', ParticipantId, ParticipantRecord | null]
  | readonly ['roster', string, Roster | null]
  | JournaledEntry
  | JournaledEvent

type JournaledOrder = readonly [
  'new' | 'order',
  OrderKey,
  OrderPatch['fields'],
  OrderPatch['dispatch'],
  OrderPatch['events'],
  history: readonly [kept: number, ...added: unknown[]] | null,
]

type JournaledEntry = readonly ['entry', Place, ParticipantId, number, Entry | null]

/** An entry in a queue, of an order that the journal knows. */
type JournaledEvent = readonly [
  'event',
  ParticipantId,
  number,
  id: string,
  EventName,
  time: string,
  OrderKey,
  driver: string | null,
  details: Record<string, unknown> | null,
  isReplay: boolean,
]

const textOf = (change: JournaledChange): string => JSON.stringify(change)

const orderText = ({ key, before, after }: Changes['orders'][number]): string => {
  if (after === null) return textOf(['gone', key])
  return isNew(before, after)
    ? `["new","${key}",${patchText(null, after)}]`
    : `["order","${key}",${patchText(before, after)}]`
}

const isOf = ({ order }: OrderRecord, { store, orderId, customer, address }: EventPayload): boolean =>
  order.customer === customer &&
  order.address === address &&
  order.orderId === orderId &&
  order.store === store

/** Ids and names hold no character that JSON would escape. */
const eventText = (order: OrderKey, participant: ParticipantId, entry: Entry): string => {
  const { position, id, event, time, payload, replay } = entry
  const details = payload.details === undefined ? 'null' : JSON.stringify(payload.details)
  return `["event","${participant}",${position},"${id}","${event}","${time}","${order}",${nameJson(payload.driver)},${details},${replay === true}]`
}

const entryText = (tables: Tables, { place, participant, position, entry }: EntryChange): string => {
  if (entry === null) return `["entry","${place}","${participant}",${position},null]`
  const order = orderKeyOf(entry)
  const record = place === 'queue' ? tables.orders.active(order) : undefined
  return record !== undefined && isOf(record, entry.payload)
    ? eventText(order, participant, entry)
    : textOf(['entry', place, participant, position, entry])
}

/** A text for each change. @param tables as the group has left them */
export const changeTexts = (changes: Changes, tables: Tables): string[] => {
  const texts = changes.orders.map(orderText)
  for (const change of changes.entries) texts.push(entryText(tables, change))
  for (const { key, after } of changes.participants) texts.push(textOf(['participant', key, after]))
  for (const { key, after } of changes.rosters) texts.push(textOf(['roster', key, after]))
  return texts
}

/** The order that a change needs to be made again, if it needs one. */
export const orderOf = (change: JournaledChange): OrderKey | null => {
  const [kind] = change
  if (kind === 'event') return change[6]
  return kind === 'order' || kind === 'new' || kind === 'gone' ? change[1] : null
}

/** Makes a change again. The order that it needs MUST have been fetched. */
export const applyChange = (tables: Tables, change: JournaledChange): void => {
  const [kind] = change
  if (kind === 'order' || kind === 'new') tables.orders.put(change[1], rowOf(tables, change))
  else if (kind === 'gone') tables.orders.remove(change[1])
  else if (kind === 'event') tables.entries.change(eventOf(tables, change))
  else if (kind === 'entry') tables.entries.change(entryOf(change))
  else if (kind === 'participant') put(tables.participants, change[1], change[2])
  else put(tables.rosters, change[1], change[2])
}

const entryOf = ([, place, participant, position, entry]: JournaledEntry): EntryChange => ({
  place,
  participant,
  position,
  entry,
})

const rowOf = (
  { orders }: Tables,
  [kind, key, fields, dispatch, events, history]: JournaledOrder,
): OrderRecord =>
  patched(key, kind === 'new' ? null : (orders.get(key) ?? null), {
    fields,
    dispatch,
    events,
    history: history && { kept: history[0], added: JSON.stringify(history.slice(1)).slice(1, -1) },
  })

/** Of an order that is gone, nobody needs the entry any more: it has been taken, and the journal says so later on. */
const eventOf = ({ orders }: Tables, change: JournaledEvent): EntryChange => {
  const [, participant, position, id, event, time, key, driver, details, isReplay] = change
  const order = orders.get(key)?.order ?? { store: '', orderId: '', customer: '', address: '' }
  const payload = new Payload({ key, order, driver }, details ?? undefined)
  const entry = { position, id, event, time, payload, ...(isReplay && { replay: true as const }) }
  return { place: 'queue', participant, position, entry }
}

interface Table<Key, Row> {
  put(key: Key, row: Row): void
  remove(key: Key): void
}

const put = <Key, Row>(table: Table<Key, Row>, key: Key, row: Row | null): void =>
  row === null ? table.remove(key) : table.put(key, row)
