/**
 * How long a token lives, read from its own payload (RFC 7519, section 4.1) and believed: only the hub verifies it. Pure.
 */

interface Life {
  readonly issuedMs: number | null
  readonly expiresMs: number
}

/** At a clock that is set wrong a token may seem to live on for ever, or to have ended: then half an hour at most, and a second at least. */
const SHORTEST_MS = 1000
const LONGEST_UNKNOWN_MS = 1_800_000

const millisecondsOf = (claim: unknown): number | null =>
  typeof claim === 'number' && Number.isFinite(claim) ? claim * 1000 : null

/** Null for what does not say when it expires. */
const lifeOf = (token: string): Life | null => {
  try {
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const expiresMs = millisecondsOf(payload?.exp)
    return expiresMs === null ? null : { expiresMs, issuedMs: millisecondsOf(payload.iat) }
  } catch {
    return null
  }
}

/** Of what is left of it, by our clock; of its whole life at most, since the hub's clock need not be ours. */
const leftMs = ({ issuedMs, expiresMs }: Life, nowMs: number): number => {
  const left = expiresMs - nowMs
  const whole = issuedMs === null ? LONGEST_UNKNOWN_MS : expiresMs - issuedMs
  return left > 0 ? Math.min(left, whole) : whole
}

/**
 * In how many milliseconds to get another one: after 60 to 70 % of what is left of its life, by chance, so that those who began together do not come together.
 * @param random from 0 to 1
 * @returns null for no token, and for one that does not say when it expires
 */
export const renewInMs = (token: string | undefined, nowMs: number, random: number): number | null => {
  const life = token === undefined ? null : lifeOf(token)
  return life === null ? null : Math.max(SHORTEST_MS, Math.round(leftMs(life, nowMs) * (0.6 + random / 10)))
}
