/**
 * The life of the link's connection: a token and a socket a try, a timer between the tries. States: connecting -> open (from the hub's `welcome` on) ->
 * waiting for the next try -> connecting …; `over` is reached from each of them, when the hub refuses for good, another connection
 * displaces this one, or the owner ends it, and is never left. What flows over an open connection is the others' business.
 */
import { messageOf } from '../fault.ts'
import type { ConnectRefusal, Welcome } from '../protocol.ts'
import type { LinkStatus } from './api.ts'
import { LONGEST_DELAY_MS, nextDelayMs } from './backoff.ts'
import type { ConnectError, HubSocket } from './hub-socket.ts'
import { connectRefusalOf, type RefusalAnswer } from './refusals.ts'
import type { Timing } from './timing.ts'

export interface ConnectionOwner {
  /** Can there be another token than the hub has just refused? */
  readonly hasMoreTokens: boolean
  /** The token for the next try: calls one of the two, at once or later. */
  token(use: (token: string | undefined) => void, failed: (reason: string) => void): void
  openSocket(token: string | undefined): HubSocket
  /** A socket has been made and will connect: the place to listen to it. */
  made(socket: HubSocket): void
  opened(socket: HubSocket, welcome: Welcome): void
  /** An open connection broke, or was ended. */
  broke(): void
  status(status: LinkStatus): void
}

/** The hub says `welcome` right after it let somebody in; without it something else answers at that address. */
const WELCOME_TIMEOUT_MS = 20_000

/** The system's words (`connect ECONNREFUSED …`) lie in the transport's description; the error itself says `websocket error`. */
const reasonOf = (error: ConnectError): string => {
  const { message } = (error.description ?? {}) as { message?: unknown }
  return typeof message === 'string' && message !== '' ? message : messageOf(error)
}

export class Connection {
  readonly #timing: Timing
  readonly #owner: ConnectionOwner
  #socket: HubSocket | null = null
  #cancelTimer = () => {}
  #openedAt: number | null = null
  /** Tries in a row that led to no connection, or to one that did not last. */
  #failures = 0
  #isOver = false

  constructor(timing: Timing, owner: ConnectionOwner) {
    this.#timing = timing
    this.#owner = owner
  }

  get isOver(): boolean {
    return this.#isOver
  }

  connect(): void {
    if (this.#isOver) return
    this.#owner.token(
      (token) => this.#connectWith(token),
      (reason) => !this.#isOver && this.#waitAfter(reason),
    )
  }

  /** Ends the connection for good. */
  end(): void {
    this.#isOver = true
    this.#drop()
  }

  #connectWith(token: string | undefined): void {
    if (this.#isOver) return
    const socket = this.#owner.openSocket(token)
    this.#socket = socket
    this.#listenTo(socket)
    this.#owner.made(socket)
    this.#cancelTimer = this.#timing.clock.after(WELCOME_TIMEOUT_MS, () => this.#welcomeMissing())
    socket.connect()
  }

  #listenTo(socket: HubSocket): void {
    const ifCurrent =
      <T>(run: (told: T) => void) =>
      (told: T) => {
        if (this.#socket === socket) run(told)
      }
    socket.on(
      'connect_error',
      ifCurrent((error) => this.#refused(error)),
    )
    socket.on(
      'disconnect',
      ifCurrent((reason) => this.#lost(reason)),
    )
    socket.on(
      'welcome',
      ifCurrent((welcome) => this.#welcomed(socket, welcome)),
    )
    socket.on(
      'displaced',
      ifCurrent(({ by }) => this.#giveUp({ kind: 'displaced', by })),
    )
    socket.on(
      'refused',
      ifCurrent((refusal) => this.#refusedLater(refusal)),
    )
    socket.on(
      'draining',
      ifCurrent(() => this.#owner.status({ kind: 'draining' })),
    )
  }

  #welcomed(socket: HubSocket, welcome: Welcome): void {
    this.#cancelTimer()
    this.#openedAt = this.#timing.clock.now()
    this.#owner.opened(socket, welcome)
    this.#owner.status({ kind: 'connected', welcome })
  }

  #welcomeMissing(): void {
    this.#waitAfter(`no welcome within ${WELCOME_TIMEOUT_MS / 1000} s: is this the address of a CAPS hub?`)
  }

  #refused(error: ConnectError): void {
    const refusal = connectRefusalOf(error.data, this.#owner.hasMoreTokens)
    if (refusal.kind === 'for-now') return this.#waitAfter(reasonOf(error), refusal.leastDelayMs)
    this.#giveUpAs(refusal)
  }

  /** The hub is about to cut the open connection; what it would say at the next try it has said. */
  #refusedLater(refusal: ConnectRefusal): void {
    const answer = connectRefusalOf(refusal, this.#owner.hasMoreTokens)
    if (answer.kind === 'for-now') return this.#lost(refusal.message)
    this.#giveUpAs(answer)
  }

  #lost(reason: string): void {
    if (this.#openedAt === null) this.#waitAfter(reason)
    else this.#lostOpen(reason, this.#timing.clock.now() - this.#openedAt)
  }

  #lostOpen(reason: string, lastedMs: number): void {
    // A hub that takes connections and drops them at once must not be asked five times a second.
    this.#failures = lastedMs >= LONGEST_DELAY_MS ? 0 : this.#failures + 1
    this.#drop()
    this.#retry()
    this.#owner.status({ kind: 'disconnected', reason })
  }

  #waitAfter(reason: string, leastDelayMs = 0): void {
    this.#drop()
    this.#failures += 1
    const retryInMs = this.#retry(leastDelayMs)
    this.#owner.status({ kind: 'waiting', reason, attempt: this.#failures, retryInMs })
  }

  /** @returns milliseconds until the next try */
  #retry(leastDelayMs = 0): number {
    const nextMs = nextDelayMs(Math.max(this.#failures, 1), this.#timing.random())
    const delayMs = Math.max(nextMs, leastDelayMs)
    this.#cancelTimer = this.#timing.clock.after(delayMs, () => this.connect())
    return delayMs
  }

  #giveUpAs({ code, message }: Extract<RefusalAnswer, { kind: 'final' }>): void {
    this.#giveUp({ kind: 'refused', code, message })
  }

  #giveUp(status: LinkStatus): void {
    this.end()
    this.#owner.status(status)
  }

  #drop(): void {
    const socket = this.#socket
    const wasOpen = this.#openedAt !== null
    this.#socket = null
    this.#openedAt = null
    this.#cancelTimer()
    socket?.disconnect()
    if (wasOpen) this.#owner.broke()
  }
}
