/** A participant as the journal holds it: it changes with each of its entries, so it is written with nearly every group. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { ClosedQueue, ParticipantRecord } from '../../domain/participant.ts'
import type { PackedReader, PackedWriter } from './packed.ts'
import { readJson, writeJson } from './packed-patch.ts'

/** Its id is in front. */
export const writeRecord = (to: PackedWriter, record: ParticipantRecord): void => {
  to.flag(record.isActive)
  to.number(record.awaySinceMs === null ? 0 : record.awaySinceMs + 1)
  to.number(record.floor)
  to.number(record.queued)
  to.number(record.retrying)
  to.number(record.dead)
  writeJson(to, record.closed ?? undefined)
}

const readAwaySince = (from: PackedReader): number | null => {
  const number = from.number()
  return number === 0 ? null : number - 1
}

export const readRecord = (from: PackedReader, id: ParticipantId): ParticipantRecord => ({
  id,
  isActive: from.flag(),
  awaySinceMs: readAwaySince(from),
  floor: from.number(),
  queued: from.number(),
  retrying: from.number(),
  dead: from.number(),
  closed: readJson<ClosedQueue>(from) ?? null,
})
