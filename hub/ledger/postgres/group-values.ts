/** What a group writes, as the parameters of its statement (`write-group.ts`). */
import { FLEET, type OrderKey, type ParticipantId, storeOf } from '../../../shared/ids.ts'
import { holderOf, type OrderRecord } from '../../domain/order-record.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { boolArray, int8Array, textArray } from './arrays.ts'
import type { RowChange } from './cached-rows.ts'
import { entryText } from './entry-text.ts'
import { poolOf } from './fleet-pools.ts'
import type { Group, Signature } from './group.ts'
import { isClosing, isOnlyCounted, isOnlySettled, orderTexts } from './row-columns.ts'
import type { Changes, Roster } from './tables.ts'

/** Of the parameters, in their order. */
export const TYPES = {
  hub: 'int8',
  fence: 'int8',
  told: 'int8',
  number: 'int8',
  open_from: 'int8',
  last_reserved: 'int8',
  alive_ms: 'int8',
  l_key: 'text[]',
  l_version: 'int8[]',
  n_key: 'text[]',
  n_time: 'text[]',
  n_state: 'text[]',
  n_driver: 'text[]',
  n_holder: 'text[]',
  n_owed: 'int8[]',
  n_ended_ms: 'int8[]',
  n_details: 'text[]',
  n_events: 'text[]',
  n_dispatch: 'text[]',
  n_history: 'text[]',
  c_key: 'text[]',
  c_version: 'int8[]',
  c_time: 'text[]',
  c_state: 'text[]',
  c_driver: 'text[]',
  c_holder: 'text[]',
  c_owed: 'int8[]',
  c_ended_ms: 'int8[]',
  c_details: 'text[]',
  c_events: 'text[]',
  c_dispatch: 'text[]',
  c_history: 'text[]',
  c_old_bytes: 'int8[]',
  s_key: 'text[]',
  s_owed: 'int8[]',
  s_history: 'text[]',
  g_key: 'text[]',
  g_version: 'int8[]',
  g_owed: 'int8[]',
  np_id: 'text[]',
  np_is_active: 'bool[]',
  np_away_since_ms: 'int8[]',
  np_floor: 'int8[]',
  np_queued: 'int8[]',
  np_retrying: 'int8[]',
  np_dead: 'int8[]',
  np_closed: 'text[]',
  cp_id: 'text[]',
  cp_version: 'int8[]',
  cp_is_active: 'bool[]',
  cp_away_since_ms: 'int8[]',
  cp_floor: 'int8[]',
  cp_closed: 'text[]',
  gp_id: 'text[]',
  gp_version: 'int8[]',
  x_id: 'text[]',
  x_queued: 'int8[]',
  x_retrying: 'int8[]',
  x_dead: 'int8[]',
  d_id: 'text[]',
  d_floor: 'int8[]',
  d_queued: 'int8[]',
  d_retrying: 'int8[]',
  d_dead: 'int8[]',
  r_store: 'text[]',
  r_version: 'int8[]',
  r_participants: 'text[]',
  a_participant: 'text[]',
  a_place: 'text[]',
  a_position: 'int8[]',
  a_entry: 'text[]',
  e_participant: 'text[]',
  e_place: 'text[]',
  e_position: 'int8[]',
  e_entry: 'text[]',
  f_place: 'text[]',
  f_position: 'int8[]',
  f_entry: 'text[]',
  t_participant: 'text[]',
  t_place: 'text[]',
  t_position: 'int8[]',
  m_participant: 'text[]',
  m_place: 'text[]',
  m_position: 'int8[]',
  u_place: 'text[]',
  u_position: 'int8[]',
  v_participant: 'text[]',
  v_revoked_ms: 'int8[]',
  gv_participant: 'text[]',
  o_kind: 'text[]',
  o_name: 'text[]',
  o_value: 'text[]',
  go_kind: 'text[]',
  go_name: 'text[]',
} as const

export type GroupValues = Readonly<Record<keyof typeof TYPES, unknown>>

