/** Who comes first in the list of queues: those in trouble, then those that are owed most; among equals by name. Pure. */
import type { ParticipantId } from '../../../shared/ids.ts'
import { owedTo } from '../../domain/participant.ts'
import { deadLettersOf } from '../rows.ts'
import type { Owed } from './owed.ts'

export interface Ranked {
  readonly id: ParticipantId
  readonly score: number
}

/** Above all numbers of entries. */
const TROUBLE = 2 ** 50

/** Somebody who is owed nothing and in trouble all the same. */
export const TROUBLED_SCORE = TROUBLE

export const scoreOf = ({ record }: Owed, isConnected: boolean, isTroubled: boolean): number => {
  const dead = deadLettersOf(record)
  const entries = Math.min(owedTo(record) + dead, TROUBLE - 1)
  return dead > 0 || !isConnected || isTroubled ? entries + TROUBLE : entries
}

export const isTroubleScore = (score: number): boolean => score >= TROUBLE

const isBehind = (score: number, id: ParticipantId, other: Ranked): boolean =>
  score < other.score || (score === other.score && id > other.id)

/** The first so many of all that are offered, in their order, behind one of them. Most of many are left out after one comparison. */
export class FirstOf {
  readonly #after: Ranked | null
  readonly #limit: number
  readonly #first: Ranked[] = []

  /** @param after null for the first of all; @param limit at least 1 */
  constructor(after: Ranked | null, limit: number) {
    this.#after = after
    this.#limit = limit
  }

  get ranked(): readonly Ranked[] {
    return this.#first
  }

  /** Of somebody who is offered twice, because it was owed nothing in between, the first offer counts. */
  offer(score: number, id: ParticipantId): void {
    const first = this.#first
    const isFull = first.length === this.#limit
    if (isFull && isBehind(score, id, first.at(-1)!)) return
    if (this.#after !== null && !isBehind(score, id, this.#after)) return
    if (first.some((other) => other.id === id)) return
    if (isFull) first.pop()
    const before = first.findLastIndex((other) => isBehind(score, id, other))
    first.splice(before + 1, 0, { score, id })
  }
}
