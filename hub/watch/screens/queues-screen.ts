/** A page of the list of queues: its rows as they change, and whether others may have come before them. */
import type { Changed, QueueRow } from '../../../shared/watch.ts'
import { owedTo, type ParticipantRecord } from '../../domain/participant.ts'
import type { Committed } from '../../domain/work.ts'
import type { ParticipantChange } from '../census.ts'
import { deadLettersOf } from '../rows.ts'
import type { Screen } from './screen.ts'
import { type LiveRows, ShownQueues } from './shown-queues.ts'

/** As far as a record tells: whether somebody is in trouble decides who comes first. */
const isInTrouble = (record: ParticipantRecord | null): boolean =>
  record !== null && (deadLettersOf(record) > 0 || (record.awaySinceMs !== null && owedTo(record) > 0))

export class QueuesScreen implements Screen {
  readonly #rows: ShownQueues
  readonly #nowMs: () => number
  #isStale = false

  constructor(rows: readonly QueueRow[], live: LiveRows, nowMs: () => number) {
    this.#rows = new ShownQueues(rows, live)
    this.#nowMs = nowMs
  }

  orderChanged(): void {}

  participantChanged(change: ParticipantChange): void {
    this.#rows.changed(change, this.#nowMs())
  }

  committed({ participantChanges }: Committed): void {
    for (const change of participantChanges) {
      if (this.#isStale) return
      this.#isStale = this.#moves(change)
    }
  }

  #moves({ key, before, after }: ParticipantChange): boolean {
    if ((before === null) !== (after === null)) return true
    return !this.#rows.has(key) && isInTrouble(before) !== isInTrouble(after)
  }

  take(nowMs: number): Changed | null {
    const rows = this.#rows.take(nowMs)
    const isStale = this.#isStale
    this.#isStale = false
    if (rows.length === 0 && !isStale) return null
    return { view: 'queues', ...(rows.length > 0 && { queues: rows }), ...(isStale && { isStale }) }
  }
}
