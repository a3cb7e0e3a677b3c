/**
 * A group as one statement, which is a transaction of its own: the hub's fence and the group's number, all rows with their versions, entries added and taken. It is written whole, or not at all: when a row is not as the group found it, when the fence is
 * another hub's or the group is there already, a division by zero ends the statement. That is plain SQL, one round trip, and PostgreSQL plans it once a connection.
 */
import type { OrderKey, ParticipantId } from '../../../shared/ids.ts'
import { holderOf, type OrderRecord } from '../../domain/order-record.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import { boolArray, int8Array, textArray } from './arrays.ts'
import type { RowChange } from './cached-rows.ts'
import type { Statement } from './connection.ts'
import { entryText } from './entry-text.ts'
import type { Group } from './group.ts'
import { type OrderTexts, orderTexts } from './row-columns.ts'
import type { Changes, Roster } from './tables.ts'

/** Who writes, and what the database is to know besides the rows. */
export interface Signature {
  readonly fence: number
  /** One more than that of the group before; the first of a fence is 1. */
  readonly number: number
  /** At or above which this hub may still add entries. */
  readonly openFrom: number
}

const TEXT = `
WITH hub AS (
  UPDATE caps.hubs SET last_group = $2, open_from = $3, alive_ms = coalesce($4, alive_ms)
  WHERE hub = 1 AND fence = $1 AND last_group = $2 - 1 RETURNING 1
), new_orders AS (
  INSERT INTO caps.orders (key, version, time, state, driver, holder, owed, ended_ms, details, events, dispatch, history)
  SELECT key, 1, time, state, driver, holder, owed, ended_ms, details, events, dispatch, history
  FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int8[], $11::int8[], $12::text[], $13::text[], $14::text[], $15::text[])
    AS n (key, time, state, driver, holder, owed, ended_ms, details, events, dispatch, history)
  ON CONFLICT DO NOTHING RETURNING 1
), changed_orders AS (
  UPDATE caps.orders o SET version = n.version + 1, time = coalesce(n.time, o.time), state = n.state, driver = n.driver, holder = n.holder, owed = n.owed, ended_ms = n.ended_ms,
    details = coalesce(n.details, o.details), events = coalesce(n.events, o.events), dispatch = coalesce(n.dispatch, o.dispatch),
    history = CASE WHEN n.is_tail THEN o.history || n.history ELSE n.history END
  FROM unnest($16::text[], $17::int8[], $18::text[], $19::text[], $20::text[], $21::text[], $22::int8[], $23::int8[], $24::text[], $25::text[], $26::text[], $27::text[], $28::bool[])
    AS n (key, version, time, state, driver, holder, owed, ended_ms, details, events, dispatch, history, is_tail)
  WHERE o.key = n.key AND o.version = n.version RETURNING 1
), gone_orders AS (
  DELETE FROM caps.orders o USING unnest($29::text[], $30::int8[]) AS n (key, version)
  WHERE o.key = n.key AND o.version = n.version RETURNING 1
), new_participants AS (
  INSERT INTO caps.participants (id, version, is_active, away_since_ms, floor, queued, retrying, dead, closed)
  SELECT id, 1, is_active, away_since_ms, floor, queued, retrying, dead, closed
  FROM unnest($31::text[], $32::int8[], $33::bool[], $34::int8[], $35::int8[], $36::int8[], $37::int8[], $38::int8[], $39::text[])
    AS n (id, version, is_active, away_since_ms, floor, queued, retrying, dead, closed)
  WHERE n.version = 0 ON CONFLICT DO NOTHING RETURNING 1
), changed_participants AS (
  UPDATE caps.participants p SET version = n.version + 1, is_active = n.is_active, away_since_ms = n.away_since_ms, floor = n.floor,
    queued = n.queued, retrying = n.retrying, dead = n.dead, closed = n.closed
  FROM unnest($31::text[], $32::int8[], $33::bool[], $34::int8[], $35::int8[], $36::int8[], $37::int8[], $38::int8[], $39::text[])
    AS n (id, version, is_active, away_since_ms, floor, queued, retrying, dead, closed)
  WHERE p.id = n.id AND p.version = n.version RETURNING 1
), gone_participants AS (
  DELETE FROM caps.participants p USING unnest($40::text[], $41::int8[]) AS n (id, version)
  WHERE p.id = n.id AND p.version = n.version RETURNING 1
), new_rosters AS (
  INSERT INTO caps.rosters (store, version, participants)
  SELECT store, 1, participants FROM unnest($42::text[], $43::int8[], $44::text[]) AS n (store, version, participants)
  WHERE n.version = 0 ON CONFLICT DO NOTHING RETURNING 1
), changed_rosters AS (
  UPDATE caps.rosters r SET version = n.version + 1, participants = n.participants
  FROM unnest($42::text[], $43::int8[], $44::text[]) AS n (store, version, participants)
  WHERE r.store = n.store AND r.version = n.version RETURNING 1
), new_entries AS (
  INSERT INTO caps.entries (participant, place, position, entry)
  SELECT participant, place, position, entry FROM unnest($45::text[], $46::text[], $47::int8[], $48::text[]) AS n (participant, place, position, entry)
  ON CONFLICT DO NOTHING RETURNING 1
), changed_entries AS (
  UPDATE caps.entries e SET entry = n.entry FROM unnest($49::text[], $50::text[], $51::int8[], $52::text[]) AS n (participant, place, position, entry)
  WHERE e.participant = n.participant AND e.place = n.place AND e.position = n.position
), taken_entries AS (
  DELETE FROM caps.entries e USING unnest($53::text[], $54::text[], $55::int8[]) AS n (participant, place, position)
  WHERE e.participant = n.participant AND e.place = n.place AND e.position = n.position
), new_revocations AS (
  INSERT INTO caps.revocations (participant, revoked_ms) SELECT participant, revoked_ms FROM unnest($56::text[], $57::int8[]) AS n (participant, revoked_ms)
  ON CONFLICT (participant) DO UPDATE SET revoked_ms = excluded.revoked_ms
), gone_revocations AS (
  DELETE FROM caps.revocations r USING unnest($58::text[]) AS n (participant) WHERE r.participant = n.participant
), new_notes AS (
  INSERT INTO caps.notes (kind, name, value) SELECT kind, name, value FROM unnest($59::text[], $60::text[], $61::text[]) AS n (kind, name, value)
  ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value
), gone_notes AS (
  DELETE FROM caps.notes o USING unnest($62::text[], $63::text[]) AS n (kind, name) WHERE o.kind = n.kind AND o.name = n.name
)
SELECT 1 / CASE WHEN (SELECT count(*) FROM hub) = 1
  AND (SELECT count(*) FROM new_orders) = cardinality($5::text[])
  AND (SELECT count(*) FROM changed_orders) = cardinality($16::text[])
  AND (SELECT count(*) FROM gone_orders) = cardinality($29::text[])
  AND (SELECT count(*) FROM new_participants) + (SELECT count(*) FROM changed_participants) = cardinality($31::text[])
  AND (SELECT count(*) FROM gone_participants) = cardinality($40::text[])
  AND (SELECT count(*) FROM new_rosters) + (SELECT count(*) FROM changed_rosters) = cardinality($42::text[])
  AND (SELECT count(*) FROM new_entries) = cardinality($45::text[])
  THEN 1 ELSE 0 END`

