/** The ledger, as the live side of watching asks for it. */
import type { Ledger } from '../ledger/ledger.ts'
import type { FeedLedger } from './feed-ports.ts'

export const feedLedger = (ledger: Ledger): FeedLedger => ({
  onCommitted: (listener) => ledger.onCommitted(listener),
  onWrite: (listener) => ledger.onWrite(listener),
  participants: (after, limit) => ledger.reads.participants(after, limit),
  countDelivered: (range) => ledger.reads.countDelivered(range),
  async oldestTime({ id, floor, closed }) {
    const [[entry], [retry]] = await Promise.all([
      ledger.reads.entries(id, { after: floor, limit: 1 }),
      ledger.reads.retries(id, { after: closed?.upTo ?? 0, limit: 1 }),
    ])
    const times = [entry, retry].flatMap((found) => (found === undefined ? [] : [found.time]))
    return times.sort()[0] ?? null
  },
})
