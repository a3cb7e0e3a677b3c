/**
 * What hubs tell each other about once a second and nobody needs to keep (`caps.shares`): one row a hub, in a table that is not logged, so that a commit waits for no disk and no standby. Told on the connection for lists, on which nothing durable waits.
 */
import type { OtherShare } from '../hubs.ts'
import type { Connection } from './connection.ts'
import type { Identity } from './hub-row.ts'

/** Only under the fence that holds: one that was taken for dead tells nothing any more. What a hub that is gone has told is cleared away, since it says where drivers were. */
const EXCHANGE = `WITH mine AS (
  INSERT INTO caps.shares AS s (hub, fence, told_at, share) SELECT hub, fence, clock_timestamp(), $3::text FROM caps.hubs WHERE hub = $1::int8 AND fence = $2::int8
  ON CONFLICT (hub) DO UPDATE SET fence = excluded.fence, told_at = excluded.told_at, share = excluded.share
), gone AS (
  DELETE FROM caps.shares WHERE hub <> $1::int8 AND told_at < clock_timestamp() - interval '1 minute'
)
SELECT s.hub, floor(extract(epoch FROM clock_timestamp() - s.told_at) * 1000)::int8, s.share
FROM caps.shares s JOIN caps.hubs h ON h.hub = s.hub AND h.fence = s.fence
WHERE s.hub <> $1::int8 AND h.is_live AND s.told_at > clock_timestamp() - interval '10 seconds' ORDER BY s.hub`

export const exchangeShares = async (
  connection: Connection,
  { hub, fence }: Identity,
  share: string,
): Promise<readonly OtherShare[]> => {
  const values = [hub, fence, share]
  const rows = await connection.run<[hub: number, ageMs: number, share: string]>('lists', {
    name: 'exchange-shares',
    text: EXCHANGE,
    values,
  })
  return rows.map(([other, ageMs, told]) => ({ hub: other, ageMs: Math.max(0, ageMs), share: told }))
}
