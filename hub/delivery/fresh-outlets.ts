/** A hub that was paused or cut off may have been taken for dead: until it has seen that it is not, what it would hand over waits here. What it hands over late, it hands only to participants that are still its own [PQ18]. */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Handover, Outlet } from './ports.ts'

interface Freshness {
  readonly isFresh: boolean
  owns(participant: ParticipantId): boolean
  onFresh(listener: () => void): () => void
}

interface Held {
  readonly participant: ParticipantId
  readonly outlet: Outlet
  readonly handovers: readonly Handover[]
}

export class FreshOutlets {
  readonly #hubs: Freshness
  #held: Held[] = []

  constructor(hubs: Freshness) {
    this.#hubs = hubs
    hubs.onFresh(() => this.#letGo())
  }

  of(participant: ParticipantId, outlet: Outlet): Outlet {
    return {
      hand: (handovers) => {
        if (this.#hubs.isFresh && this.#held.length === 0) outlet.hand(handovers)
        else this.#held.push({ participant, outlet, handovers })
      },
    }
  }

  #letGo(): void {
    if (!this.#hubs.isFresh) return
    for (const { participant, outlet, handovers } of this.#held.splice(0))
      if (this.#hubs.owns(participant)) outlet.hand(handovers)
  }
}