type Put<Key, Row> = Omit<RowChange<Key, Row>, 'after'> & { readonly after: Row }
type Changed<Key, Row> = Put<Key, Row> & { readonly before: Row }

const isPut = <Key, Row>(change: RowChange<Key, Row>): change is Put<Key, Row> => change.after !== null
const isNew = <Key, Row>(change: Put<Key, Row>): boolean => change.before === null
const isChanged = <Key, Row>(change: Put<Key, Row>): change is Changed<Key, Row> => change.before !== null

const texts = <T>(all: readonly T[], of: (one: T) => string | null): Buffer => textArray(all.map(of))
const numbers = <T>(all: readonly T[], of: (one: T) => number | null): Buffer => int8Array(all.map(of))

/** Two hubs that lock the same rows lock them in the same order. */
const byKey = <Key extends string, Row>(changes: readonly RowChange<Key, Row>[]): RowChange<Key, Row>[] =>
  [...changes].sort((one, other) => (one.key < other.key ? -1 : 1))

const newOrders = (orders: readonly Put<OrderKey, OrderRecord>[]) => ({
  n_key: texts(orders, ({ key }) => key),
  n_time: texts(orders, ({ after }) => after.time),
  n_state: texts(orders, ({ after }) => after.state),
  n_driver: texts(orders, ({ after }) => after.driver),
  n_holder: texts(orders, ({ after }) => holderOf(after)),
  n_owed: numbers(orders, ({ after }) => after.owed),
  n_ended_ms: numbers(orders, ({ after }) => after.endedMs),
  n_details: texts(orders, ({ after }) => JSON.stringify(after.order)),
  n_events: texts(orders, ({ after }) => JSON.stringify(after.events)),
  n_dispatch: texts(orders, ({ after }) => JSON.stringify(after.dispatch)),
  n_history: texts(orders, ({ after }) => after.history),
})

const changedOrders = (orders: readonly Changed<OrderKey, OrderRecord>[]) => {
  const changes = orders.map(({ before, after }) => orderTexts(before, after))
  return {
    c_key: texts(orders, ({ key }) => key),
    c_version: numbers(orders, ({ version }) => version),
    c_time: texts(orders, ({ before, after }) => (before.time === after.time ? null : after.time)),
    c_state: texts(orders, ({ after }) => after.state),
    c_driver: texts(orders, ({ after }) => after.driver),
    c_holder: texts(orders, ({ after }) => holderOf(after)),
    c_owed: numbers(orders, ({ before, after }) => after.owed - before.owed),
    c_ended_ms: numbers(orders, ({ after }) => after.endedMs),
    c_details: texts(changes, ({ details }) => details),
    c_events: texts(changes, ({ events }) => events),
    c_dispatch: texts(changes, ({ dispatch }) => dispatch),
    c_history: texts(changes, ({ history }) => history),
    c_old_bytes: numbers(changes, ({ oldBytes }) => oldBytes),
  }
}

const settledOrders = (orders: readonly Changed<OrderKey, OrderRecord>[]) => ({
  s_key: texts(orders, ({ key }) => key),
  s_owed: numbers(orders, ({ before, after }) => after.owed - before.owed),
  s_history: texts(orders, ({ before, after }) => after.history.slice(before.history.length)),
})

const orderValues = ({ orders, readOrders }: Changes) => {
  const sorted = byKey(orders)
  const gone = sorted.filter(({ before, after }) => before !== null && after === null)
  const changed = sorted.filter(isPut).filter(isChanged)
  return {
    l_key: texts(readOrders, ({ key }) => key),
    l_version: numbers(readOrders, ({ version }) => version),
    ...newOrders(sorted.filter(isPut).filter(isNew)),
    ...changedOrders(changed.filter(({ before, after }) => !isOnlySettled(before, after))),
    ...settledOrders(changed.filter(({ before, after }) => isOnlySettled(before, after))),
    g_key: texts(gone, ({ key }) => key),
    g_version: numbers(gone, ({ version }) => version),
    g_owed: numbers(gone, ({ before }) => before?.owed ?? 0),
  }
}

