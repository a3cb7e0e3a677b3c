/**
 * What the workload needs of a participant: the port that the link library and the plain Socket.IO client fulfil. An implementation MUST confirm each event once, MUST hand each event that comes to
 * `handed` and acknowledge it when that returns, and MUST call `failed` for anything else that happens: a refusal, a broken connection.
 */
import type { Order, Progress } from '../../../shared/messages.ts'
import type { EventName, HandedEvent } from '../../../shared/protocol.ts'

export interface Participant {
  /**
   * An event may be published before the one before it of its order is confirmed: the implementation keeps their order. Else that is for the caller to do, see "What a client must do" in
   * docs/PROTOCOL.md.
   */
  readonly keepsOrder: boolean
  /** @param confirmed called when the hub has confirmed the event */
  publish(event: EventName, payload: Order | Progress, confirmed: () => void): void
  /** Resolves when all that was acknowledged has left this process. */
  close(): Promise<void>
}

export interface ParticipantSettings {
  readonly url: string
  readonly identity:
    | { readonly role: 'vendor'; readonly store: string; readonly id: string }
    | { readonly role: 'driver'; readonly id: string; readonly capacity: number }
  /** Entries that may be in flight to it. */
  readonly window: number
  handed(event: HandedEvent): void
  failed(why: string): void
}

/** Resolves when it is connected, rejects when it is not let in. */
export type OpenParticipant = (settings: ParticipantSettings) => Promise<Participant>

export type ClientKind = 'link' | 'plain'
