/** What other hubs have added to the queues of this one. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { Entry } from '../../domain/entry.ts'
import { int8Array } from './arrays.ts'
import type { Connection } from './connection.ts'
import { entryIn } from './entry-text.ts'
import { poolOf, queueOf } from './fleet-pools.ts'
import type { Block } from './positions.ts'

/** Read at a time. */
const MOST = 5000

/**
 * A hub may still add entries in its blocks, and all may add some behind what is reserved. Entries are looked for by their position and owners one by one: by statistics of queues that are empty most of the time the server would rather read all queues, and all that a hub owns (`||` keeps it from the key by which that could be done).
 */
export const FOREIGN = `WITH bound AS (SELECT least((SELECT min(first) FROM caps.blocks WHERE hub <> $1::int8), (SELECT last + 1 FROM caps.positions)) AS below)
SELECT bound.below, e.participant, e.entry FROM bound LEFT JOIN LATERAL (
  SELECT e.participant, e.entry, e.position FROM unnest($2::int8[], $3::int8[]) AS gap (first, last), LATERAL (
    SELECT participant, entry, position FROM caps.entries
    WHERE position >= gap.first AND position <= gap.last AND position < bound.below AND place <> 'dead' AND place || '' = 'queue'
      AND (participant = $4 OR (SELECT o.hub FROM caps.owners o WHERE o.participant = entries.participant) = $1::int8)
    ORDER BY position LIMIT ${MOST}
  ) e ORDER BY e.position LIMIT ${MOST}
) e ON true`

export interface ForeignEntries {
  /** All that others have added below it is here. */
  readonly below: number
  readonly entries: readonly { participant: ParticipantId; entry: Entry }[]
}

/** @param gaps where others may have added some, in order */
export const readForeignEntries = async (
  connection: Connection,
  hub: number,
  gaps: readonly Block[],
): Promise<ForeignEntries> => {
  const rows = await connection.run<[below: number, participant: string | null, text: string]>('queues', {
    name: 'foreign',
    text: FOREIGN,
    values: [
      hub,
      int8Array(gaps.map(({ first }) => first)),
      int8Array(gaps.map(({ last }) => last)),
      poolOf(hub),
    ],
  })
  const below = rows[0]![0]
  const entries = rows.flatMap(([, participant, text]) =>
    participant === null ? [] : [{ participant: queueOf(participant), entry: entryIn<Entry>(text) }],
  )
  return { entries, below: entries.length < MOST ? below : entries.at(-1)!.entry.position + 1 }
}