const closedText = ({ closed }: ParticipantRecord): string | null => closed && JSON.stringify(closed)

const newParticipants = (rows: readonly Put<ParticipantId, ParticipantRecord>[]) => ({
  np_id: texts(rows, ({ key }) => key),
  np_is_active: boolArray(rows.map(({ after }) => after.isActive)),
  np_away_since_ms: numbers(rows, ({ after }) => after.awaySinceMs),
  np_floor: numbers(rows, ({ after }) => after.floor),
  np_queued: numbers(rows, ({ after }) => after.queued),
  np_retrying: numbers(rows, ({ after }) => after.retrying),
  np_dead: numbers(rows, ({ after }) => after.dead),
  np_closed: texts(rows, ({ after }) => closedText(after)),
})

const changedParticipants = (rows: readonly Changed<ParticipantId, ParticipantRecord>[]) => ({
  cp_id: texts(rows, ({ key }) => key),
  cp_version: numbers(rows, ({ version }) => version),
  cp_is_active: boolArray(rows.map(({ after }) => after.isActive)),
  cp_away_since_ms: numbers(rows, ({ after }) => after.awaySinceMs),
  cp_floor: numbers(rows, ({ after }) => after.floor),
  cp_closed: texts(rows, ({ after }) => closedText(after)),
})

const counts = (rows: readonly Changed<ParticipantId, ParticipantRecord>[]) => ({
  d_id: texts(rows, ({ key }) => key),
  // Of the fleet's queue every hub has a part of its own.
  d_floor: numbers(rows, ({ key, after }) => (key === FLEET ? 0 : after.floor)),
  d_queued: numbers(rows, ({ before, after }) => after.queued - before.queued),
  d_retrying: numbers(rows, ({ before, after }) => after.retrying - before.retrying),
  d_dead: numbers(rows, ({ before, after }) => after.dead - before.dead),
})

/** Whose counters must be exactly known: others add to what they count, too. */
const exact = (rows: readonly RowChange<ParticipantId, ParticipantRecord>[]) => ({
  x_id: texts(rows, ({ key }) => key),
  x_queued: numbers(rows, ({ before }) => before!.queued),
  x_retrying: numbers(rows, ({ before }) => before!.retrying),
  x_dead: numbers(rows, ({ before }) => before!.dead),
})

const isCounted = ({ before, after }: Changed<ParticipantId, ParticipantRecord>): boolean =>
  before.floor !== after.floor ||
  before.queued !== after.queued ||
  before.retrying !== after.retrying ||
  before.dead !== after.dead

const participantValues = ({ participants }: Changes) => {
  const sorted = byKey(participants)
  const gone = sorted.filter(({ before, after }) => before !== null && after === null)
  const changed = sorted.filter(isPut).filter(isChanged)
  return {
    ...newParticipants(sorted.filter(isPut).filter(isNew)),
    ...changedParticipants(changed.filter(({ before, after }) => !isOnlyCounted(before, after))),
    gp_id: texts(gone, ({ key }) => key),
    gp_version: numbers(gone, ({ version }) => version),
    ...exact([...gone, ...changed.filter(({ before, after }) => isClosing(before, after))]),
    ...counts(changed.filter(isCounted)),
  }
}

/** Is a queue closed, in which others may just be adding entries? */
const closesQueue = ({ participants }: Changes): boolean =>
  participants.some(
    ({ key, before, after }) =>
      storeOf(key) !== null && before !== null && after !== null && isClosing(before, after),
  )

const rosterValues = (rows: readonly Put<string, Roster>[]) => ({
  r_store: texts(rows, ({ key }) => key),
  r_version: numbers(rows, ({ version }) => version),
  r_participants: texts(rows, ({ after }) => JSON.stringify(after)),
})

type Entries = Changes['entries']