type Put<Key, Row> = Omit<RowChange<Key, Row>, 'after'> & { readonly after: Row }

const isPut = <Key, Row>(change: RowChange<Key, Row>): change is Put<Key, Row> => change.after !== null

const texts = <T>(all: readonly T[], of: (one: T) => string | null): Buffer => textArray(all.map(of))
const numbers = <T>(all: readonly T[], of: (one: T) => number | null): Buffer => int8Array(all.map(of))

const stateOf = (orders: readonly Put<OrderKey, OrderRecord>[]): Buffer[] => [
  texts(orders, ({ after }) => after.state),
  texts(orders, ({ after }) => after.driver),
  texts(orders, ({ after }) => holderOf(after)),
  numbers(orders, ({ after }) => after.owed),
  numbers(orders, ({ after }) => after.endedMs),
]

const textsOf = (orders: readonly OrderTexts[]): Buffer[] => [
  texts(orders, ({ details }) => details),
  texts(orders, ({ events }) => events),
  texts(orders, ({ dispatch }) => dispatch),
  texts(orders, ({ history }) => history),
]

const newOrders = (orders: readonly Put<OrderKey, OrderRecord>[]): Buffer[] => [
  texts(orders, ({ key }) => key),
  texts(orders, ({ after }) => after.time),
  ...stateOf(orders),
  ...textsOf(orders.map(({ after }) => orderTexts(null, after))),
]

