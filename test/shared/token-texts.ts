/** Texts of the form of a token, which nobody has signed. */

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** @param claims in seconds, as in a token */
export const tokenText = (claims: object): string =>
  [part({ alg: 'HS256' }), part(claims), part({ signature: 'none' })].join('.')

/** One that is issued now. */
export const tokenLiving = (nowMs: number, lifetimeMs: number, more: object = {}): string =>
  tokenText({ iat: nowMs / 1000, exp: (nowMs + lifetimeMs) / 1000, ...more })
