/**
 * Sees every participant's row, and each change of it, exactly once: first all rows that there are, a page at a time in the background, then what becomes durable. A change of a row that has not been reached yet is left to the
 * page that reaches it; one that comes while its page is read takes the place of what the page says. So sums over all participants are right at its end, and nothing is kept of any of them here.
 */
import type { Clock } from '../../shared/clock.ts'
import type { ParticipantId } from '../../shared/ids.ts'
import type { ParticipantRecord } from '../domain/participant.ts'
import type { Change } from '../domain/work.ts'

export type ParticipantChange = Change<ParticipantId, ParticipantRecord>

export interface CensusParts {
  readonly clock: Pick<Clock, 'after'>
  /** In the order of their ids, after one (or ''). */
  participants(after: string, limit: number): Promise<readonly ParticipantRecord[]>
  /** `before` is null for a row that is seen for the first time. */
  seen(change: ParticipantChange): void
}

const PAGE = 500
/** Between two pages: a million participants take some minutes. */
const PAUSE_MS = 50

export class Census {
  readonly #parts: CensusParts
  /** All rows up to this one have been seen; null when all have. */
  #reached: string | null = ''
  /** Rows behind it that have changed since the page under way was asked for. */
  readonly #meanwhile = new Map<ParticipantId, ParticipantRecord | null>()
  #isReading = false
  #isStopped = false
  #cancel = () => {}

  constructor(parts: CensusParts) {
    this.#parts = parts
  }

  get isDone(): boolean {
    return this.#reached === null
  }

  start(): void {
    this.#isReading = true
    this.#meanwhile.clear()
    this.#parts.participants(this.#reached ?? '', PAGE).then(
      (page) => this.#arrived(page),
      // A range that cannot be read has been told to whoever owns the ledger, who ends the hub.
      () => {},
    )
  }

  #arrived(page: readonly ParticipantRecord[]): void {
    if (this.#isStopped) return
    this.#isReading = false
    const isLast = page.length < PAGE
    const upTo = isLast ? null : page.at(-1)!.id
    const rows = new Map<ParticipantId, ParticipantRecord | null>(page.map((record) => [record.id, record]))
    for (const [id, row] of this.#meanwhile) if (upTo === null || id <= upTo) rows.set(id, row)
    this.#meanwhile.clear()
    this.#reached = upTo
    for (const [key, after] of rows) if (after !== null) this.#parts.seen({ key, before: null, after })
    if (!isLast) this.#cancel = this.#parts.clock.after(PAUSE_MS, () => this.start())
  }

  committed(changes: readonly ParticipantChange[]): void {
    for (const change of changes) {
      if (this.#reached === null || change.key <= this.#reached) this.#parts.seen(change)
      else if (this.#isReading) this.#meanwhile.set(change.key, change.after)
    }
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }
}
