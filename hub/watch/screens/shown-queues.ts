/** Rows of queues on a screen, from their newest records and from what delivery does with them, which no record tells. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { QueueRow } from '../../../shared/watch.ts'
import { owedTo, type ParticipantRecord } from '../../domain/participant.ts'
import type { ParticipantChange } from '../census.ts'
import type { LiveQueues } from '../ports.ts'
import { knownOf, queueRowOf } from '../rows.ts'

/** Delivery's own account of what is owed for longest. */
export interface LiveRows extends Pick<LiveQueues, 'liveOf' | 'isElsewhere'> {
  /** Are there other hubs? */
  readonly hasOthers: boolean
  /** When the oldest event at hand was accepted; null if none is. */
  oldestMsOf(participant: ParticipantId): number | null
}

interface Shown {
  row: QueueRow
  /** Connected to another hub, as far as is known here. */
  isElsewhere: boolean
  /** Since the row was made; null if none has come. */
  record: ParticipantRecord | null
  /** When it changed from owing nothing, if it did. */
  owedSinceMs: number | null
}

/** Without what only its record tells. */
const isAsLive = (row: QueueRow, live: ReturnType<LiveQueues['liveOf']>): boolean =>
  row.connected === live.connected &&
  row.inFlight === live.inFlight &&
  row.pausedMs === live.pausedMs &&
  row.carrying === live.carrying &&
  row.redelivered === live.redelivered

export class ShownQueues {
  readonly #live: LiveRows
  readonly #shown: ReadonlyMap<ParticipantId, Shown>

  constructor(rows: readonly QueueRow[], live: LiveRows) {
    this.#live = live
    this.#shown = new Map(rows.map((row) => [row.participant, this.#shownAs(row)]))
  }

  #shownAs(row: QueueRow): Shown {
    const isElsewhere = this.#live.hasOthers && row.connected && !this.#live.liveOf(row.participant).connected
    return { row, isElsewhere, record: null, owedSinceMs: null }
  }

  has(participant: ParticipantId): boolean {
    return this.#shown.has(participant)
  }

  changed({ key, before, after }: ParticipantChange, nowMs: number): void {
    const shown = this.#shown.get(key)
    if (shown === undefined || after === null) return
    shown.record = after
    shown.isElsewhere = this.#live.isElsewhere(after)
    if (before !== null && owedTo(before) === 0) shown.owedSinceMs = nowMs
  }

  /** Those that are not as they were. */
  take(nowMs: number): QueueRow[] {
    const rows: QueueRow[] = []
    for (const [participant, shown] of this.#shown) {
      const row = this.#newRow(participant, shown, nowMs)
      if (row === null) continue
      shown.row = row
      shown.record = null
      rows.push(row)
    }
    return rows
  }

  #newRow(
    participant: ParticipantId,
    { row, record, owedSinceMs, isElsewhere }: Shown,
    nowMs: number,
  ): QueueRow | null {
    const live = knownOf(this.#live.liveOf(participant), isElsewhere)
    if (record === null) {
      const { connected, connectedMs, inFlight, pausedMs, carrying, redelivered } = live
      if (isAsLive(row, live)) return null
      const sinceMs = connected === row.connected ? row.sinceMs : connected ? connectedMs : nowMs
      const paused = pausedMs !== null
      return { ...row, connected, sinceMs, inFlight, paused, pausedMs, carrying, redelivered }
    }
    const known = this.#live.oldestMsOf(participant) ?? owedSinceMs ?? row.oldestMs ?? nowMs
    const oldestMs = owedTo(record) === 0 ? null : known
    return queueRowOf(record, { ...live, oldestMs }, nowMs)
  }
}
