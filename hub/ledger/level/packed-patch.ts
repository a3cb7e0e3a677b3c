/** What a step changes of an order (`order-patch.ts`), packed for the journal: which members differ, and then those, in a fixed order. */
import type { OrderKey } from '../../../shared/ids.ts'
import type { Order } from '../../../shared/messages.ts'
import { EVENT_NAMES, type OrderState } from '../../../shared/protocol.ts'
import { type AcceptedEvent, BLANK, type Dispatch, type OrderRecord } from '../../domain/order-record.ts'
import type { Fields, OrderPatch } from './order-patch.ts'
import type { PackedReader, PackedWriter } from './packed.ts'

/** Names are packed as their places in these lists: more may come behind, and none may change its place. */
const STATES: readonly OrderState[] = ['waiting', 'assigned', 'in-transit', 'delivered']
const PLACES: readonly Dispatch['place'][] = ['none', 'queue', 'retry', 'leased', 'dead']

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

export const writeJson = (to: PackedWriter, value: unknown): void =>
  to.text(value === undefined ? '' : JSON.stringify(value))

export const readJson = <T>(from: PackedReader): T | undefined => {
  const json = from.text()
  return json === '' ? undefined : (JSON.parse(json) as T)
}

const writeNames = (to: PackedWriter, names: readonly string[]): void => {
  to.number(names.length)
  for (const name of names) to.text(name)
}

const readNames = (from: PackedReader): string[] => Array.from({ length: from.number() }, () => from.text())

const TIME = 1
const ORDER = 2
const STATE = 4
const DRIVER = 8
const OWED = 16
const ENDED = 32

/** Store and id are in the order's key. */
const writeOrder = (to: PackedWriter, { customer, address, details }: Order): void => {
  to.text(customer)
  to.text(address)
  writeJson(to, details)
}

const readOrder = (from: PackedReader, key: OrderKey): Order => {
  const [store, orderId] = key.split('/') as [string, string]
  const order = { store, orderId, customer: from.text(), address: from.text() }
  const details = readJson<Record<string, unknown>>(from)
  return details === undefined ? order : { ...order, details }
}

const writeFields = (to: PackedWriter, before: OrderRecord, after: OrderRecord): void => {
  let which = before.time === after.time ? 0 : TIME
  if (before.order !== after.order) which |= ORDER
  if (before.state !== after.state) which |= STATE
  if (before.driver !== after.driver) which |= DRIVER
  if (before.owed !== after.owed) which |= OWED
  if (before.endedMs !== after.endedMs) which |= ENDED
  to.number(which)
  if (which & TIME) to.text(after.time)
  if (which & ORDER) writeOrder(to, after.order)
  if (which & STATE) to.number(STATES.indexOf(after.state))
  if (which & DRIVER) to.text(after.driver ?? '')
  if (which & OWED) to.number(after.owed)
  if (which & ENDED) to.number(after.endedMs ?? 0)
}

const readFields = (from: PackedReader, key: OrderKey): OrderPatch['fields'] => {
  const which = from.number()
  const fields: Partial<Mutable<Fields>> = {}
  if (which & TIME) fields.time = from.text()
  if (which & ORDER) fields.order = readOrder(from, key)
  if (which & STATE) fields.state = STATES[from.number()]!
  if (which & DRIVER) fields.driver = from.text() || null
  if (which & OWED) fields.owed = from.number()
  if (which & ENDED) fields.endedMs = from.number() || null
  return fields
}

const POSITION = 1
const PLACE = 2
const FAILURES = 4
const OFFERED = 8
const DECLINED = 16
const LEASE = 32
const REPLAY = 64

const writeLease = (to: PackedWriter, lease: Dispatch['lease']): void => {
  to.text(lease?.driver ?? '')
  if (lease === null) return
  to.number(lease.sinceMs)
  to.text(lease.token)
}

