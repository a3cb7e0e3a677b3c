/**
 * What a participant may send, over all its connections: whoever comes back does not begin anew. An event that is decided costs a token. Above its rate only new orders are refused; what belongs
 * to an accepted order is taken and owed, so that the new orders behind it wait for longer. Bytes are never refused here, since that would hit later events as well: whoever carries the connection is told to
 * read it more slowly.
 */
import type { ParticipantId } from '../../shared/ids.ts'
import { TokenBucket } from '../domain/token-bucket.ts'

export interface AllowanceOptions {
  /** Each as a long-term mean, and as the greatest burst. 0: no limit. */
  readonly pickupsPerSecond: number
  readonly senderEventsPerSecond: number
  readonly senderBytesPerSecond: number
}

export class Allowance {
  readonly #events: TokenBucket
  readonly #bytes: TokenBucket
  readonly #pickups: TokenBucket

  constructor(options: AllowanceOptions, nowMs: number) {
    this.#events = new TokenBucket(options.senderEventsPerSecond, nowMs)
    this.#bytes = new TokenBucket(options.senderBytesPerSecond, nowMs)
    this.#pickups = new TokenBucket(options.pickupsPerSecond, nowMs)
  }

  /** An event was decided that is no new order. */
  spend(nowMs: number): void {
    this.#events.spend(1, nowMs)
  }

  /** Milliseconds until a new order may be taken; 0 if it may now, and is. One that may not costs nothing: it comes again. */
  takePickup(nowMs: number): number {
    const waitMs = Math.max(this.#events.waitMs(nowMs), this.#pickups.waitMs(nowMs))
    if (waitMs > 0) return waitMs
    this.#events.spend(1, nowMs)
    this.#pickups.spend(1, nowMs)
    return 0
  }

  /** Bytes have come. @returns milliseconds for which no more should be read */
  heard(bytes: number, nowMs: number): number {
    this.#bytes.spend(bytes, nowMs)
    return this.#bytes.waitMs(nowMs)
  }

  /** Is it as if it were new? */
  isUnused(nowMs: number): boolean {
    return this.#events.isFull(nowMs) && this.#bytes.isFull(nowMs) && this.#pickups.isFull(nowMs)
  }
}

/** Each newcomer takes two of the oldest that are unused with it, so that there are never many more than those in use. */
const LOOKED_AT = 2

export class Allowances {
  readonly #options: AllowanceOptions
  readonly #of = new Map<ParticipantId, Allowance>()

  constructor(options: AllowanceOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#of.size
  }

  of(participant: ParticipantId, nowMs: number): Allowance {
    const known = this.#of.get(participant)
    if (known !== undefined) return known
    this.#forgetUnused(nowMs)
    const allowance = new Allowance(this.#options, nowMs)
    this.#of.set(participant, allowance)
    return allowance
  }

  /** One that is in use goes to the end of the line, so that it does not hide others. */
  #forgetUnused(nowMs: number): void {
    let looked = 0
    for (const [participant, allowance] of this.#of) {
      if (looked === LOOKED_AT) return
      looked += 1
      this.#of.delete(participant)
      if (!allowance.isUnused(nowMs)) this.#of.set(participant, allowance)
    }
  }
}
