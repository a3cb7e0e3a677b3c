/** What a hub needs of the others on the same data: who serves whom, and what waits with them. A hub on a folder is alone. */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { Entry, Retry } from '../domain/entry.ts'

/** What a hub tells the others, about once a second. */
export interface HubState {
  /** Parcels that its drivers could take. */
  readonly free: number
  /** Parcels that they take in all. */
  readonly capacity: number
  /** Pickups that it has nobody for. */
  readonly waiting: number
}

export interface Hubs {
  /** Begins to give signs of life and to look at the others. Resolves when what was left behind under its number is this hub's. */
  start(stateOf: () => HubState): Promise<void>
  /**
   * Serves a participant from now on, whoever did before: that hub writes nothing for it any more.
   * @param isWanted asked just before: the database may have been away for long
   * @returns false if it was not wanted any more
   */
  own(participant: ParticipantId, isWanted: () => boolean): Promise<boolean>
  /** Does this hub serve it? */
  owns(participant: ParticipantId): boolean
  /** It is connected here no more. It stays this hub's until another one serves it. */
  letGo(participant: ParticipantId): void
  /** Another hub serves them now. */
  onLost(listener: (participants: readonly ParticipantId[]) => void): () => void
  /** Drivers of a hub that is gone are this one's. */
  onAdopted(listener: (orders: readonly OrderKey[]) => void): () => void
  /** The hub has seen that it is alive in the eyes of the others. */
  onFresh(listener: () => void): () => void
  /** Another hub has pickups and nobody for them, and this one is the one to look. */
  onWaiting(listener: () => void): () => void
  /** Has it seen so lately? If not, others may serve its participants by now. */
  readonly isFresh: boolean
  /** Is what one hub does at a time this one's to do? */
  readonly isFirst: boolean
  readonly hasOthers: boolean
  /** Orders that this hub's drivers hold: leased, assigned, in transit. */
  heldOrders(): Promise<readonly OrderKey[]>
  heldOrdersOf(driver: string): Promise<readonly OrderKey[]>
  /** Pickups for which other hubs have no driver, in queue order from each. */
  waitingElsewhere(limit: number): Promise<readonly (Entry | Retry)[]>
}
