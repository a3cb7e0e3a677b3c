/**
 * What a link makes of a refusal, at connecting or of an open connection; the only place that says which are final. Pure.
 */
import { CODES, type ConnectCode, type RefusalCode } from '../codes.ts'

export type RefusalAnswer =
  | { readonly kind: 'final'; readonly code: RefusalCode; readonly message: string }
  /** Try again, and not before so many milliseconds. */
  | { readonly kind: 'for-now'; readonly leastDelayMs: number }

/** Refusals of the token that was shown, and not of the participant. An invalid one may have been signed with a key that was replaced meanwhile. */
const WORTH_A_NEW_TOKEN: readonly ConnectCode[] = ['token-expired', 'token-invalid']

/** No hub has reason to send anybody away for longer. */
const LONGEST_PAUSE_MS = 600_000

const pauseOf = (retryAfterMs: unknown): number =>
  typeof retryAfterMs === 'number' && retryAfterMs > 0 ? Math.min(retryAfterMs, LONGEST_PAUSE_MS) : 0

/**
 * @param data of the `connect_error`, or of the message `refused`; whatever answers at the address has written it
 * @param hasMoreTokens can there be another token than the one that was shown?
 */
export const connectRefusalOf = (data: unknown, hasMoreTokens: boolean): RefusalAnswer => {
  const { code, message, retryAfterMs } = (data ?? {}) as Readonly<Record<string, unknown>>
  const forNow = { kind: 'for-now', leastDelayMs: pauseOf(retryAfterMs) } as const
  if (typeof code !== 'string' || !Object.hasOwn(CODES, code)) return forNow
  if (CODES[code as RefusalCode].temporary) return forNow
  if (hasMoreTokens && WORTH_A_NEW_TOKEN.includes(code as ConnectCode)) return forNow
  return { kind: 'final', code: code as RefusalCode, message: String(message ?? code) }
}
