/**
 * What the hub's answer to a `publish` frame means for each event in it. Pure: the sender acts on it.
 */
import type { RefusalCode } from '../codes.ts'
import type { Accepted, Receipt, Refused } from '../protocol.ts'
import type { Owed } from './owed.ts'

export type Outcome =
  | { readonly kind: 'confirmed'; readonly receipt: Accepted }
  /** Refused for now; may go out again after `afterMs` or later. */
  | { readonly kind: 'later'; readonly afterMs: number }
  | { readonly kind: 'failed'; readonly code: RefusalCode; readonly message: string }
  /** The frame could not be decoded; sent alone, each event shows whether it was the one. */
  | { readonly kind: 'alone' }

/** A hub that answers otherwise than the protocol says is asked again. */
const UNEXPECTED = { kind: 'later', afterMs: 0 } as const satisfies Outcome
const ALONE = { kind: 'alone' } as const satisfies Outcome

const outcomeOfRefusal = (owed: Owed, { code, temporary, message, retryAfterMs }: Refused): Outcome => {
  // The one before it may have been refused for now in the same moment.
  const isOnlyEarly = code === 'out-of-order' && owed.wasBehind
  if (temporary || isOnlyEarly) return { kind: 'later', afterMs: retryAfterMs ?? 0 }
  return { kind: 'failed', code, message }
}

const outcomeOf = (owed: Owed, receipt: Receipt | undefined): Outcome => {
  if (receipt === undefined) return UNEXPECTED
  return receipt.ok ? { kind: 'confirmed', receipt } : outcomeOfRefusal(owed, receipt)
}

const isList = (answer: readonly Receipt[] | Refused): answer is readonly Receipt[] => Array.isArray(answer)

/** One outcome an event, in their order. */
export const outcomesOf = (
  frame: readonly Owed[],
  answer: readonly Receipt[] | Refused,
): readonly Outcome[] => {
  if (isList(answer)) return frame.map((owed, index) => outcomeOf(owed, answer[index]))
  if (frame.length > 1 && !answer.temporary) return frame.map(() => ALONE)
  return frame.map((owed) => outcomeOfRefusal(owed, answer))
}
