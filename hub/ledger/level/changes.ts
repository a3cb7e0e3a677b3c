/**
 * What a group has changed, packed for the journal: one change after another, its kind first. Orders come before entries: of an entry in a queue only that is written which its order does not say as well.
 */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import { EVENT_NAMES, type EventName, type EventPayload } from '../../../shared/protocol.ts'
import { type Entry, orderKeyOf, type Place } from '../../domain/entry.ts'
import type { AcceptedEvent, OrderRecord } from '../../domain/order-record.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { Payload } from '../../domain/payload.ts'
import type { EntryChange } from './entries.ts'
import { isNew, type OrderPatch, patched } from './order-patch.ts'
import type { PackedReader, PackedWriter } from './packed.ts'
import { readRecord, writeRecord } from './packed-participant.ts'
import { readJson, readPatch, writeJson, writePatch } from './packed-patch.ts'
import type { Changes, Roster, Tables } from './tables.ts'

/** Packed as their places in these lists: more may come behind, and none may change its place. A `participant` is JSON, as folders of format 5 have them, or gone; a `record` is one that is packed. */
const KINDS = ['new', 'order', 'gone', 'participant', 'roster', 'entry', 'event', 'record'] as const
const PLACES: readonly Place[] = ['queue', 'retry', 'dead']

type Kind = (typeof KINDS)[number]

/** As it is read. null removes, as `gone` does. */
export type JournaledChange =
  | readonly ['new' | 'order', OrderKey, OrderPatch]
  | readonly ['gone', OrderKey]
  | readonly ['participant', ParticipantId, ParticipantRecord | null]
  | readonly ['roster', string, Roster | null]
  | JournaledEntry
  | JournaledEvent

type JournaledEntry = readonly ['entry', Place, ParticipantId, number, Entry | null]

/** An entry in a queue, of an order that the journal knows. */
type JournaledEvent = readonly ['event', ParticipantId, number, OrderKey, EventOfOrder]

interface EventOfOrder {
  readonly event: EventName
  readonly time: string
  /** Which of the order's events it is, from 0. */
  readonly index: number
  readonly driver: string | null
  readonly isReplay: boolean
}

const writeKind = (to: PackedWriter, kind: Kind): void => to.number(KINDS.indexOf(kind))

const writeOrder = (to: PackedWriter, { key, before, after }: Changes['orders'][number]): void => {
  const isOther = after !== null && isNew(before, after)
  writeKind(to, after === null ? 'gone' : isOther ? 'new' : 'order')
  to.text(key)
  if (after !== null) writePatch(to, isOther ? null : before, after)
}

/** Which of its events an order says as much of as the entry does; -1 if of none. */
const eventIn = (record: OrderRecord | undefined, { id, payload }: Entry): number =>
  record !== undefined && isOf(record, payload)
    ? record.events.findLastIndex((one) => one.id === id && one.details === payload.details)
    : -1

const isOf = ({ order }: OrderRecord, payload: EventPayload): boolean =>
  order.customer === payload.customer &&
  order.address === payload.address &&
  order.orderId === payload.orderId &&
  order.store === payload.store

const writeEvent = (
  to: PackedWriter,
  participant: ParticipantId,
  { entry, index }: { entry: Entry; index: number },
): void => {
  writeKind(to, 'event')
  to.text(participant)
  to.number(entry.position)
  to.text(orderKeyOf(entry))
  to.number(EVENT_NAMES.indexOf(entry.event))
  to.text(entry.time)
  to.number(index)
  to.text(entry.payload.driver ?? '')
  to.flag(entry.replay === true)
}

const writeEntry = (to: PackedWriter, tables: Tables, change: EntryChange): void => {
  const { place, participant, position, entry } = change
  if (entry !== null && place === 'queue') {
    const index = eventIn(tables.orders.active(orderKeyOf(entry)), entry)
    if (index >= 0) return writeEvent(to, participant, { entry, index })
  }
  writeKind(to, 'entry')
  to.number(PLACES.indexOf(place))
  to.text(participant)
  to.number(position)
  writeJson(to, entry ?? undefined)
}

