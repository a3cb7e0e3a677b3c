/**
 * Ends the sessions of participants that were away for too long: the queue is closed in one write, reads as dead letters from then on, and is removed in small steps when those have
 * been kept long enough. A queue that was left is removed at once. The clock of a session starts at the later of the disconnect and the hub being ready.
 */
import { FLEET, type ParticipantId, storesOf } from '../../shared/ids.ts'
import { orderKeyOf, type Place } from '../domain/entry.ts'
import { settleEntry } from '../domain/order.ts'
import { closeQueue, type ParticipantRecord } from '../domain/participant.ts'
import { commit } from './commit.ts'
import { forgetClosed, type Letter, placesOf, takeLetter } from './letters.ts'
import type { Presence, UpkeepLedger, UpkeepOptions, UpkeepReports } from './ports.ts'
import type { Turns } from './turns.ts'

export interface ExpiryParts {
  readonly ledger: UpkeepLedger
  readonly reports: UpkeepReports
  readonly presence: Presence
  readonly options: UpkeepOptions
  readonly readyMs: number
}

/** What a round of upkeep adds: who else works on letters, and whether it is to end after the step that is under way. */
export interface ExpiryRound extends ExpiryParts {
  readonly turns: Turns
  isStopping(): boolean
}

const PAGE = 500

const isExpired = (record: ParticipantRecord, parts: ExpiryParts, nowMs: number): boolean => {
  const { presence, readyMs, options } = parts
  if (
    !record.isActive ||
    record.id === FLEET ||
    presence.isConnected(record.id) ||
    (presence.isAwayWritten && record.awaySinceMs === null) ||
    presence.isCarrying(record.id)
  )
    return false
  return nowMs - Math.max(record.awaySinceMs ?? 0, readyMs) >= options.sessionExpiryMs
}

const mayBeRemoved = ({ closed }: ParticipantRecord, options: UpkeepOptions, nowMs: number): boolean =>
  closed !== null && (closed.reason === 'left' || nowMs - closed.closedMs >= options.deadLetterRetentionMs)

const expire = async (parts: ExpiryParts, id: ParticipantId): Promise<void> => {
  let entries: number | null = null
  await commit(parts.ledger, {
    participants: [id],
    stores: storesOf(id),
    decide: (transaction) => {
      entries = null
      const record = transaction.participant(id)
      // It may have come back since the page was read, and gone again.
      if (record === undefined || !isExpired(record, parts, transaction.nowMs)) return
      const upTo = transaction.lastPosition
      const closed = closeQueue(record, { reason: 'expired', upTo, nowMs: transaction.nowMs })
      entries = closed.closed!.entries
      if (entries === 0) transaction.removeParticipant(id)
      else transaction.putParticipant(closed)
    },
  })
  if (entries !== null) parts.reports.expired(id, entries)
}

/** In each place of a queue, the position behind which its removal goes on. What was removed may lie in the ledger for long before it is cleaned up, and is not to be read over again. */
type Cursor = Readonly<Record<Place, number>>

const START: Cursor = { queue: 0, retry: 0, dead: 0 }

/**
 * Removes up to a page of what lies behind a cursor in each place of a closed queue, which is gone when nothing lies in it from the start on.
 * @returns where to go on; null if it is gone
 */
const removeClosed = async (
  { ledger, reports }: ExpiryParts,
  { record, cursor }: { record: ParticipantRecord; cursor: Cursor },
): Promise<Cursor | null> => {
  const range = { upTo: record.closed!.upTo, limit: PAGE }
  const letters: Letter[] = []
  const behind: Record<Place, number> = { ...cursor }
  for (const place of ['queue', 'retry', 'dead'] as const satisfies Place[])
    for (const entry of await ledger.closedEntries(place, record.id, { after: cursor[place], ...range })) {
      letters.push({ ...entry, place, failures: [], deadMs: 0 })
      behind[place] = entry.position
    }
  if (letters.length === 0 && cursor !== START) return START
  let dropped = 0
  await commit(ledger, {
    orders: letters.map(orderKeyOf),
    participants: [record.id],
    stores: storesOf(record.id),
    entries: placesOf(record.id, letters),
    decide: (transaction) => {
      dropped = 0
      for (const letter of letters) {
        if (!takeLetter(transaction, record.id, letter)) continue
        dropped += 1
        const order = transaction.order(orderKeyOf(letter))
        const item = { what: 'dropped', participant: record.id, event: letter.event } as const
        if (order !== undefined) transaction.putOrder(settleEntry(order, item, transaction.nowMs))
      }
      // The participant may have come back since, and its new queue have been closed as well.
      const { upTo } = transaction.participant(record.id)?.closed ?? {}
      if (letters.length === 0 && upTo === record.closed!.upTo) forgetClosed(transaction, record.id)
    },
  })
  reports.dropped(record.id, dropped)
  return letters.length === 0 ? null : behind
}

const removeQueue = async (round: ExpiryRound, record: ParticipantRecord): Promise<void> => {
  for (let next: Cursor | null = START; next !== null && !round.isStopping(); ) {
    const cursor: Cursor = next
    next = await round.turns.run(() => removeClosed(round, { record, cursor }))
  }
}

/** Looks at one page of participants. @returns the last one seen, to go on behind; '' when the round is complete */
export const expirePage = async (round: ExpiryRound, after: string, nowMs: number): Promise<string> => {
  const page = await round.ledger.participants(after, PAGE)
  for (const record of page) {
    if (round.isStopping()) return ''
    if (round.presence.isOthers(record.id)) continue
    if (isExpired(record, round, nowMs)) await expire(round, record.id)
    if (mayBeRemoved(record, round.options, nowMs)) await removeQueue(round, record)
  }
  return page.length < PAGE ? '' : page.at(-1)!.id
}
