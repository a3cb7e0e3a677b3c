/** Entries by participant and position: whoever reads one queue does not look through those of all others. */
import type { ParticipantId } from '../../../shared/ids.ts'

interface Placed {
  readonly participant: ParticipantId
  readonly position: number
}

export class EntryIndex<T extends Placed> {
  readonly #byParticipant = new Map<ParticipantId, Map<number, T>>()

  get(participant: ParticipantId, position: number): T | undefined {
    return this.#byParticipant.get(participant)?.get(position)
  }

  add(one: T): void {
    const others = this.#byParticipant.get(one.participant)
    if (others === undefined) this.#byParticipant.set(one.participant, new Map([[one.position, one]]))
    else others.set(one.position, one)
  }

  /** Unless another one has taken its place. */
  remove(one: T): void {
    const { participant, position } = one
    const all = this.#byParticipant.get(participant)
    if (all?.get(position) !== one) return
    all.delete(position)
    if (all.size === 0) this.#byParticipant.delete(participant)
  }

  /** In the order in which they were added. */
  of(participant: ParticipantId): Iterable<T> {
    return this.#byParticipant.get(participant)?.values() ?? []
  }
}
