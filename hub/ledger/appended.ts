/** What lies at the end of queues since a turn or a group began, and was not taken again, in queue order. */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Entry } from '../domain/entry.ts'

export class Appended {
  readonly #entries = new Map<ParticipantId, Entry[]>()

  get byParticipant(): ReadonlyMap<ParticipantId, readonly Entry[]> {
    return this.#entries
  }

  /** A copy: what is looked at may be taken meanwhile. */
  to(participant: ParticipantId): readonly Entry[] {
    return [...(this.#entries.get(participant) ?? [])]
  }

  add(participant: ParticipantId, ...appended: readonly Entry[]): void {
    const entries = this.#entries.get(participant)
    if (entries === undefined) this.#entries.set(participant, [...appended])
    else entries.push(...appended)
  }

  /** It was taken again. @returns false if it is not one of them */
  withdraw(participant: ParticipantId, position: number): boolean {
    const entries = this.#entries.get(participant)
    if (entries === undefined || position < entries[0]!.position) return false
    const index = entries.findIndex((entry) => entry.position === position)
    if (index < 0) return false
    entries.splice(index, 1)
    if (entries.length === 0) this.#entries.delete(participant)
    return true
  }
}
