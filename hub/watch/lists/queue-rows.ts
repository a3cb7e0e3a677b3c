/** Rows of queues as they are shown: for each of them, and for no other, the ledger is asked how old its oldest entry is. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { QueueRow } from '../../../shared/watch.ts'
import { hasLeft, type ParticipantRecord } from '../../domain/participant.ts'
import type { ListsLedger, LiveQueues } from '../ports.ts'
import { knownOf, queueRowOf } from '../rows.ts'

export interface QueueRowsParts {
  readonly ledger: Pick<ListsLedger, 'participantRecord' | 'entriesIn'>
  readonly live: Pick<LiveQueues, 'liveOf' | 'isElsewhere'>
  now(): number
}

export class QueueRows {
  readonly #parts: QueueRowsParts

  constructor(parts: QueueRowsParts) {
    this.#parts = parts
  }

  /** In the order asked for; those that are gone are left out. */
  async of(participants: readonly ParticipantId[]): Promise<readonly QueueRow[]> {
    const records = await Promise.all(participants.map((id) => this.recordOf(id)))
    return this.ofRecords(records.filter((record) => record !== null))
  }

  async recordOf(participant: ParticipantId): Promise<ParticipantRecord | null> {
    const record = await this.#parts.ledger.participantRecord(participant)
    return record === null || hasLeft(record) ? null : record
  }

  ofRecords(records: readonly ParticipantRecord[]): Promise<QueueRow[]> {
    return Promise.all(records.map((record) => this.#rowOf(record)))
  }

  async #rowOf(record: ParticipantRecord): Promise<QueueRow> {
    const oldestMs = await this.#oldestMsOf(record)
    const { live, now } = this.#parts
    const known = knownOf(live.liveOf(record.id), live.isElsewhere(record))
    return queueRowOf(record, { ...known, oldestMs }, now())
  }

  /** What waits for a retry may be older than all that lies in the queue. */
  async #oldestMsOf({ id, floor, queued, retrying, closed }: ParticipantRecord): Promise<number | null> {
    const { ledger } = this.#parts
    const first = await Promise.all([
      queued > 0 ? ledger.entriesIn('queue', id, { after: floor, limit: 1 }) : [],
      retrying > 0 ? ledger.entriesIn('retry', id, { after: closed?.upTo ?? 0, limit: 1 }) : [],
    ])
    const times = first.flat().map(({ time }) => Date.parse(time))
    return times.length === 0 ? null : Math.min(...times)
  }
}
