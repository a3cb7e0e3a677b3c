/**
 * One who watches, from its admission to its end. It is told what the feed has for all, and what changes of its own screen; what it sends is decoded, and refused in words. It is cut when it does not read, when its token
 * expires or is revoked, and read more slowly when it asks for more than it may.
 *
 * open -> ended (told why) -> closed; open -> cut -> closed; open -> closed
 */
import type { Clock } from '../../shared/clock.ts'
import type { RefusalCode } from '../../shared/codes.ts'
import { orderKey } from '../../shared/ids.ts'
import type { Decoded } from '../../shared/messages.ts'
import type { ConnectRefusal, Refused } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'
import type { Action, ActionReply, HubToWatcher, Look, Shown, WatcherToHub } from '../../shared/watch.ts'
import type { Access } from '../access/access.ts'
import { type Identity, isRefusal } from '../access/identity.ts'
import type { Live } from '../access/ports.ts'
import { may } from '../access/rights.ts'
import { FrameLimit, type Hearer } from '../sockets/frame-limit.ts'
import { renewalRefusal } from '../sockets/identity.ts'
import { Pace, type Paced } from '../sockets/pace.ts'
import { EXPIRED, endTelling, tooLarge, unknownMessage } from '../sockets/peer-refusals.ts'
import { cutSoon, waitingBytes } from '../sockets/slow-reader.ts'
import type { WatchSocket } from '../sockets/types.ts'
import type { Looked } from './looks.ts'
import { decodeAction, decodeLook, decodeToken } from './messages.ts'
import type { Screen } from './screens/screen.ts'

/** Told what happens. MUST NOT throw. */
export interface WatcherReports {
  refused(code: RefusalCode, who: string): void
  slowed(who: string): void
  cut(who: string, why: string): void
}

export interface WatcherParts {
  readonly access: Access
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly reports: WatcherReports
  /** Bytes that may wait for one that does not read. */
  readonly outgoingBytes: number
  serve(look: Look, install: (looked: Looked) => void): Promise<Shown>
  act(who: string, action: Action): Promise<ActionReply>
  /** What it looks at has another screen than before; null for none. */
  shows(watcher: Watcher, look: Look | null, looked: Looked | null): void
  left(watcher: Watcher): void
}

type Answer = (answer: object) => void

/** What a page may ask a second on the average; a person does not come near. */
const ASKED_PER_SECOND = 20
const BYTES_PER_SECOND = 256 * 1024
/** Of one message: as many dead letters as may be named in one. */
const FRAME_BYTES = 128 * 1024
/** Questions that wait for their answer. */
const MOST_WAITING = 8

const BUSY = refusal('busy', 'Too many questions of this connection wait for their answer.', {
  retryAfterMs: 1000,
})
const ONE_ORDER = refusal('not-permitted', 'This token is for one order, and shows no other.')
const NO_OPERATOR = refusal('not-permitted', 'Only an operator may act.')
const FAILED = refusal('hub-fault', 'The hub could not answer this.')
const OTHER_ORDER = 'The token is for another order.'

const malformed = ({ message, fields }: Extract<Decoded<never>, { ok: false }>): Refused =>
  refusal('malformed', message, { fields })

export class Watcher implements Live, Hearer, Paced {
  readonly #socket: WatchSocket
  readonly #parts: WatcherParts
  readonly #frameLimit: FrameLimit
  readonly #pace: Pace
  readonly #handlers: ReadonlyMap<unknown, (argument: unknown, answer: Answer) => void>
  #identity: Identity
  #waiting = 0
  /** Of looks: only the newest one decides what is shown. */
  #looks = 0
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
    this.#handlers = new Map<keyof WatcherToHub, (argument: unknown, answer: Answer) => void>([
      ['look', (argument, answer) => this.#look(argument, answer)],
      ['act', (argument, answer) => this.#act(argument, answer)],
      ['token', (argument, answer) => this.#renew(argument, answer)],
    ])
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

  /** May it hear of more than one order? */
  get isForAll(): boolean {
    return may(this.#identity, 'read-all')
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
    this.#parts.reports.refused(refused.code, this.#identity.participant)
    this.#isCut = true
    endTelling(this.#socket, refused, this.#parts.clock)
  }

  #ended(): void {
    this.#isCut = true
    this.#looks += 1
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
    if (refused !== null) return this.#refuse(refused, answer)
    this.#handlers.get(name)!(argument, answer)
  }

  #messageRefusal(message: readonly unknown[], name: unknown): Refused | null {
    if (this.#hasExpired()) return EXPIRED
    if (this.#frameLimit.isExceededBy(message)) return tooLarge(this.#frameLimit.bytes)
    return this.#handlers.has(name) ? null : unknownMessage(name)
  }

  #refuse(refused: Refused, answer: Answer): void {
    this.#parts.reports.refused(refused.code, this.#identity.participant)
    answer(refused)
  }

  /** Asks for something that takes its time; there is only so much of it under way for one connection. */
  #ask<T extends object>(question: () => Promise<T>, answer: Answer): void {
    if (this.#waiting >= MOST_WAITING) return this.#refuse(BUSY, answer)
    this.#waiting += 1
    question()
      .then(answer, () => this.#refuse(FAILED, answer))
      .finally(() => {
        this.#waiting -= 1
      })
  }

  #look(argument: unknown, answer: Answer): void {
    const decoded = decodeLook(argument)
    if (!decoded.ok) return this.#refuse(malformed(decoded), answer)
    const look = decoded.value
    if (!this.#mayLook(look)) return this.#refuse(ONE_ORDER, answer)
    this.#ask(() => this.#serve(look), answer)
  }

  #mayLook(look: Look): boolean {
    if (this.isForAll) return true
    return look.view === 'order' && orderKey(look.store, look.orderId) === this.#identity.order
  }

  #serve(look: Look): Promise<Shown> {
    this.#looks += 1
    const number = this.#looks
    this.#parts.shows(this, look, null)
    return this.#parts.serve(look, (looked) => {
      if (number === this.#looks) this.#parts.shows(this, look, looked)
    })
  }

  #act(argument: unknown, answer: Answer): void {
    if (!may(this.#identity, 'operate')) return this.#refuse(NO_OPERATOR, answer)
    const decoded = decodeAction(argument)
    if (!decoded.ok) return this.#refuse(malformed(decoded), answer)
    this.#ask(() => this.#parts.act(this.#identity.participant, decoded.value), answer)
  }

  #renew(argument: unknown, answer: Answer): void {
    const decoded = decodeToken(argument)
    if (!decoded.ok) return this.#refuse(malformed(decoded), answer)
    this.#ask(async () => {
      const refused = await this.#renewed(decoded.value)
      if (refused !== null) return refusal('token-refused', refused)
      return { ok: true, id: this.#identity.participant }
    }, answer)
  }

  /** @returns why not; null if the token has taken the place of the one in use */
  async #renewed(token: string): Promise<string | null> {
    const { access } = this.#parts
    if (access.isOpen) return null
    const found = await access.identify(token)
    if (isRefusal(found)) return found.message
    if (found.order !== this.#identity.order) return OTHER_ORDER
    const refused = renewalRefusal(this.#identity, found)
    if (refused === null) this.#identity = found
    return refused
  }
}
