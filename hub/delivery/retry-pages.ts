import type { ParticipantId } from '../../shared/ids.ts'
import type { Retry } from '../domain/entry.ts'
import type { DeliveryLedger } from './ports.ts'

const PAGE = 1000

/** All retries of a participant behind a position, in queue order, a page at a time. */
export async function* retryPages(
  ledger: Pick<DeliveryLedger, 'retries'>,
  participant: ParticipantId,
  position: number,
): AsyncGenerator<readonly Retry[]> {
  for (let after = position; ; ) {
    const page = await ledger.retries(participant, { after, limit: PAGE })
    if (page.length > 0) yield page
    if (page.length < PAGE) return
    after = page.at(-1)!.position
  }
}
