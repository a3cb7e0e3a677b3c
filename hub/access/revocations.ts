/**
 * Whose tokens are dead. A revocation names a participant and a moment: tokens issued until then are refused, and one that is made afterwards works. It is kept on disk, and here, for as long as a token of before could
 * still live; so there are at most as many as were made in that time, and never more than a bound.
 */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Revocation } from '../domain/revocation.ts'
import type { Identity } from './identity.ts'
import type { RevocationLedger, RevocationTransaction } from './ports.ts'
import { CLOCK_TOLERANCE_MS, LONGEST_LIFETIME_MS } from './tokens.ts'

/** A few MB of memory. Whoever needs more has lost his key, and replaces that. */
const MOST_REVOCATIONS = 50_000
const A_PAGE = 1000

/** No token of before lives any more. */
const isOver = (revokedMs: number, nowMs: number): boolean =>
  revokedMs + LONGEST_LIFETIME_MS + CLOCK_TOLERANCE_MS < nowMs

export interface RevocationsParts {
  readonly ledger: RevocationLedger<RevocationTransaction>
  /** Default: 50,000. */
  readonly most?: number
}

export class Revocations {
  readonly #ledger: RevocationLedger<RevocationTransaction>
  readonly #most: number
  readonly #revokedMs = new Map<ParticipantId, number>()

  private constructor({ ledger, most = MOST_REVOCATIONS }: RevocationsParts) {
    this.#ledger = ledger
    this.#most = most
  }

  static async load(parts: RevocationsParts, nowMs: number): Promise<Revocations> {
    const revocations = new Revocations(parts)
    await revocations.learn()
    revocations.#forget(nowMs)
    return revocations
  }

  /** Takes in what is in the ledger, where another hub may have put some. @returns is there anything new? */
  async learn(): Promise<boolean> {
    let isNew = false
    for (let after = ''; ; ) {
      const page = await this.#ledger.revocations(after, A_PAGE)
      for (const revocation of page) isNew = this.#take(revocation) || isNew
      if (page.length < A_PAGE) return isNew
      after = page.at(-1)!.participant
    }
  }

  /** An older one than that which is known says nothing. */
  #take({ participant, revokedMs }: Revocation): boolean {
    if (revokedMs <= (this.#revokedMs.get(participant) ?? 0)) return false
    this.#revokedMs.set(participant, revokedMs)
    return true
  }

  isRevoked({ participant, issuedMs }: Pick<Identity, 'participant' | 'issuedMs'>): boolean {
    const revokedMs = this.#revokedMs.get(participant)
    return revokedMs !== undefined && issuedMs <= revokedMs
  }

  /** Holds at once; `reply` comes when it is durable. @returns false, with nothing changed, if there are as many as there may be */
  revoke(participant: ParticipantId, nowMs: number, reply: () => void): boolean {
    this.#forget(nowMs)
    if (this.#revokedMs.size >= this.#most && !this.#revokedMs.has(participant)) return false
    this.#revokedMs.set(participant, nowMs)
    this.#ledger.submit({
      decide: (transaction) => transaction.putRevocation({ participant, revokedMs: nowMs }),
      settled: reply,
    })
    return true
  }

  #forget(nowMs: number): void {
    const over = [...this.#revokedMs].filter(([, revokedMs]) => isOver(revokedMs, nowMs))
    if (over.length === 0) return
    for (const [participant] of over) this.#revokedMs.delete(participant)
    this.#ledger.submit({
      decide: (transaction) => {
        for (const [participant] of over) transaction.removeRevocation(participant)
      },
      settled: () => {},
    })
  }
}