const isPickup = ({ participant, place }: Entries[number]): boolean =>
  participant === FLEET && place !== 'dead'

const entryValues = (all: Entries, group: Group, hub: number) => {
  const there = all.filter(({ entry }) => entry !== null)
  const added = there.filter(({ wasThere }) => !wasThere)
  const replaced = there.filter(({ wasThere }) => wasThere)
  const taken = all.filter(({ entry }) => entry === null)
  const [replacedPickups, takenPickups] = [
    replaced.filter(isPickup),
    taken.filter((one) => !one.mustBeThere && isPickup(one)),
  ]
  const replacedOthers = replaced.filter((one) => !isPickup(one))
  const named = taken.filter((one) => one.mustBeThere)
  const takenOthers = taken.filter((one) => !one.mustBeThere && !isPickup(one))
  const placeOf = ({ place }: Entries[number]) => place
  const positionOf = ({ position }: Entries[number]) => position
  const textOf = ({ entry }: Entries[number]) => entryText(entry!)
  const pool = (one: Entries[number]) =>
    isPickup(one) ? poolOf(group.targets.get(one.position) ?? hub) : one.participant
  return {
    a_participant: texts(added, pool),
    a_place: texts(added, placeOf),
    a_position: numbers(added, positionOf),
    a_entry: texts(added, textOf),
    e_participant: texts(replacedOthers, ({ participant }) => participant),
    e_place: texts(replacedOthers, placeOf),
    e_position: numbers(replacedOthers, positionOf),
    e_entry: texts(replacedOthers, textOf),
    f_place: texts(replacedPickups, placeOf),
    f_position: numbers(replacedPickups, positionOf),
    f_entry: texts(replacedPickups, textOf),
    t_participant: texts(takenOthers, ({ participant }) => participant),
    t_place: texts(takenOthers, placeOf),
    t_position: numbers(takenOthers, positionOf),
    m_participant: texts(named, ({ participant }) => participant),
    m_place: texts(named, placeOf),
    m_position: numbers(named, positionOf),
    u_place: texts(takenPickups, placeOf),
    u_position: numbers(takenPickups, positionOf),
  }
}

const revocationValues = ({ revocations }: Group) => {
  const kept = [...revocations.values()].filter((one) => one !== null)
  const removed = [...revocations].filter(([, one]) => one === null)
  return {
    v_participant: texts(kept, ({ participant }) => participant),
    v_revoked_ms: numbers(kept, ({ revokedMs }) => revokedMs),
    gv_participant: texts(removed, ([participant]) => participant),
  }
}

const noteValues = ({ notes }: Group) => {
  const all = [...notes.values()]
  const kept = all.flatMap(({ after }) => after ?? [])
  const removed = all.flatMap(({ at, after }) => (after === null ? [at] : []))
  return {
    o_kind: texts(kept, ({ kind }) => kind),
    o_name: texts(kept, ({ name }) => name),
    o_value: texts(kept, ({ value }) => JSON.stringify(value)),
    go_kind: texts(removed, ({ kind }) => kind),
    go_name: texts(removed, ({ name }) => name),
  }
}

export const isReadOnlyGroup = (group: Group, changes: Changes): boolean =>
  group.aliveMs === null &&
  group.revocations.size + group.notes.size === 0 &&
  changes.orders.length + changes.participants.length + changes.rosters.length + changes.entries.length === 0

export const groupValues = (signature: Signature, group: Group, changes: Changes): GroupValues => ({
  hub: signature.hub,
  fence: signature.fence,
  told: signature.told,
  number: signature.number,
  open_from: signature.openFrom,
  last_reserved: closesQueue(changes) ? signature.lastReserved : 0,
  alive_ms: group.aliveMs,
  ...orderValues(changes),
  ...participantValues(changes),
  ...rosterValues(byKey(changes.rosters).filter(isPut)),
  ...entryValues(changes.entries, group, signature.hub),
  ...revocationValues(group),
  ...noteValues(group),
})