const readLease = (from: PackedReader): Dispatch['lease'] => {
  const driver = from.text()
  return driver === '' ? null : { driver, sinceMs: from.number(), token: from.text() }
}

const writeDispatch = (to: PackedWriter, before: Dispatch, after: Dispatch): void => {
  let which = before.position === after.position ? 0 : POSITION
  if (before.place !== after.place) which |= PLACE
  if (before.failures !== after.failures) which |= FAILURES
  if (before.offered !== after.offered) which |= OFFERED
  if (before.declined !== after.declined) which |= DECLINED
  if (before.lease !== after.lease) which |= LEASE
  if (before.isReplay !== after.isReplay) which |= REPLAY
  to.number(which)
  if (which & POSITION) to.number(after.position)
  if (which & PLACE) to.number(PLACES.indexOf(after.place))
  if (which & FAILURES) writeJson(to, after.failures)
  if (which & OFFERED) writeNames(to, after.offered)
  if (which & DECLINED) writeNames(to, after.declined)
  if (which & LEASE) writeLease(to, after.lease)
  if (which & REPLAY) to.flag(after.isReplay)
}

const readDispatch = (from: PackedReader): OrderPatch['dispatch'] => {
  const which = from.number()
  const dispatch: Partial<Mutable<Dispatch>> = {}
  if (which & POSITION) dispatch.position = from.number()
  if (which & PLACE) dispatch.place = PLACES[from.number()]!
  if (which & FAILURES) dispatch.failures = readJson(from)!
  if (which & OFFERED) dispatch.offered = readNames(from)
  if (which & DECLINED) dispatch.declined = readNames(from)
  if (which & LEASE) dispatch.lease = readLease(from)
  if (which & REPLAY) dispatch.isReplay = from.flag()
  return dispatch
}

const writeEvent = (to: PackedWriter, { event, id, details, isErased }: AcceptedEvent): void => {
  to.number(EVENT_NAMES.indexOf(event))
  to.text(id)
  to.flag(isErased === true)
  if (!isErased) writeJson(to, details)
}

const readEvent = (from: PackedReader): AcceptedEvent => {
  const event = { event: EVENT_NAMES[from.number()]!, id: from.text() }
  if (from.flag()) return { ...event, isErased: true }
  const details = readJson<Record<string, unknown>>(from)
  return details === undefined ? event : { ...event, details }
}

/** How many stay, and those behind them. */
const writeEvents = (to: PackedWriter, kept: number, events: readonly AcceptedEvent[]): void => {
  to.number(kept)
  to.number(events.length - kept)
  for (let index = kept; index < events.length; index += 1) writeEvent(to, events[index]!)
}

const readEvents = (from: PackedReader): OrderPatch['events'] => {
  const kept = from.number()
  const added = Array.from({ length: from.number() }, () => readEvent(from))
  return added.length === 0 ? null : [kept, ...added]
}

/** How many characters stay, and what follows the comma behind them; nothing if there is nothing new. */
const writeHistory = (to: PackedWriter, kept: number, history: string): void => {
  to.number(kept)
  to.text(history.slice(kept === 0 || kept === history.length ? kept : kept + 1))
}

const readHistory = (from: PackedReader): OrderPatch['history'] => {
  const kept = from.number()
  const added = from.text()
  return added === '' ? null : { kept, added }
}

/** @param known the row before the step; null if the order is new */
export const writePatch = (to: PackedWriter, known: OrderRecord | null, after: OrderRecord): void => {
  const before = known ?? BLANK
  writeFields(to, before, after)
  writeDispatch(to, before.dispatch, after.dispatch)
  writeEvents(to, before.events.length, after.events)
  writeHistory(to, before.history.length, after.history)
}

export const readPatch = (from: PackedReader, key: OrderKey): OrderPatch => ({
  fields: readFields(from, key),
  dispatch: readDispatch(from),
  events: readEvents(from),
  history: readHistory(from),
})
