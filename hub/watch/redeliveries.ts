/** How often entries were handed over again, by participant, since the hub started. Of many participants the ones that were last so are known. */
import type { ParticipantId } from '../../shared/ids.ts'

const MOST = 10_000

export class Redeliveries {
  readonly #counts = new Map<ParticipantId, number>()

  add(participant: ParticipantId): void {
    const count = this.of(participant) + 1
    this.#counts.delete(participant)
    this.#counts.set(participant, count)
    if (this.#counts.size <= MOST) return
    for (const oldest of this.#counts.keys()) return void this.#counts.delete(oldest)
  }

  of(participant: ParticipantId): number {
    return this.#counts.get(participant) ?? 0
  }
}
