/**
 * Which participants are this hub's: those whose connection came to it last. A hub takes a participant before it lets its connection in, and thereby from the hub that had it: that one's next group is refused until it knows, so that nothing it still decides for
 * this participant is written [PQ14].
 */
import type { ParticipantId } from '../../../shared/ids.ts'
import { textArray } from './arrays.ts'
import type { Connection } from './connection.ts'
import type { Identity } from './hub-row.ts'

/** Those who lose one are told in the same step; it waits for what they are just writing. Two hubs that take somebody new at the same moment do not see each other: then it is tried again. What a statement has changed it does not lock any more, so that `old` comes first. */
const TAKE = `WITH old AS (
  SELECT participant, hub FROM caps.owners WHERE participant = ANY ($3::text[]) ORDER BY participant FOR UPDATE
), taken AS (
  INSERT INTO caps.owners (participant, hub) SELECT n, $1::int8 FROM unnest($3::text[]) AS n WHERE (SELECT count(*) FROM old) >= 0 ORDER BY n
  ON CONFLICT (participant) DO UPDATE SET hub = excluded.hub WHERE owners.hub <> excluded.hub RETURNING xmax <> 0 AS was_there
), losers AS (
  UPDATE caps.hubs SET told = told + 1 WHERE hub IN (SELECT hub FROM old WHERE hub <> $1::int8) RETURNING hub
)
SELECT 1 / CASE WHEN EXISTS (SELECT FROM caps.hubs WHERE hub = $1::int8 AND fence = $2::int8)
  AND (SELECT count(*) FROM taken WHERE was_there) = (SELECT count(*) FROM old WHERE hub <> $1::int8) AND (SELECT count(*) FROM losers) >= 0
  THEN 1 ELSE 0 END, (SELECT array_agg(participant) FROM old WHERE hub <> $1::int8)`

/** @returns those that were another hub's */
export const takeOwnership = async (
  connection: Connection,
  { hub, fence }: Identity,
  participants: readonly ParticipantId[],
): Promise<ParticipantId[]> => {
  const values = [hub, fence, textArray([...participants])]
  const rows = await connection.run<[number, ParticipantId[] | null]>('lists', {
    name: 'take',
    text: TAKE,
    values,
  })
  return rows[0]?.[1] ?? []
}

const LOST = `SELECT participant FROM caps.owners WHERE participant = ANY ($2::text[]) AND hub <> $1::int8`

/** @returns those of them that are another hub's by now */
export const lostOf = async (
  connection: Connection,
  hub: number,
  participants: readonly ParticipantId[],
): Promise<ParticipantId[]> => {
  if (participants.length === 0) return []
  const values = [hub, textArray([...participants])]
  const rows = await connection.run<[ParticipantId]>('bell', { name: 'lost', text: LOST, values })
  return rows.map(([participant]) => participant)
}

export class Owned {
  /** Those that are this hub's: which taking it was that brought them, and which one brought them from another hub. */
  readonly #mine = new Map<ParticipantId, { taking: number; fromOthers: number }>()
  readonly #lost = new Set<ParticipantId>()
  #takings = 0

  get mine(): ParticipantId[] {
    return [...this.#mine.keys()]
  }

  /** How many were taken until now. */
  get takings(): number {
    return this.#takings
  }

  /** @param isFromOthers was it another hub's until now? Then what was submitted before is not decided any more */
  took(participant: ParticipantId, isFromOthers: boolean): void {
    this.#lost.delete(participant)
    this.#takings += 1
    const taking = this.#takings
    const fromOthers = isFromOthers ? taking : (this.#mine.get(participant)?.fromOthers ?? 0)
    this.#mine.set(participant, { taking, fromOthers })
  }

  wasTakenBefore(participant: ParticipantId, takings: number): boolean {
    return (this.#mine.get(participant)?.taking ?? 0) <= takings
  }

  lost(participant: ParticipantId): void {
    this.#lost.add(participant)
    this.#mine.delete(participant)
  }

  /** Nobody is connected under that name here any more, and nobody need tell this hub who takes it. */
  letGo(participant: ParticipantId): void {
    this.#mine.delete(participant)
  }

  isMine(participant: ParticipantId): boolean {
    return this.#mine.has(participant)
  }

  /** Is it this hub's, and was it when so many were taken? One of which this hub never heard is nobody's, and anybody may write for it. */
  has(participant: ParticipantId, takings: number): boolean {
    return !this.#lost.has(participant) && (this.#mine.get(participant)?.fromOthers ?? 0) <= takings
  }
}
