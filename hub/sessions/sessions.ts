/**
 * Who is connected. A participant has one connection: a newer one takes over at once, and the older one is told. What makes a participant durable, its row with the queue's counters, is
 * written before its connection is let in.
 *
 * unknown -> connected <-> away -> expired (upkeep) | left -> unknown
 */
import { FLEET, type ParticipantId, storeOf, storesOf } from '../../shared/ids.ts'
import type { Sender } from '../domain/order.ts'
import { closeQueue, newParticipant, type ParticipantRecord } from '../domain/participant.ts'
import { TokenBucket } from '../domain/token-bucket.ts'
import type { DriverOrders, SessionLedger, SessionTransaction } from './ports.ts'

export interface SessionOptions {
  /** Participants with a queue that one store may have. */
  readonly participantsPerStore: number
  /** Participants that the hub does not know yet, each of which gets a row that stays; also the greatest burst. 0: no limit. */
  readonly newParticipantsPerMinute: number
}

/** A connection that wants in, as sessions see it. */
export interface Applicant {
  readonly sender: Sender
  /** Has it a queue? Drivers always are participants; a vendor may be here only to send. */
  readonly receives: boolean
  /** Names the connection to the one that it displaces. */
  readonly name: string
  /** Has it ended already? */
  isGone(): boolean
  /** Another connection has taken over: this one's answers no longer count. Called at most once, and not after `end`. */
  displaced(by: string): void
}

export type Registration =
  | {
      readonly kind: 'registered'
      readonly record: ParticipantRecord | null
      readonly awayMs: number
      readonly session: Session
    }
  | { readonly kind: 'too-many-participants' }
  | { readonly kind: 'too-many-new-participants'; readonly retryAfterMs: number }

export interface Session {
  isCurrent(): boolean
  /** The connection has ended. Idempotent. */
  end(): void
  /** The participant gives up its queue. `reply(false)` if it must not, because something is in transit. */
  leave(reply: (hasLeft: boolean) => void): void
}

export interface SessionsParts<T extends SessionTransaction> {
  readonly ledger: SessionLedger<T>
  readonly drivers: DriverOrders<T>
  readonly options: SessionOptions
  /** When a hub was last alive before this start: since then everybody is away whom that hub did not see leave. Null if it is written down of all of them. */
  readonly lastAliveMs: number | null
  /** A participant is not connected here any more, and that is durable. */
  letGo(participant: ParticipantId): void
}

const MINUTE_MS = 60_000

export class Sessions<T extends SessionTransaction> {
  readonly #parts: SessionsParts<T>
  readonly #newcomers: TokenBucket
  readonly #current = new Map<ParticipantId, Applicant>()
  /** Since when they are connected. */
  readonly #connectedMs = new Map<ParticipantId, number>()
  #drivers = 0

  constructor(parts: SessionsParts<T>) {
    this.#parts = parts
    const { options, lastAliveMs } = parts
    this.#newcomers = new TokenBucket(options.newParticipantsPerMinute, lastAliveMs ?? 0, MINUTE_MS)
  }

  get size(): number {
    return this.#current.size
  }

  get drivers(): number {
    return this.#drivers
  }

  get vendors(): number {
    return this.size - this.#drivers
  }

  isConnected(id: ParticipantId): boolean {
    return this.#current.has(id)
  }

  /** Since when it is connected, whichever connection it has; null if it is not. */
  connectedMs(id: ParticipantId): number | null {
    return this.#connectedMs.get(id) ?? null
  }

