import { FLEET } from '../shared/ids.ts'
import { owedTo } from './domain/participant.ts'
import type { LedgerReads } from './ledger/ledger.ts'

/** Entries of all queues that are not yet acknowledged; those of the fleet are waiting. Dead letters and leased pickups are not counted. Reads every participant. */
export const owedIn = async (
  reads: Pick<LedgerReads, 'participants'>,
): Promise<{ owed: number; waiting: number }> => {
  let owed = 0
  let waiting = 0
  for (let after = ''; ; ) {
    const page = await reads.participants(after, 1000)
    for (const record of page) {
      owed += owedTo(record)
      if (record.id === FLEET) waiting = owedTo(record)
    }
    if (page.length === 0) return { owed, waiting }
    after = page.at(-1)!.id
  }
}
