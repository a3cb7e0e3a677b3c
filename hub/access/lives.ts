/** Connections that end by themselves: each with its token. Looked through only when one is due, so that a check costs a comparison. */
import type { ParticipantId } from '../../shared/ids.ts'
import type { Identity, Refusal } from './identity.ts'
import type { Live } from './ports.ts'

const EXPIRED: Refusal = { code: 'token-expired', message: 'The token of this connection has expired.' }

export class Lives {
  readonly #lives = new Set<Live>()
  /** No connection ends before. */
  #soonestMs = Number.POSITIVE_INFINITY

  get size(): number {
    return this.#lives.size
  }

  add(live: Live): void {
    this.#lives.add(live)
    this.#soonestMs = Math.min(this.#soonestMs, live.identity.expiresMs)
  }

  remove(live: Live): void {
    this.#lives.delete(live)
  }

  /** A renewed one is found out here: it may only have become due later. */
  endExpired(nowMs: number): void {
    if (nowMs < this.#soonestMs) return
    this.#soonestMs = Number.POSITIVE_INFINITY
    for (const live of [...this.#lives]) {
      const { expiresMs } = live.identity
      if (expiresMs <= nowMs) this.#end(live, EXPIRED)
      else this.#soonestMs = Math.min(this.#soonestMs, expiresMs)
    }
  }

  endAllOf(participant: ParticipantId, refusal: Refusal): void {
    for (const live of [...this.#lives])
      if (live.identity.participant === participant) this.#end(live, refusal)
  }

  /** Those whose identity is one of these. */
  endThose(isOver: (identity: Identity) => boolean, refusal: Refusal): void {
    for (const live of [...this.#lives]) if (isOver(live.identity)) this.#end(live, refusal)
  }

  #end(live: Live, refusal: Refusal): void {
    this.#lives.delete(live)
    live.end(refusal)
  }
}