  /** Takes over for the applicant, and calls back when that is durable. */
  register(applicant: Applicant, reply: (registration: Registration) => void): void {
    const id = applicant.sender.participant
    const older = this.#current.get(id)
    this.#current.set(id, applicant)
    if (older === undefined && applicant.sender.role === 'driver') this.#drivers += 1
    older?.displaced(applicant.name)
    const session = new SessionOf(this, applicant)
    let registration: Registration = { kind: 'registered', record: null, awayMs: 0, session }
    this.#parts.ledger.submit({
      ...namesOf(id),
      decide: (transaction) => {
        if (this.isCurrent(applicant) && !this.#connectedMs.has(id))
          this.#connectedMs.set(id, transaction.nowMs)
        if (applicant.receives)
          registration = this.#enter(transaction, id, { session, wasConnected: older !== undefined })
      },
      settled: () => {
        if (registration.kind !== 'registered') this.#forget(applicant)
        reply(registration)
      },
    })
  }

  #forget(applicant: Applicant): boolean {
    if (!this.isCurrent(applicant)) return false
    const { participant, role } = applicant.sender
    this.#current.delete(participant)
    this.#connectedMs.delete(participant)
    if (role === 'driver') this.#drivers -= 1
    return true
  }

  #enter(
    transaction: T,
    id: ParticipantId,
    { session, wasConnected }: { session: Session; wasConnected: boolean },
  ): Registration {
    const known = transaction.participant(id)
    const store = storeOf(id)
    const isNew = known === undefined || !known.isActive
    if (
      isNew &&
      store !== null &&
      transaction.rosterOf(store).length >= this.#parts.options.participantsPerStore
    )
      return { kind: 'too-many-participants' }
    const retryAfterMs = isNew ? this.#newcomers.take(transaction.nowMs) : 0
    if (retryAfterMs > 0) return { kind: 'too-many-new-participants', retryAfterMs }
    const record = isNew
      ? { ...newParticipant(id, transaction.lastPosition), closed: known?.closed ?? null }
      : { ...known, awaySinceMs: null }
    transaction.putParticipant(record)
    const unseenSinceMs =
      known === undefined || wasConnected ? transaction.nowMs : (this.#parts.lastAliveMs ?? transaction.nowMs)
    const awaySinceMs = known?.awaySinceMs ?? unseenSinceMs
    return { kind: 'registered', record, awayMs: Math.max(0, transaction.nowMs - awaySinceMs), session }
  }

  isCurrent(applicant: Applicant): boolean {
    return this.#current.get(applicant.sender.participant) === applicant
  }

  /** Also of one that only sent: it may have displaced one that received. */
  end(applicant: Applicant): void {
    if (this.#forget(applicant)) this.#markAway(applicant.sender.participant)
  }

  /** Another hub serves them now: their connections here are told, and nothing is written for them. */
  lose(participants: readonly ParticipantId[], by: string): void {
    for (const id of participants) {
      const applicant = this.#current.get(id)
      if (applicant === undefined) continue
      this.#forget(applicant)
      applicant.displaced(by)
    }
  }

  #markAway(id: ParticipantId): void {
    this.#parts.ledger.submit({
      ...namesOf(id),
      decide: (transaction) => {
        const record = transaction.participant(id)
        if (record?.isActive && transaction.owns(id))
          transaction.putParticipant({ ...record, awaySinceMs: transaction.nowMs })
      },
      settled: () => {
        if (!this.isConnected(id)) this.#parts.letGo(id)
      },
    })
  }

  leave({ sender }: Applicant, reply: (hasLeft: boolean) => void): void {
    const id = sender.participant
    const { drivers } = this.#parts
    // What is leased to the driver after this comes back when it is gone.
    const orders = sender.role === 'driver' ? drivers.heldBy(sender.id) : []
    let hasLeft = false
    this.#parts.ledger.submit({
      ...namesOf(id),
      orders,
      participants: [id, FLEET],
      decide: (transaction) => {
        hasLeft = false
        if (!transaction.owns(id)) return
        hasLeft = sender.role !== 'driver' || drivers.withdraw(transaction, { driver: sender.id, orders })
        if (hasLeft) leaveQueue(transaction, id)
      },
      settled: () => reply(hasLeft),
    })
  }
}

/** What an applicant gets to hold of the sessions. */
class SessionOf<T extends SessionTransaction> implements Session {
  readonly #sessions: Sessions<T>
  readonly #applicant: Applicant

  constructor(sessions: Sessions<T>, applicant: Applicant) {
    this.#sessions = sessions
    this.#applicant = applicant
  }

  isCurrent(): boolean {
    return this.#sessions.isCurrent(this.#applicant)
  }

  end(): void {
    this.#sessions.end(this.#applicant)
  }

  leave(reply: (hasLeft: boolean) => void): void {
    this.#sessions.leave(this.#applicant, reply)
  }
}

const namesOf = (id: ParticipantId) => ({ participants: [id], stores: storesOf(id) })

/** An empty queue is gone at once; what lies in another is dropped by upkeep. */
const leaveQueue = (transaction: SessionTransaction, id: ParticipantId): void => {
  const record = transaction.participant(id)
  if (record === undefined) return
  const closing = { reason: 'left', upTo: transaction.lastPosition, nowMs: transaction.nowMs } as const
  const left = { ...closeQueue(record, closing), awaySinceMs: transaction.nowMs }
  if (left.closed!.entries === 0) transaction.removeParticipant(id)
  else transaction.putParticipant(left)
}