const writeRow = (to: PackedWriter, kind: 'participant' | 'roster', row: { key: string; after: unknown }) => {
  writeKind(to, kind)
  to.text(row.key)
  writeJson(to, row.after ?? undefined)
}

const writeParticipant = (to: PackedWriter, change: Changes['participants'][number]): void => {
  if (change.after === null) return writeRow(to, 'participant', change)
  writeKind(to, 'record')
  to.text(change.key)
  writeRecord(to, change.after)
}

/**
 * @param tables as the group has left them
 * @param written called behind each change
 */
export const writeChanges = (
  to: PackedWriter,
  changes: Changes,
  { tables, written }: { tables: Tables; written: () => void },
): void => {
  for (const change of changes.orders) {
    writeOrder(to, change)
    written()
  }
  for (const change of changes.entries) {
    writeEntry(to, tables, change)
    written()
  }
  for (const change of changes.participants) {
    writeParticipant(to, change)
    written()
  }
  for (const change of changes.rosters) {
    writeRow(to, 'roster', change)
    written()
  }
}

const readEvent = (from: PackedReader): JournaledEvent => [
  'event',
  from.text() as ParticipantId,
  from.number(),
  from.text() as OrderKey,
  {
    event: EVENT_NAMES[from.number()]!,
    time: from.text(),
    index: from.number(),
    driver: from.text() || null,
    isReplay: from.flag(),
  },
]

const readEntry = (from: PackedReader): JournaledEntry => [
  'entry',
  PLACES[from.number()]!,
  from.text() as ParticipantId,
  from.number(),
  readJson<Entry>(from) ?? null,
]

/** The next change. */
export const readChange = (from: PackedReader): JournaledChange => {
  const kind = KINDS[from.number()]!
  if (kind === 'event') return readEvent(from)
  if (kind === 'entry') return readEntry(from)
  const key = from.text()
  if (kind === 'participant') return [kind, key as ParticipantId, readJson<ParticipantRecord>(from) ?? null]
  if (kind === 'record') return ['participant', key as ParticipantId, readRecord(from, key as ParticipantId)]
  if (kind === 'roster') return [kind, key, readJson<Roster>(from) ?? null]
  const order = key as OrderKey
  return kind === 'gone' ? [kind, order] : [kind, order, readPatch(from, order)]
}

/** The order that a change needs to be made again, if it needs one. */
export const orderOf = (change: JournaledChange): OrderKey | null => {
  const [kind] = change
  if (kind === 'event') return change[3]
  return kind === 'order' || kind === 'new' || kind === 'gone' ? change[1] : null
}

/** Makes a change again. The order that it needs MUST have been fetched. */
export const applyChange = (tables: Tables, change: JournaledChange): void => {
  const [kind] = change
  if (kind === 'order' || kind === 'new') {
    const known = kind === 'new' ? null : (tables.orders.get(change[1]) ?? null)
    tables.orders.put(change[1], patched(change[1], known, change[2]))
  } else if (kind === 'gone') tables.orders.remove(change[1])
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

/** Of an order that is gone nobody needs the entry any more: it has been taken, and the journal says so later on. */
const GONE: AcceptedEvent = { event: 'pickup', id: '' }
const NOBODYS = { store: '', orderId: '', customer: '', address: '' }

const eventOf = ({ orders }: Tables, [, participant, position, key, of]: JournaledEvent): EntryChange => {
  const record = orders.get(key)
  const { id, details } = record?.events[of.index] ?? GONE
  const { event, time, driver, isReplay } = of
  const payload = new Payload({ key, order: record?.order ?? NOBODYS, driver }, details)
  const entry = { position, id, event, time, payload, ...(isReplay && { replay: true as const }) }
  return { place: 'queue', participant, position, entry }
}

interface Table<Key, Row> {
  put(key: Key, row: Row): void
  remove(key: Key): void
}

const put = <Key, Row>(table: Table<Key, Row>, key: Key, row: Row | null): void =>
  row === null ? table.remove(key) : table.put(key, row)
