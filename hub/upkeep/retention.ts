/**
 * Removes orders that have ended, whose retention has passed and of which no entry is left anywhere; and dead letters that were kept long enough.
 */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import { changed } from '../domain/order-record.ts'
import { commit } from './commit.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { UpkeepLedger, UpkeepOptions, UpkeepReports } from './ports.ts'

const PAGE = 500

/**
 * Removes one page of ended orders. An order that is still owed to somebody is put off: its end is dated forward, so that it does not stand in the way of those
 * behind it.
 */
export const removeOrders = async (
  ledger: UpkeepLedger,
  parts: { options: UpkeepOptions; reports: UpkeepReports },
  nowMs: number,
): Promise<number> => {
  const keys = await ledger.ordersEndedBefore(nowMs - parts.options.orderRetentionMs, PAGE)
  let removed = 0
  if (keys.length > 0)
    await commit(ledger, {
      orders: keys,
      decide: (transaction) => {
        removed = 0
        for (const record of keys.flatMap((key: OrderKey) => transaction.order(key) ?? [])) {
          if (record.owed > 0) transaction.putOrder(changed(record, { endedMs: transaction.nowMs }))
          else transaction.removeOrder(record)
          if (record.owed === 0) removed += 1
        }
      },
    })
  if (removed > 0) parts.reports.ordersRemoved(removed)
  return keys.length
}

/** Drops one participant's letters that are older than their retention, oldest first. */
export const dropOldLetters = async (
  letters: DeadLetters,
  participant: ParticipantId,
  diedBeforeMs: number,
): Promise<void> => {
  for (let after = 0; ; ) {
    const page = await letters.list(participant, { after, limit: PAGE })
    const old = page.filter(({ deadMs, place }) => place === 'dead' && deadMs < diedBeforeMs)
    if (old.length > 0)
      await letters.drop(
        participant,
        old.map(({ position }) => position),
      )
    if (page.length < PAGE) return
    after = page.at(-1)!.position
  }
}
