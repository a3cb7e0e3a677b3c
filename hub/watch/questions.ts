/**
 * What one who watches asks for: looks, actions, another token. Each is decoded, refused in words or answered when it is ready; there are only so many of them under way for one connection. Of looks only the newest one decides what is shown,
 * however long the older ones take.
 */
import type { RefusalCode } from '../../shared/codes.ts'
import { orderKey } from '../../shared/ids.ts'
import type { Decoded } from '../../shared/messages.ts'
import type { Refused } from '../../shared/protocol.ts'
import { refusal } from '../../shared/refusal.ts'
import type { Action, ActionReply, Look, Shown, WatcherToHub } from '../../shared/watch.ts'
import type { Access } from '../access/access.ts'
import { type Identity, isRefusal } from '../access/identity.ts'
import { may } from '../access/rights.ts'
import { renewalRefusal } from '../sockets/identity.ts'
import type { Looked } from './looks.ts'
import { decodeAction, decodeLook, decodeToken } from './messages.ts'

export type Answer = (answer: object) => void

/** Who asks. */
export interface Asker {
  readonly identity: Identity
  /** May it hear of more than one order? */
  readonly isForAll: boolean
  /** It goes by another token from now on. */
  renewed(identity: Identity): void
  /** What it looks at has another screen than before; null for none. */
  shows(look: Look | null, looked: Looked | null): void
  refused(code: RefusalCode): void
}

export interface QuestionsParts {
  readonly access: Pick<Access, 'isOpen' | 'identify'>
  serve(look: Look, install: (looked: Looked) => void): Promise<Shown>
  act(who: string, action: Action): Promise<ActionReply>
}

/** That wait for their answer. */
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

export class Questions {
  readonly #asker: Asker
  readonly #parts: QuestionsParts
  readonly #handlers: ReadonlyMap<unknown, (argument: unknown, answer: Answer) => void>
  #waiting = 0
  #looks = 0

  constructor(asker: Asker, parts: QuestionsParts) {
    this.#asker = asker
    this.#parts = parts
    this.#handlers = new Map<keyof WatcherToHub, (argument: unknown, answer: Answer) => void>([
      ['look', (argument, answer) => this.#look(argument, answer)],
      ['act', (argument, answer) => this.#act(argument, answer)],
      ['token', (argument, answer) => this.#renew(argument, answer)],
    ])
  }

  /** @param name as it came */
  knows(name: unknown): boolean {
    return this.#handlers.has(name)
  }

  /** @param name one that is known */
  ask(name: unknown, argument: unknown, answer: Answer): void {
    this.#handlers.get(name)!(argument, answer)
  }

  /** Nobody wants to see any more what is being read. */
  end(): void {
    this.#looks += 1
  }

  refuse(refused: Refused, answer: Answer): void {
    this.#asker.refused(refused.code)
    answer(refused)
  }

  /** Asks for something that takes its time. */
  #begin<T extends object>(question: () => Promise<T>, answer: Answer): void {
    if (this.#waiting >= MOST_WAITING) return this.refuse(BUSY, answer)
    this.#waiting += 1
    question()
      .then(answer, () => this.refuse(FAILED, answer))
      .finally(() => {
        this.#waiting -= 1
      })
  }

  #look(argument: unknown, answer: Answer): void {
    const decoded = decodeLook(argument)
    if (!decoded.ok) return this.refuse(malformed(decoded), answer)
    const look = decoded.value
    if (!this.#mayLook(look)) return this.refuse(ONE_ORDER, answer)
    this.#begin(() => this.#serve(look), answer)
  }

  #mayLook(look: Look): boolean {
    const { isForAll, identity } = this.#asker
    if (isForAll) return true
    return look.view === 'order' && orderKey(look.store, look.orderId) === identity.order
  }

  #serve(look: Look): Promise<Shown> {
    this.#looks += 1
    const number = this.#looks
    this.#asker.shows(look, null)
    return this.#parts.serve(look, (looked) => {
      if (number === this.#looks) this.#asker.shows(look, looked)
    })
  }

  #act(argument: unknown, answer: Answer): void {
    const { identity } = this.#asker
    if (!may(identity, 'operate')) return this.refuse(NO_OPERATOR, answer)
    const decoded = decodeAction(argument)
    if (!decoded.ok) return this.refuse(malformed(decoded), answer)
    this.#begin(() => this.#parts.act(identity.participant, decoded.value), answer)
  }

  #renew(argument: unknown, answer: Answer): void {
    const decoded = decodeToken(argument)
    if (!decoded.ok) return this.refuse(malformed(decoded), answer)
    this.#begin(async () => {
      const refused = await this.#renewalRefusal(decoded.value)
      if (refused !== null) return refusal('token-refused', refused)
      return { ok: true, id: this.#asker.identity.participant }
    }, answer)
  }

  /** @returns why not; null if the token has taken the place of the one in use */
  async #renewalRefusal(token: string): Promise<string | null> {
    const { access } = this.#parts
    if (access.isOpen) return null
    const found = await access.identify(token)
    if (isRefusal(found)) return found.message
    if (found.order !== this.#asker.identity.order) return OTHER_ORDER
    const refused = renewalRefusal(this.#asker.identity, found)
    if (refused === null) this.#asker.renewed(found)
    return refused
  }
}
