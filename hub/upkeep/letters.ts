/**
 * Finds what reads as a dead letter: entries at the delivery limit, and everything that lies in a queue whose session expired.
 */
import type { ParticipantId } from '../../shared/ids.ts'
import type { DeadLetter, Entry, EntryAt, Place, Retry } from '../domain/entry.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import { commit } from './commit.ts'
import type { UpkeepLedger, UpkeepTransaction } from './ports.ts'

/** A dead letter, and where it lies. */
export interface Letter extends DeadLetter {
  readonly place: Place
}

type Reading = Pick<UpkeepLedger, 'deadLettersOf' | 'closedEntries' | 'submit'>

const asLetter = (entry: Entry & Partial<Retry>, place: Place, deadMs: number): Letter => {
  const { dueMs: _, ...rest } = entry
  return { failures: [], ...rest, deadMs, place }
}

const recordOf = async (ledger: Reading, id: ParticipantId): Promise<ParticipantRecord | undefined> => {
  let record: ParticipantRecord | undefined
  await commit(ledger, {
    participants: [id],
    decide: (transaction) => {
      record = transaction.participant(id)
    },
  })
  return record
}

/** Letters of one participant in queue order, after a position. What lies in a queue that was left is nobody's any more. */
export const lettersOf = async (
  ledger: Reading,
  participant: ParticipantId,
  from: { after: number; limit: number },
): Promise<Letter[]> => {
  const closed = (await recordOf(ledger, participant))?.closed
  const after = Math.max(from.after, closed?.reason === 'left' ? closed.upTo : 0)
  const dead = await ledger.deadLettersOf(participant, { ...from, after })
  const letters: Letter[] = dead.map((letter) => ({ ...letter, place: 'dead' }))
  if (closed?.reason === 'expired')
    for (const place of ['queue', 'retry'] as const)
      for (const entry of await ledger.closedEntries(place, participant, { ...from, upTo: closed.upTo }))
        letters.push(asLetter(entry, place, closed.closedMs))
  return letters.sort((one, other) => one.position - other.position).slice(0, from.limit)
}

/** Nothing lies in the closed queue any more. A participant that has not come back is forgotten with it. */
export const forgetClosed = (transaction: UpkeepTransaction, id: ParticipantId): void => {
  const record = transaction.participant(id)
  if (record === undefined || record.closed === null) return
  if (record.isActive) transaction.putParticipant({ ...record, closed: null })
  else transaction.removeParticipant(id)
}

export const placesOf = (participant: ParticipantId, letters: readonly Letter[]): EntryAt[] =>
  letters.map(({ place, position }) => ({ participant, place, position }))

/** Takes a letter out of where it lies, if another hub has not done so meanwhile; needs `entries` in the work. With its last one a closed queue is gone. @returns whether it has been there */
export const takeLetter = (transaction: UpkeepTransaction, id: ParticipantId, letter: Letter): boolean => {
  const { place, position } = letter
  if (!transaction.isThere({ participant: id, place, position })) return false
  transaction.take(place, id, position)
  if (transaction.participant(id)?.closed?.entries === 0) forgetClosed(transaction, id)
  return true
}
