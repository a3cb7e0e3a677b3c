/** One queue with entries of one of its places: its row, and whether entries may have come or gone. */
import type { Changed, EntryRow, QueueRow } from '../../../shared/watch.ts'
import type { ParticipantRecord } from '../../domain/participant.ts'
import type { ParticipantChange } from '../census.ts'
import { deadLettersOf } from '../rows.ts'
import type { Screen } from './screen.ts'
import { type LiveRows, ShownQueues } from './shown-queues.ts'

const lengthOf = (record: ParticipantRecord | null, place: EntryRow['place']): number => {
  if (record === null) return 0
  if (place === 'queue') return record.queued
  return place === 'retry' ? record.retrying : deadLettersOf(record)
}

/** Entries that went and came in one step leave the length as it was. */
const hasMoved = ({ before, after }: ParticipantChange, place: EntryRow['place']): boolean =>
  lengthOf(before, place) !== lengthOf(after, place) || (place === 'queue' && before?.floor !== after?.floor)

export class QueueScreen implements Screen {
  readonly #place: EntryRow['place']
  readonly #rows: ShownQueues
  readonly #nowMs: () => number
  #isStale = false

  constructor(
    { queue, place }: { queue: QueueRow; place: EntryRow['place'] },
    live: LiveRows,
    nowMs: () => number,
  ) {
    this.#place = place
    this.#rows = new ShownQueues([queue], live)
    this.#nowMs = nowMs
  }

  orderChanged(): void {}

  participantChanged(change: ParticipantChange): void {
    this.#rows.changed(change, this.#nowMs())
    this.#isStale ||= hasMoved(change, this.#place)
  }

  committed(): void {}

  take(nowMs: number): Changed | null {
    const queues = this.#rows.take(nowMs)
    const isStale = this.#isStale
    this.#isStale = false
    if (queues.length === 0 && !isStale) return null
    return { view: 'queue', ...(queues.length > 0 && { queues }), ...(isStale && { isStale }) }
  }
}
