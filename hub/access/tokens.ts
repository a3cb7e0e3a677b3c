/**
 * Signed tokens: JWTs with HS256 (RFC 7515, RFC 7519). The head names the key, the subject the participant; nothing else is believed. Issue and expiry are whole milliseconds, written as
 * fractions of a second, so that a token that is made right after a revocation is newer than it.
 *
 * A token is refused in few words: whoever has no key is not told what was wrong with his forgery.
 */
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { ConnectCode } from '../../shared/codes.ts'
import type { ParticipantId } from '../../shared/ids.ts'
import { type Identity, orderKeyIn, type Refusal, subjectOf } from './identity.ts'
import type { Keys } from './keys.ts'

export const DEFAULT_LIFETIME_MS = 15 * 60_000
/** A token that lives longer is none: a revocation is kept for as long as a token can live. */
export const LONGEST_LIFETIME_MS = 30 * 24 * 3_600_000
/** What the clocks of two machines may differ by. */
export const CLOCK_TOLERANCE_MS = 60_000
/** As the schemas of handshake and message say. */
const LONGEST_TOKEN = 8192

const ALGORITHM = 'HS256'
const ISSUER = 'caps'

export interface TokenClaims {
  readonly participant: ParticipantId | string
  /** `<store>/<orderId>`: narrows an observer to one order. */
  readonly order?: string
}

/** The claims MUST be ones that `verifyToken` takes: nothing is checked here. */
export const signToken = (
  { signing }: Keys,
  { participant, order }: TokenClaims,
  { nowMs, lifetimeMs }: { nowMs: number; lifetimeMs: number },
): Promise<string> =>
  new SignJWT({
    iss: ISSUER,
    sub: participant,
    iat: nowMs / 1000,
    exp: (nowMs + lifetimeMs) / 1000,
    ...(order === undefined ? {} : { order }),
  })
    .setProtectedHeader({ alg: ALGORITHM, kid: signing.id })
    .sign(signing.secret)

const refuse = (code: ConnectCode, message: string): Refusal => ({ code, message })

const INVALID = refuse('token-invalid', 'The token is not valid here.')
export const EXPIRED = refuse('token-expired', 'The token has expired.')
const EARLY = refuse('token-not-yet-valid', 'The token is not valid yet.')

const refusalOf = (error: unknown): Refusal => {
  if (error instanceof errors.JWTExpired) return EXPIRED
  return error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf' ? EARLY : INVALID
}

const millisecondsOf = (seconds: number): number => Math.round(seconds * 1000)

/** @param payload of a token that this hub's key has signed */
const identityOf = (payload: JWTPayload, nowMs: number): Identity | Refusal => {
  const { sub, iat, exp, order } = payload
  const subject = subjectOf(sub!)
  const issuedMs = millisecondsOf(iat!)
  const expiresMs = millisecondsOf(exp!)
  if (subject === null || !(expiresMs - issuedMs <= LONGEST_LIFETIME_MS)) return INVALID
  if (expiresMs <= nowMs) return EXPIRED
  if (issuedMs > nowMs + CLOCK_TOLERANCE_MS) return EARLY
  if (order === undefined) return { ...subject, issuedMs, expiresMs }
  const key = typeof order === 'string' ? orderKeyIn(order) : null
  return key === null || subject.role !== 'observer'
    ? INVALID
    : { ...subject, order: key, issuedMs, expiresMs }
}

/** @param nowMs by the machine's clock, which is what the times in tokens go by */
export const verifyToken = async (keys: Keys, text: string, nowMs: number): Promise<Identity | Refusal> => {
  if (text.length > LONGEST_TOKEN) return INVALID
  try {
    const { payload } = await jwtVerify(
      text,
      ({ kid = '' }) => {
        const key = keys.verifying.get(kid)
        if (key === undefined) throw new errors.JOSEError('unknown key')
        return key.secret
      },
      {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        requiredClaims: ['sub', 'iat', 'exp'],
        currentDate: new Date(nowMs),
      },
    )
    return identityOf(payload, nowMs)
  } catch (error) {
    return refusalOf(error)
  }
}
