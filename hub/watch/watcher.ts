/**
 * One who watches, from its admission to its end. It is told what the feed has for all, and what changes of its own screen; what it asks for is another file's (`questions.ts`). It is cut when it does not read, when its token expires or is
 * revoked, and read more slowly when it asks for more than it may.
 *
 * open -> ended (told why) -> closed; open -> cut -> closed; open -> closed
 */
import type { Clock } from '../../shared/clock.ts'
import type { RefusalCode } from '../../shared/codes.ts'
import type { ConnectRefusal, Refused } from '../../shared/protocol.ts'
import type { HubToWatcher, Look } from '../../shared/watch.ts'
import type { Access } from '../access/access.ts'
import type { Identity } from '../access/identity.ts'
import type { Live } from '../access/ports.ts'
import { may } from '../access/rights.ts'
import { FrameLimit, type Hearer } from '../sockets/frame-limit.ts'
import { Pace, type Paced } from '../sockets/pace.ts'
import { EXPIRED, endTelling, tooLarge, unknownMessage } from '../sockets/peer-refusals.ts'
import { cutSoon, waitingBytes } from '../sockets/slow-reader.ts'
import type { WatchSocket } from '../sockets/types.ts'
import type { Looked } from './looks.ts'
import { type Answer, Questions, type QuestionsParts } from './questions.ts'
import type { Screen } from './screens/screen.ts'

/** Told what happens. MUST NOT throw. */
export interface WatcherReports {
  refused(code: RefusalCode, who: string): void
  slowed(who: string): void
  cut(who: string, why: string): void
}

export interface WatcherParts extends QuestionsParts {
  readonly access: Access
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly reports: WatcherReports
  /** Bytes that may wait for one that does not read. */
  readonly outgoingBytes: number
  /** What it looks at has another screen than before; null for none. */
  shows(watcher: Watcher, look: Look | null, looked: Looked | null): void
  left(watcher: Watcher): void
}

/** What a page may ask a second on the average; a person does not come near. */
const ASKED_PER_SECOND = 20
const BYTES_PER_SECOND = 256 * 1024
/** Of one message: as many dead letters as may be named in one. */
const FRAME_BYTES = 128 * 1024

export class Watcher implements Live, Hearer, Paced {
  readonly #socket: WatchSocket
  readonly #parts: WatcherParts
  readonly #frameLimit: FrameLimit
  readonly #pace: Pace
  readonly #questions: Questions
  #identity: Identity
  #isCut = false
  screen: Screen | null = null
  look: Look | null = null

  constructor(socket: WatchSocket, identity: Identity, parts: WatcherParts) {
    this.#socket = socket
    this.#identity = identity
    this.#parts = parts
    const options = {
      connectionEventsPerSecond: ASKED_PER_SECOND,
      connectionBytesPerSecond: BYTES_PER_SECOND,
    }
    this.#pace = new Pace(socket.conn, { options, clock: parts.clock }, this)
    this.#frameLimit = new FrameLimit(socket.conn, FRAME_BYTES, this)
    this.#questions = new Questions(this, parts)
  }

  /** @returns false if it may not watch any more, and has been told */
  open(): boolean {
    this.#socket.on('disconnect', () => this.#ended())
    this.#socket.onAny((...message) => this.#dispatch(message))
    this.#socket.data.connection = this
    const refused = this.#parts.access.refusalOf(this.#identity)
    if (refused !== null) this.end(refused)
    else this.#parts.access.enter(this)
    return refused === null
  }

  get identity(): Identity {
    return this.#identity
  }

  get isForAll(): boolean {
    return may(this.#identity, 'read-all')
  }

  renewed(identity: Identity): void {
    this.#identity = identity
  }

  shows(look: Look | null, looked: Looked | null): void {
    this.#parts.shows(this, look, looked)
  }

  refused(code: RefusalCode): void {
    this.#parts.reports.refused(code, this.#identity.participant)
  }

  tell<E extends keyof HubToWatcher>(message: E, ...args: Parameters<HubToWatcher[E]>): void {
    if (this.#mayBeTold()) this.#socket.emit(message, ...args)
  }

  /** What may be lost: nothing is kept of it for one that is slow. */
  tellVolatile<E extends keyof HubToWatcher>(message: E, ...args: Parameters<HubToWatcher[E]>): void {
    if (this.#mayBeTold()) this.#socket.volatile.emit(message, ...args)
  }

  #mayBeTold(): boolean {
    if (this.#isCut || this.#hasExpired() || !this.#socket.connected) return false
    if (waitingBytes(this.#socket) <= this.#parts.outgoingBytes) return true
    this.#cut('too much waits for it')
    return false
  }

  #hasExpired(): boolean {
    return this.#parts.access.hasExpired(this.#identity)
  }

  #cut(why: string): void {
    this.#isCut = true
    this.#parts.reports.cut(this.#identity.participant, why)
    cutSoon(this.#socket)
  }

  heard(bytes: number): void {
    this.#pace.heard({ events: 1, bytes }, 0)
  }

  slowed(): void {
    this.#parts.reports.slowed(this.#identity.participant)
  }

  cutForPace(): void {
    this.#isCut = true
    this.#parts.reports.cut(this.#identity.participant, 'it asks for more than it may')
  }

  stalled(): void {
    if (!this.#isCut) this.#cut('nothing has left for it for too long')
  }

  /** It is nobody any more. */
  end(refused: ConnectRefusal): void {
    this.refused(refused.code)
    this.#isCut = true
    endTelling(this.#socket, refused, this.#parts.clock)
  }

  #ended(): void {
    this.#isCut = true
    this.#questions.end()
    this.#parts.access.leave(this)
    this.#frameLimit.stop()
    this.#pace.stop()
    this.#parts.left(this)
  }

  #dispatch(message: readonly unknown[]): void {
    const last = message.at(-1)
    const hasCallback = typeof last === 'function'
    const [name, argument] = hasCallback ? message.slice(0, -1) : message
    const answer: Answer = (given) => {
      if (hasCallback && this.#mayBeTold()) last(given)
    }
    const refused = this.#messageRefusal(message, name)
    if (refused !== null) return this.#questions.refuse(refused, answer)
    this.#questions.ask(name, argument, answer)
  }

  #messageRefusal(message: readonly unknown[], name: unknown): Refused | null {
    if (this.#hasExpired()) return EXPIRED
    if (this.#frameLimit.isExceededBy(message)) return tooLarge(this.#frameLimit.bytes)
    return this.#questions.knows(name) ? null : unknownMessage(name)
  }
}
