/** What delivery from a participant's queue is made of. */
import type { ParticipantRecord } from '../domain/participant.ts'
import type { Erasures } from './erasures.ts'
import type { Pauses } from './pauses.ts'
import type { DeliveryLedger, DeliveryOptions, DeliveryReports, Outlet } from './ports.ts'
import type { Tally } from './window.ts'

/** What all queues of a hub have in common. */
export interface QueueParts {
  readonly ledger: DeliveryLedger
  readonly reports: DeliveryReports
  readonly now: () => number
  readonly options: DeliveryOptions
  readonly erasures: Pick<Erasures, 'formOf' | 'written'>
  /** Whom an operator has stopped delivery to. */
  readonly pauses: Pick<Pauses, 'has'>
  readonly tally: Tally
  /** Do other hubs add to the queue, so that what its row counts is not all? */
  readonly isShared: boolean
}

/** A connection's end of a queue. */
export interface Attachment {
  readonly outlet: Outlet
  /** The participant as it is when its connection takes over. */
  readonly participant: ParticipantRecord
  /** Entries that may be in flight. */
  readonly windowEntries: number
}
