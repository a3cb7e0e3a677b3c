/** What gathers while the group before it syncs, besides the changes in the tables: values of the folder itself, the work to settle, and what to announce once it is durable. */
import type { ParticipantId } from '../../../shared/ids.ts'
import type { Entry } from '../../domain/entry.ts'

export class Group {
  /** null removes. */
  readonly values = new Map<string, string | null>()
  readonly appended = new Map<ParticipantId, Entry[]>()
  readonly settled: (() => void)[] = []

  announce(participant: ParticipantId, appended: readonly Entry[]): void {
    if (appended.length === 0) return
    const entries = this.appended.get(participant)
    if (entries === undefined) this.appended.set(participant, [...appended])
    else entries.push(...appended)
  }
}
