/** What is to be known of all participants and orders at once, whichever hub changes them: read by going through every participant's row, on the connection for lists. */

import type { ParticipantId } from '../../../shared/ids.ts'
import type { Totals } from '../hubs.ts'
import type { Connection } from './connection.ts'

/** Of each kind. */
const TOLD = 20

/** Two tables that are long are put together by a sum, since a join of them is looked up row by row here (see connection.ts). */
const TOTALS = `WITH each AS MATERIALIZED (
  SELECT id, sum(queued + retrying)::int8 AS owed, sum(dead)::int8 AS dead, max(away_since_ms) AS away_since_ms FROM (
    SELECT id, queued, retrying, dead + CASE WHEN closed IS NULL OR closed::json ->> 'reason' <> 'expired' THEN 0 ELSE (closed::json ->> 'entries')::int8 END AS dead, away_since_ms FROM caps.participants
    UNION ALL SELECT participant, queued, retrying, dead, NULL FROM caps.counts
  ) AS parts GROUP BY id
), troubled AS MATERIALIZED (
  SELECT * FROM each WHERE dead > 0 OR (owed > 0 AND away_since_ms IS NOT NULL AND id <> 'fleet')
)
SELECT (SELECT coalesce(sum(owed), 0)::int8 FROM each), (SELECT coalesce(sum(owed + dead), 0)::int8 FROM each WHERE id = 'fleet'),
  (SELECT count(*) FROM caps.orders WHERE ended_ms >= $1::int8 AND state = 'delivered'),
  (SELECT count(*) FROM troubled WHERE owed > 0 AND away_since_ms IS NOT NULL AND id <> 'fleet'), (SELECT count(*) FROM troubled WHERE dead > 0),
  coalesce((SELECT json_agg(t) FROM (SELECT id, owed, away_since_ms FROM troubled WHERE owed > 0 AND away_since_ms IS NOT NULL AND id <> 'fleet' ORDER BY owed DESC, away_since_ms LIMIT ${TOLD}) t), '[]')::text,
  coalesce((SELECT json_agg(t) FROM (SELECT id, dead FROM troubled WHERE dead > 0 ORDER BY dead DESC, id LIMIT ${TOLD}) t), '[]')::text`

type Row = [
  owed: number,
  lying: number,
  deliveredToday: number,
  awayCount: number,
  deadCount: number,
  away: string,
  dead: string,
]

interface Away {
  readonly id: ParticipantId
  readonly owed: number
  readonly away_since_ms: number
}

interface Dead {
  readonly id: ParticipantId
  readonly dead: number
}

export const totalsOf = async (connection: Connection, dayBeganMs: number): Promise<Totals> => {
  const rows = await connection.run<Row>('lists', { name: 'totals', text: TOTALS, values: [dayBeganMs] })
  const [owed, lying, deliveredToday, awayCount, deadCount, awayText, deadText] = rows[0]!
  const away = (JSON.parse(awayText) as readonly Away[]).map(
    ({ id, owed: count, away_since_ms: sinceMs }) =>
      ({ kind: 'away-with-events', participant: id, count, sinceMs }) as const,
  )
  const dead = (JSON.parse(deadText) as readonly Dead[]).map(
    ({ id, dead: count }) => ({ kind: 'dead-letters', participant: id, count }) as const,
  )
  const troubles = [...away, ...dead]
  return { owed, lying, deliveredToday, troubles, untold: awayCount + deadCount - troubles.length }
}
