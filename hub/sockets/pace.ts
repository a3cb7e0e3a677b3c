/**
 * How fast a peer is heard. Above its rate the hub reads it later: its messages wait in the operating systems of both sides, and with them whoever sends. So nothing is refused or lost for it, also nothing
 * that belongs to an accepted order, and what has no answer (acknowledgements, positions) is slowed like the rest. Over long polling there is nothing that could be read later; there it is cut, and sends
 * what is unconfirmed again.
 */
import type { Clock } from '../../shared/clock.ts'
import { TokenBucket } from '../domain/token-bucket.ts'
import { cutSoon, pausableOf } from './slow-reader.ts'
import type { PeerSocket } from './types.ts'

export interface PaceOptions {
  readonly connectionEventsPerSecond: number
  readonly connectionBytesPerSecond: number
}

export interface PaceParts {
  readonly options: PaceOptions
  readonly clock: Pick<Clock, 'now' | 'after'>
}

/** Told what becomes of it. */
export interface Paced {
  slowed(): void
  cutForPace(): void
}

/** Below the time in which a ping must be answered: the answer waits with the rest. */
const LONGEST_PAUSE_MS = 5000

export class Pace {
  readonly #conn: PeerSocket['conn']
  readonly #clock: PaceParts['clock']
  readonly #paced: Paced
  readonly #events: TokenBucket
  readonly #bytes: TokenBucket
  #resume: (() => void) | null = null

  constructor(conn: PeerSocket['conn'], { options, clock }: PaceParts, paced: Paced) {
    this.#conn = conn
    this.#clock = clock
    this.#paced = paced
    const nowMs = clock.now()
    this.#events = new TokenBucket(options.connectionEventsPerSecond, nowMs)
    this.#bytes = new TokenBucket(options.connectionBytesPerSecond, nowMs)
  }

  /** @param senderWaitMs for which the sender is not to be read, on whatever connection */
  heard(came: { events: number; bytes: number }, senderWaitMs: number): void {
    const nowMs = this.#clock.now()
    this.#events.spend(came.events, nowMs)
    this.#bytes.spend(came.bytes, nowMs)
    const waitMs = Math.max(this.#waitMs(nowMs), senderWaitMs)
    if (waitMs > 0 && this.#resume === null) this.#slowDown(waitMs)
  }

  stop(): void {
    this.#resume?.()
  }

  #waitMs(nowMs: number): number {
    return Math.max(this.#events.waitMs(nowMs), this.#bytes.waitMs(nowMs))
  }

  #slowDown(waitMs: number): void {
    const webSocket = pausableOf({ conn: this.#conn })
    if (webSocket === null) {
      this.#resume = () => {}
      this.#paced.cutForPace()
      return cutSoon({ conn: this.#conn })
    }
    this.#paced.slowed()
    webSocket.pause()
    let cancel = () => {}
    const mostMs = this.#clock.now() + LONGEST_PAUSE_MS
    this.#resume = () => {
      cancel()
      this.#resume = null
      webSocket.resume()
    }
    const wait = (ms: number) => {
      cancel = this.#clock.after(Math.min(ms, mostMs - this.#clock.now()), () => {
        // What had been read already came nevertheless, and is owed as well.
        const nowMs = this.#clock.now()
        const moreMs = nowMs < mostMs ? this.#waitMs(nowMs) : 0
        if (moreMs > 0) wait(moreMs)
        else this.#resume?.()
      })
    }
    wait(waitMs)
  }
}