const changedOrders = (orders: readonly Put<OrderKey, OrderRecord>[]): Buffer[] => {
  const changes = orders.map(({ before, after }) => orderTexts(before, after))
  return [
    texts(orders, ({ key }) => key),
    numbers(orders, ({ version }) => version),
    texts(orders, ({ before, after }) => (before!.time === after.time ? null : after.time)),
    ...stateOf(orders),
    ...textsOf(changes),
    boolArray(changes.map(({ isTail }) => isTail)),
  ]
}

const gone = (changes: readonly RowChange<string, unknown>[]): Buffer[] => {
  const rows = changes.filter(({ after }) => after === null)
  return [texts(rows, ({ key }) => key), numbers(rows, ({ version }) => version)]
}

const putParticipants = (rows: readonly Put<ParticipantId, ParticipantRecord>[]): Buffer[] => [
  texts(rows, ({ key }) => key),
  numbers(rows, ({ version }) => version),
  boolArray(rows.map(({ after }) => after.isActive)),
  numbers(rows, ({ after }) => after.awaySinceMs),
  numbers(rows, ({ after }) => after.floor),
  numbers(rows, ({ after }) => after.queued),
  numbers(rows, ({ after }) => after.retrying),
  numbers(rows, ({ after }) => after.dead),
  texts(rows, ({ after: { closed } }) => closed && JSON.stringify(closed)),
]

const putRosters = (rows: readonly Put<string, Roster>[]): Buffer[] => [
  texts(rows, ({ key }) => key),
  numbers(rows, ({ version }) => version),
  texts(rows, ({ after }) => JSON.stringify(after)),
]

const places = (entries: Changes['entries']): Buffer[] => [
  texts(entries, ({ participant }) => participant),
  texts(entries, ({ place }) => place),
  numbers(entries, ({ position }) => position),
]

const entryValues = (all: Changes['entries']): Buffer[] => {
  const there = all.filter(({ entry }) => entry !== null)
  const [added, replaced] = [false, true].map((was) => there.filter(({ wasThere }) => wasThere === was))
  const taken = all.filter(({ entry }) => entry === null)
  const whole = (entries: Changes['entries']) => [
    ...places(entries),
    texts(entries, ({ entry }) => entryText(entry!)),
  ]
  return [...whole(added!), ...whole(replaced!), ...places(taken)]
}

const revocationValues = ({ revocations }: Group): Buffer[] => {
  const kept = [...revocations.values()].filter((one) => one !== null)
  const removed = [...revocations].filter(([, one]) => one === null)
  return [
    texts(kept, ({ participant }) => participant),
    numbers(kept, ({ revokedMs }) => revokedMs),
    texts(removed, ([participant]) => participant),
  ]
}

const noteValues = ({ notes }: Group): Buffer[] => {
  const all = [...notes.values()]
  const kept = all.flatMap(({ after }) => after ?? [])
  const removed = all.flatMap(({ at, after }) => (after === null ? [at] : []))
  return [
    texts(kept, ({ kind }) => kind),
    texts(kept, ({ name }) => name),
    texts(kept, ({ value }) => JSON.stringify(value)),
    texts(removed, ({ kind }) => kind),
    texts(removed, ({ name }) => name),
  ]
}

export const isEmptyGroup = (group: Group, changes: Changes): boolean =>
  group.aliveMs === null &&
  group.revocations.size + group.notes.size === 0 &&
  changes.orders.length + changes.participants.length + changes.rosters.length + changes.entries.length === 0

export const groupStatement = (
  { fence, number, openFrom }: Signature,
  group: Group,
  changes: Changes,
): Statement => {
  const orders = changes.orders.filter(isPut)
  return {
    name: 'group',
    text: TEXT,
    values: [
      ...[fence, number, openFrom, group.aliveMs],
      ...newOrders(orders.filter(({ before }) => before === null)),
      ...changedOrders(orders.filter(({ before }) => before !== null)),
      ...gone(changes.orders),
      ...putParticipants(changes.participants.filter(isPut)),
      ...gone(changes.participants),
      ...putRosters(changes.rosters.filter(isPut)),
      ...entryValues(changes.entries),
      ...revocationValues(group),
      ...noteValues(group),
    ],
  }
}
