/**
 * Who may come in, and for how long. With keys an identity is what a valid token says, until that expires or the participant is revoked; open connections are watched, and end with it. Without keys the hub is open: whoever
 * connects is who he says, whoever asks over HTTP is an operator, and nothing ends.
 */
import { type Clock, every } from '../../shared/clock.ts'
import type { ParticipantId } from '../../shared/ids.ts'
import { type Identity, isRefusal, OPEN_OPERATOR, type Refusal } from './identity.ts'
import type { Keys } from './keys.ts'
import { Lives } from './lives.ts'
import type { Live } from './ports.ts'
import type { Revocations } from './revocations.ts'
import { EXPIRED, verifyToken } from './tokens.ts'

export interface AccessParts {
  readonly keys: Keys
  readonly revocations: Revocations
  readonly clock: Clock
  /** By the machine's clock as it is now: what a token says was written by another process. */
  nowMs(): number
}

export type Revoked = 'revoked' | 'too-many-revocations' | 'runs-open'

/** What the rest of the hub asks. */
export interface Access {
  readonly isOpen: boolean
  /** Answers come in the order of the calls. Rejects never. @param token null if there is none */
  identify(token: string | null): Promise<Identity | Refusal>
  /** Why an identity that was valid is so no longer; null if it still is. */
  refusalOf(identity: Identity): Refusal | null
  hasExpired(identity: Identity): boolean
  /** Ends the connection with its identity, until `leave`. */
  enter(live: Live): void
  leave(live: Live): void
  /** Ends what has expired now, not only when it is looked for next. */
  endExpired(): void
  /** Resolves when it is durable. */
  revoke(participant: ParticipantId): Promise<Revoked>
  /** Takes in what has been revoked at other hubs on the same data. Rejects when that cannot be read. */
  learnRevocations(): Promise<void>
  stop(): void
}

export const OPEN_ACCESS: Access = {
  isOpen: true,
  identify: async () => OPEN_OPERATOR,
  refusalOf: () => null,
  hasExpired: () => false,
  enter() {},
  leave() {},
  endExpired() {},
  revoke: async () => 'runs-open',
  learnRevocations: async () => {},
  stop() {},
}

const MISSING: Refusal = { code: 'token-missing', message: 'This hub lets in nobody without a token.' }
const REVOKED: Refusal = { code: 'token-revoked', message: 'The token has been revoked.' }

/** Of the 5 s in which an expired connection is cut. What it sends and gets is looked at one by one besides. */
const WATCH_PERIOD_MS = 1000

export class TokenAccess implements Access {
  readonly isOpen = false
  readonly #parts: AccessParts
  readonly #lives = new Lives()
  readonly #stop: () => void
  /** Ends with the last answer. */
  #answers: Promise<unknown> = Promise.resolve()

  constructor(parts: AccessParts) {
    this.#parts = parts
    this.#stop = every(parts.clock, WATCH_PERIOD_MS, () => this.endExpired())
  }

  identify(token: string | null): Promise<Identity | Refusal> {
    // Of two connections of a participant the one that came later is the newer one. All at once they would not be done sooner: they wait for the same few threads.
    const answer = this.#answers.then(() => this.#verified(token))
    this.#answers = answer
    return answer
  }

  async #verified(token: string | null): Promise<Identity | Refusal> {
    if (token === null) return MISSING
    const found = await verifyToken(this.#parts.keys, token, this.#parts.nowMs())
    return isRefusal(found) ? found : (this.refusalOf(found) ?? found)
  }

  refusalOf(identity: Identity): Refusal | null {
    if (this.hasExpired(identity)) return EXPIRED
    return this.#parts.revocations.isRevoked(identity) ? REVOKED : null
  }

  hasExpired({ expiresMs }: Identity): boolean {
    return expiresMs <= this.#parts.nowMs()
  }

  enter(live: Live): void {
    this.#lives.add(live)
  }

  leave(live: Live): void {
    this.#lives.remove(live)
  }

  endExpired(): void {
    this.#lives.endExpired(this.#parts.nowMs())
  }

  revoke(participant: ParticipantId): Promise<Revoked> {
    const { revocations, nowMs } = this.#parts
    return new Promise((resolve) => {
      if (!revocations.revoke(participant, nowMs(), () => resolve('revoked')))
        return resolve('too-many-revocations')
      this.#lives.endAllOf(participant, REVOKED)
    })
  }

  async learnRevocations(): Promise<void> {
    const { revocations } = this.#parts
    // A connection with a token that was made since may be there already.
    if (await revocations.learn())
      this.#lives.endThose((identity) => revocations.isRevoked(identity), REVOKED)
  }

  stop(): void {
    this.#stop()
  }
}
