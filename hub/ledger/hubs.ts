/** What a hub needs of the others on the same data: who serves whom, and what waits with them. A hub on a folder is alone. */
import type { OrderKey, ParticipantId } from '../../shared/ids.ts'
import type { Trouble } from '../../shared/watch.ts'
import type { Entry, Retry } from '../domain/entry.ts'
import type { Erasure } from '../domain/erasure.ts'

/** What a hub tells the others, about once a second. */
export interface HubState {
  /** Parcels that its drivers could take. */
  readonly free: number
  /** Parcels that they take in all. */
  readonly capacity: number
  /** Pickups that it has nobody for. */
  readonly waiting: number
}

/** What only the database knows, since all hubs change it. */
export interface Totals {
  /** Entries in queues and retries. */
  readonly owed: number
  /** Of them, and of dead letters, those of the fleet's queue. */
  readonly lying: number
  readonly deliveredToday: number
  /** Participants that are away with events, or have dead letters: the worst of both. */
  readonly troubles: readonly Trouble[]
  /** How many more there are. */
  readonly untold: number
}

/** An order whose personal fields another hub has erased. */
export interface Erased {
  readonly order: OrderKey
  readonly erasure: Erasure
}

/** What another hub has told last. */
export interface OtherShare {
  /** Its number. */
  readonly hub: number
  /** How long ago, by the database's clock. */
  readonly ageMs: number
  readonly share: string
}

export interface Hubs {
  /** This hub's. */
  readonly number: number
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
  /** Told before this hub writes anything more, and before it has started of what was erased lately [PQ28]. Some may be this hub's own, or told once more. */
  onErased(listener: (erased: readonly Erased[]) => void): () => void
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
  /**
   * Tells the others what may be lost, in place of what was told before, and hears what they have told lately. MUST NOT end the hub or hold up what is durable, whatever becomes of it.
   * @returns null if the others cannot be reached
   */
  exchange(share: string): Promise<readonly OtherShare[] | null>
  /** What is to be known of all participants and orders, whichever hub changes them. @returns null if it cannot be read. MUST NOT end the hub */
  totals(dayBeganMs: number): Promise<Totals | null>
  /** Pickups for which other hubs have no driver, in queue order from each. */
  waitingElsewhere(limit: number): Promise<readonly (Entry | Retry)[]>
}
