/** What a group writes of participants: what they are, what they are counted for, and who is known in a store. */
import { FLEET, type ParticipantId, storeOf } from '../../../../shared/ids.ts'
import type { ParticipantRecord } from '../../../domain/participant.ts'
import { boolArray } from '../arrays.ts'
import type { RowChange } from '../cached-rows.ts'
import { isClosing, isOnlyCounted } from '../row-columns.ts'
import type { Changes } from '../tables.ts'
import { byKey, type Changed, isChanged, isNew, isPut, numbers, type Put, texts } from './rows.ts'

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

export const participantValues = ({ participants }: Changes) => {
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
export const closesQueue = ({ participants }: Changes): boolean =>
  participants.some(
    ({ key, before, after }) =>
      storeOf(key) !== null && before !== null && after !== null && isClosing(before, after),
  )

export const rosterValues = ({ rosters }: Changes) => {
  const rows = byKey(rosters).filter(isPut)
  return {
    r_store: texts(rows, ({ key }) => key),
    r_version: numbers(rows, ({ version }) => version),
    r_participants: texts(rows, ({ after }) => JSON.stringify(after)),
  }
}
