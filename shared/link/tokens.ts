/**
 * The token that a link shows the hub: a text that its owner has given, or what a function of its owner gives. The function is asked anew for every try to connect, and while a connection is open when
 * about two thirds of the token's life are over; what it gives goes to the hub as the message `token`. One step is under way at a time, on behalf of the newest connection: *asking* the function, or
 * *waiting* to ask it (again). A function that throws or gives nothing useful costs a try, never more. No token stands in anything that is told.
 */
import { CODES } from '../codes.ts'
import { Fault, messageOf } from '../fault.ts'
import type { Accepted } from '../protocol.ts'
import type { LinkStatus, TokenSource } from './api.ts'
import { nextDelayMs } from './backoff.ts'
import type { Timing } from './timing.ts'
import { renewInMs } from './token-life.ts'

/** In which the owner's function must have given one. */
const ASKING_TIMEOUT_MS = 10_000
/** What the hub's schema takes. */
const LONGEST_TOKEN = 8192

export interface TokenOwner {
  /** Hands it to the hub over the open connection. @throws Fault with the refusal's code */
  send(token: string): Promise<Accepted>
  status(status: Extract<LinkStatus, { kind: 'token-not-renewed' }>): void
}

const isRefusal = (fault: unknown): boolean => fault instanceof Fault && Object.hasOwn(CODES, fault.code)

/** An error of the owner's may repeat what it was about. */
const withoutTokens = (text: string): string =>
  text.replace(/[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g, '(a token)')

const checked = (token: unknown): string => {
  if (typeof token === 'string' && token !== '' && token.length <= LONGEST_TOKEN) return token
  throw new Error(`what gives tokens gave none of 1 to ${LONGEST_TOKEN} characters`)
}

export class Tokens {
  readonly #timing: Timing
  readonly #source: TokenSource | undefined
  readonly #owner: TokenOwner
  #held: string | undefined
  #isOpen = false
  /** Tells the step that is under way from those that were given up. */
  #step = 0
  #cancelTimer = () => {}
  #failures = 0

  constructor(timing: Timing, source: TokenSource | undefined, owner: TokenOwner) {
    this.#timing = timing
    this.#source = source
    this.#owner = owner
    this.#held = typeof source === 'function' ? undefined : source
  }

  /** Can there be another one than the hub has just refused? */
  get isRenewable(): boolean {
    return typeof this.#source === 'function'
  }

  /** The token for the next try to connect. Calls one of the two once, at once if nobody must be asked; neither, if another step comes first. */
  next(use: (token: string | undefined) => void, failed: (reason: string) => void): void {
    if (typeof this.#source !== 'function') return use(this.#held)
    this.#ask((token) => {
      this.#held = token
      use(token)
    }, failed)
  }

  /** The hub has let in whoever showed the token that is held. */
  opened(): void {
    this.#isOpen = true
    this.#renewInTime()
  }

  broke(): void {
    this.#isOpen = false
    this.#giveUpStep()
  }

  /** Hands the hub another one. It is kept even if there is no connection to tell it, for the next one, unless the hub refuses it. @throws Fault */
  async hand(token: string): Promise<Accepted> {
    const before = this.#held
    this.#held = token
    try {
      const receipt = await this.#owner.send(token)
      if (this.#isOpen && this.#held === token) this.#renewInTime()
      return receipt
    } catch (fault) {
      if (isRefusal(fault) && this.#held === token) this.#held = before
      throw fault
    }
  }

  #renewInTime(): void {
    this.#giveUpStep()
    this.#failures = 0
    const { clock, random } = this.#timing
    const delayMs = renewInMs(this.#held, clock.now(), random())
    if (this.isRenewable && delayMs !== null) this.#cancelTimer = clock.after(delayMs, () => this.#renew())
  }

  #renew(): void {
    this.#ask(
      (token) => this.#handRenewed(token),
      (reason) => this.#notRenewed(reason),
    )
  }

  #handRenewed(token: string): void {
    const step = this.#step
    this.hand(token).catch((thrown) => {
      if (step === this.#step) this.#notRenewed(withoutTokens(messageOf(thrown)))
    })
  }

  #notRenewed(reason: string): void {
    this.#failures += 1
    const { clock, random } = this.#timing
    const retryInMs = nextDelayMs(this.#failures, random())
    this.#cancelTimer = clock.after(retryInMs, () => this.#renew())
    this.#owner.status({ kind: 'token-not-renewed', reason, attempt: this.#failures, retryInMs })
  }

  #ask(use: (token: string) => void, failed: (reason: string) => void): void {
    this.#giveUpStep()
    const step = this.#step
    const ended = (run: () => void) => {
      if (step !== this.#step) return
      this.#giveUpStep()
      run()
    }
    const failedBy = (thrown: unknown) => ended(() => failed(withoutTokens(`no token: ${messageOf(thrown)}`)))
    this.#cancelTimer = this.#timing.clock.after(ASKING_TIMEOUT_MS, () =>
      failedBy(`none came within ${ASKING_TIMEOUT_MS / 1000} s`),
    )
    void this.#fetch().then((token) => ended(() => use(token)), failedBy)
  }

  async #fetch(): Promise<string> {
    return checked(await (this.#source as () => string | Promise<string>)())
  }

  #giveUpStep(): void {
    this.#step += 1
    this.#cancelTimer()
    this.#cancelTimer = () => {}
  }
}
