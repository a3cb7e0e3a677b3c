/**
 * A group as one statement, which is a transaction of its own: the hub's fence and the group's number, all rows with their versions, entries added and taken. It is written whole, or not at all: when a row is not as the group found it, when the fence is
 * another hub's, when others have told this hub something that it does not know yet, or when the group is there already, a division by zero ends the statement. That is plain SQL, one round trip, and PostgreSQL plans it once a connection.
 *
 * Two hubs that write about the same order wait for each other only for the length of a statement, and one of them is refused only if both change what becomes of it. What is merely settled (an acknowledgement: less is owed, a line of history) is added to whatever is
 * there. A participant's counters are kept a hub, as differences, so that no two hubs ever write the same row of them.
 *
 * An entry that is put in the place of one that was read takes it only if that still lies there as it was read; otherwise what another hub has made of it stays.
 *
 * A pickup is looked for by its position, one after the other (LATERAL, LIMIT 1): by statistics of an empty queue the server would rather read all of the fleet's for each of them.
 */
import type { Statement } from './connection.ts'
import type { Group, Signature } from './group.ts'
import { groupValues } from './group-values.ts'
import { named } from './named-parameters.ts'
import type { Changes } from './tables.ts'
import { TYPES } from './values/types.ts'

/** Parameters stand here by name (`@name`), in the order of `values`. */
const TEXT = `
WITH hub AS (
  UPDATE caps.hubs SET last_group = @number, alive_ms = coalesce(@alive_ms, alive_ms)
  WHERE hub = @hub AND fence = @fence AND told = @told AND last_group = @number - 1 RETURNING 1
), used_blocks AS (
  DELETE FROM caps.blocks WHERE hub = @hub AND last < @open_from
), open_blocks AS (
  UPDATE caps.blocks SET first = @open_from WHERE hub = @hub AND first < @open_from AND last >= @open_from
), new_orders AS (
  INSERT INTO caps.orders (key, version, time, state, driver, holder, owed, ended_ms, details, events, dispatch, history)
  SELECT key, 1, time, state, driver, holder, owed, ended_ms, details, events, dispatch, history
  FROM unnest(@n_key, @n_time, @n_state, @n_driver, @n_holder, @n_owed, @n_ended_ms, @n_details, @n_events, @n_dispatch, @n_history)
    AS n (key, time, state, driver, holder, owed, ended_ms, details, events, dispatch, history)
  ON CONFLICT DO NOTHING RETURNING 1
), changed_orders AS (
  UPDATE caps.orders o SET version = n.version + 1, time = coalesce(n.time, o.time), state = n.state, driver = n.driver, holder = n.holder, owed = o.owed + n.owed, ended_ms = n.ended_ms,
    details = coalesce(n.details, o.details), events = coalesce(n.events, o.events), dispatch = coalesce(n.dispatch, o.dispatch),
    history = CASE WHEN n.old_bytes IS NULL THEN o.history || n.history ELSE n.history END
  FROM unnest(@c_key, @c_version, @c_time, @c_state, @c_driver, @c_holder, @c_owed, @c_ended_ms, @c_details, @c_events, @c_dispatch, @c_history, @c_old_bytes)
    AS n (key, version, time, state, driver, holder, owed, ended_ms, details, events, dispatch, history, old_bytes)
  WHERE o.key = n.key AND o.version = n.version AND (n.old_bytes IS NULL OR octet_length(o.history) = n.old_bytes) RETURNING 1
), settled_orders AS (
  UPDATE caps.orders o SET owed = o.owed + n.owed, history = o.history || n.history
  FROM unnest(@s_key, @s_owed, @s_history) AS n (key, owed, history) WHERE o.key = n.key RETURNING 1
), gone_orders AS (
  DELETE FROM caps.orders o USING unnest(@g_key, @g_version, @g_owed) AS n (key, version, owed)
  WHERE o.key = n.key AND o.version = n.version AND o.owed = n.owed RETURNING 1
), new_participants AS (
  INSERT INTO caps.participants (id, version, is_active, away_since_ms, floor, queued, retrying, dead, closed)
  SELECT id, 1, is_active, away_since_ms, floor, queued, retrying, dead, closed
  FROM unnest(@np_id, @np_is_active, @np_away_since_ms, @np_floor, @np_queued, @np_retrying, @np_dead, @np_closed)
    AS n (id, is_active, away_since_ms, floor, queued, retrying, dead, closed)
  ON CONFLICT DO NOTHING RETURNING 1
), changed_participants AS (
  UPDATE caps.participants p SET version = n.version + 1, is_active = n.is_active, away_since_ms = n.away_since_ms, closed = n.closed, floor = greatest(p.floor, n.floor)
  FROM unnest(@cp_id, @cp_version, @cp_is_active, @cp_away_since_ms, @cp_floor, @cp_closed) AS n (id, version, is_active, away_since_ms, floor, closed)
  WHERE p.id = n.id AND p.version = n.version RETURNING 1
), gone_participants AS (
  DELETE FROM caps.participants p USING unnest(@gp_id, @gp_version) AS n (id, version)
  WHERE p.id = n.id AND p.version = n.version RETURNING 1
), gone_counts AS (
  DELETE FROM caps.counts c USING unnest(@gp_id) AS n (id) WHERE c.participant = n.id
), gone_owners AS (
  DELETE FROM caps.owners o USING unnest(@gp_id) AS n (id) WHERE o.participant = n.id
), counts AS (
  INSERT INTO caps.counts AS c (participant, hub, floor, queued, retrying, dead)
  SELECT id, @hub, floor, queued, retrying, dead FROM unnest(@d_id, @d_floor, @d_queued, @d_retrying, @d_dead) AS n (id, floor, queued, retrying, dead)
  ON CONFLICT (participant, hub) DO UPDATE SET floor = greatest(c.floor, excluded.floor), queued = c.queued + excluded.queued,
    retrying = c.retrying + excluded.retrying, dead = c.dead + excluded.dead
), new_rosters AS (
  INSERT INTO caps.rosters (store, version, participants)
  SELECT store, 1, participants FROM unnest(@r_store, @r_version, @r_participants) AS n (store, version, participants)
  WHERE n.version = 0 ON CONFLICT DO NOTHING RETURNING 1
), changed_rosters AS (
  UPDATE caps.rosters r SET version = n.version + 1, participants = n.participants
  FROM unnest(@r_store, @r_version, @r_participants) AS n (store, version, participants)
  WHERE r.store = n.store AND r.version = n.version RETURNING 1
), new_entries AS (
  INSERT INTO caps.entries (participant, place, position, entry)
  SELECT participant, place, position, entry FROM unnest(@a_participant, @a_place, @a_position, @a_entry) AS n (participant, place, position, entry)
  ON CONFLICT DO NOTHING RETURNING 1
), changed_entries AS (
  UPDATE caps.entries e SET entry = n.entry FROM unnest(@e_participant, @e_place, @e_position, @e_entry, @e_before) AS n (participant, place, position, entry, before)
  WHERE e.participant = n.participant AND e.place = n.place AND e.position = n.position AND (n.before IS NULL OR e.entry = n.before)
), changed_pickups AS (
  UPDATE caps.entries e SET entry = n.entry FROM unnest(@f_place, @f_position, @f_entry, @f_before) AS n (place, position, entry, before)
  WHERE e.position = n.position AND e.place = n.place AND e.place <> 'dead' AND e.participant >= 'fleet' AND e.participant < 'fleet0' AND (n.before IS NULL OR e.entry = n.before)
), taken_entries AS (
  DELETE FROM caps.entries e USING unnest(@t_participant, @t_place, @t_position) AS n (participant, place, position)
  WHERE e.participant = n.participant AND e.place = n.place AND e.position = n.position
), named_entries AS (
  DELETE FROM caps.entries e USING unnest(@m_participant, @m_place, @m_position) AS n (participant, place, position)
  WHERE e.participant = n.participant AND e.place = n.place AND e.position = n.position RETURNING 1
), taken_pickups AS (
  DELETE FROM caps.entries WHERE ctid = ANY (ARRAY(
    SELECT at.ctid FROM unnest(@u_place, @u_position) AS n (place, position), LATERAL (
      SELECT ctid FROM caps.entries WHERE position = n.position AND place <> 'dead' AND place || '' = n.place AND left(participant, 5) = 'fleet' LIMIT 1
    ) at
  ))
), new_revocations AS (
  INSERT INTO caps.revocations (participant, revoked_ms) SELECT participant, revoked_ms FROM unnest(@v_participant, @v_revoked_ms) AS n (participant, revoked_ms)
  ON CONFLICT (participant) DO UPDATE SET revoked_ms = excluded.revoked_ms
), gone_revocations AS (
  DELETE FROM caps.revocations r USING unnest(@gv_participant) AS n (participant) WHERE r.participant = n.participant
), new_notes AS (
  INSERT INTO caps.notes (kind, name, value) SELECT kind, name, value FROM unnest(@o_kind, @o_name, @o_value) AS n (kind, name, value)
  ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value
), gone_notes AS (
  DELETE FROM caps.notes o USING unnest(@go_kind, @go_name) AS n (kind, name) WHERE o.kind = n.kind AND o.name = n.name
), new_erasures AS (
  INSERT INTO caps.erasures (key, erasure) SELECT key, erasure FROM unnest(@q_key, @q_erasure) AS n (key, erasure)
), old_erasures AS (
  DELETE FROM caps.erasures WHERE cardinality(@q_key) > 0 AND told_at < now() - interval '1 day'
)
SELECT 1 / CASE WHEN (SELECT count(*) FROM hub) = 1
  AND (SELECT count(*) FROM unnest(@l_key, @l_version) AS n (key, version) LEFT JOIN caps.orders o ON o.key = n.key WHERE coalesce(o.version, 0) = n.version) = cardinality(@l_key)
  AND (SELECT count(*) FROM new_orders) = cardinality(@n_key)
  AND (SELECT count(*) FROM changed_orders) = cardinality(@c_key)
  AND (SELECT count(*) FROM settled_orders) = cardinality(@s_key)
  AND (SELECT count(*) FROM gone_orders) = cardinality(@g_key)
  AND (SELECT count(*) FROM new_participants) = cardinality(@np_id)
  AND (SELECT count(*) FROM changed_participants) = cardinality(@cp_id)
  AND (SELECT count(*) FROM gone_participants) = cardinality(@gp_id)
  AND (SELECT count(*) FROM new_rosters) + (SELECT count(*) FROM changed_rosters) = cardinality(@r_store)
  AND (SELECT count(*) FROM new_entries) = cardinality(@a_participant)
  AND (SELECT count(*) FROM named_entries) = cardinality(@m_participant)
  AND (SELECT count(*) FROM unnest(@x_id, @x_queued, @x_retrying, @x_dead) AS n (id, queued, retrying, dead) JOIN caps.participants p ON p.id = n.id
    WHERE n.queued = p.queued + (SELECT coalesce(sum(c.queued), 0) FROM caps.counts c WHERE c.participant = n.id)
      AND n.retrying = p.retrying + (SELECT coalesce(sum(c.retrying), 0) FROM caps.counts c WHERE c.participant = n.id)
      AND n.dead = p.dead + (SELECT coalesce(sum(c.dead), 0) FROM caps.counts c WHERE c.participant = n.id)) = cardinality(@x_id)
  AND (@last_reserved = 0 OR (SELECT last FROM caps.positions) = @last_reserved)
  THEN 1 ELSE 0 END, least((SELECT min(first) FROM caps.blocks WHERE hub <> @hub), (SELECT last + 1 FROM caps.positions))`

const { text, order } = named(TEXT, TYPES)

/** @returns the number of this hub's group, and below which position of others nothing is added any more */
export const groupStatement = (signature: Signature, group: Group, changes: Changes): Statement => {
  const values = groupValues(signature, group, changes)
  return { name: 'group', text, values: order.map((name) => values[name]) }
}
