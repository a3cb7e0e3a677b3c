/** The ledger as lists know it. */
import type { Committed, Work } from '../../domain/work.ts'
import type { ListsLedger } from '../ports.ts'

/** A ledger that has the reads that lists need, and runs work. */
interface ReadingLedger {
  readonly reads: Omit<ListsLedger, 'onCommitted' | 'lastPosition'>
  onCommitted(listener: (committed: Committed) => void): () => void
  submit(work: Work<{ readonly lastPosition: number }>): void
}

const lastPositionOf = (ledger: ReadingLedger): Promise<number> =>
  new Promise((resolve) => {
    let last = 0
    ledger.submit({
      decide: ({ lastPosition }) => {
        last = lastPosition
      },
      settled: () => resolve(last),
    })
  })

export const listsLedger = (ledger: ReadingLedger): ListsLedger => {
  const { reads } = ledger
  return {
    onCommitted: (listener) => ledger.onCommitted(listener),
    lastPosition: () => lastPositionOf(ledger),
    ordersByTime: (range) => reads.ordersByTime(range),
    ordersNamed: (range) => reads.ordersNamed(range),
    ordersHeldBy: (range) => reads.ordersHeldBy(range),
    orderRecords: (orders) => reads.orderRecords(orders),
    participantsFrom: (range) => reads.participantsFrom(range),
    participantRecord: (participant) => reads.participantRecord(participant),
    entriesIn: (place, participant, range) => reads.entriesIn(place, participant, range),
  }
}
