/** Tokens that somebody has made who may not, put together by hand (RFC 7515): nothing of the hub's own code is in them. */
import { createHmac } from 'node:crypto'

export interface Forger {
  readonly keyId: string
  readonly secret: string
  /** Whom the good token would be for. */
  readonly participant: string
  readonly nowMs: number
}

const inBase64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Parts {
  readonly head?: object
  readonly claims?: object
  readonly secret?: string
  readonly algorithm?: 'sha256' | 'sha512'
}

const HOUR = 3600

export const tokenOf = ({ keyId, secret, participant, nowMs }: Forger, parts: Parts = {}): string => {
  const head = { alg: 'HS256', kid: keyId, ...parts.head }
  const now = nowMs / 1000
  const claims = { iss: 'caps', sub: participant, iat: now, exp: now + HOUR, ...parts.claims }
  const signed = `${inBase64(head)}.${inBase64(claims)}`
  const { algorithm = 'sha256' } = parts
  const signature = createHmac(algorithm, parts.secret ?? secret)
    .update(signed)
    .digest('base64url')
  return `${signed}.${signature}`
}

const unsigned = (forger: Forger, head: object): string => {
  const [, claims] = tokenOf(forger).split('.')
  return `${inBase64(head)}.${claims}.`
}

/** The claims of one token under the signature of another one. */
const swapped = (forger: Forger): string => {
  const [head, , signature] = tokenOf({ ...forger, participant: 'vendor/other/main' }).split('.')
  const [, claims] = tokenOf(forger).split('.')
  return `${head}.${claims}.${signature}`
}

interface Forgery {
  /** With which the hub refuses it. */
  readonly code: 'token-invalid' | 'token-expired' | 'token-not-yet-valid'
  make(forger: Forger): string
}

const forgery = (parts: (forger: Forger) => Parts, code: Forgery['code'] = 'token-invalid'): Forgery => ({
  code,
  make: (forger) => tokenOf(forger, parts(forger)),
})

const YEAR = 366 * 24 * HOUR

export const FORGERIES: Readonly<Record<string, Forgery>> = {
  'that has expired': forgery(
    ({ nowMs }) => ({ claims: { iat: nowMs / 1000 - HOUR, exp: nowMs / 1000 - 1 } }),
    'token-expired',
  ),
  'of the future': forgery(
    ({ nowMs }) => ({ claims: { iat: nowMs / 1000 + HOUR, exp: nowMs / 1000 + 2 * HOUR } }),
    'token-not-yet-valid',
  ),
  'signed with another secret': forgery(() => ({ secret: 'another secret of thirty-two characters' })),
  'signed with an empty secret': forgery(() => ({ secret: '' })),
  'signed by a key that the hub does not have': forgery(() => ({
    head: { kid: 'old' },
    secret: 'an old secret of thirty-two characters!',
  })),
  'that names a key that the hub does not have': forgery(() => ({ head: { kid: 'old' } })),
  'that names a method of every object for its key': forgery(() => ({ head: { kid: 'constructor' } })),
  'that names no key': forgery(() => ({ head: { kid: undefined } })),
  'with the algorithm none': {
    code: 'token-invalid',
    make: (forger) => unsigned(forger, { alg: 'none', kid: forger.keyId }),
  },
  'with the algorithm None': {
    code: 'token-invalid',
    make: (forger) => unsigned(forger, { alg: 'None', kid: forger.keyId }),
  },
  'with the algorithm none, signed all the same': forgery(() => ({ head: { alg: 'none' } })),
  'with another algorithm, signed with the true secret': forgery(() => ({
    head: { alg: 'HS512' },
    algorithm: 'sha512',
  })),
  'with an algorithm that it is not signed with': forgery(() => ({ head: { alg: 'RS256' } })),
  'with a key of its own in its head': forgery(() => ({
    head: { jwk: { kty: 'oct', k: 'AAAA' } },
    secret: '\0\0\0',
  })),
  'with a demand that nobody knows': forgery(() => ({ head: { crit: ['x'], x: 1 } })),
  "with another token's claims": { code: 'token-invalid', make: swapped },
  'without a signature': {
    code: 'token-invalid',
    make: (forger) => tokenOf(forger).replace(/\.[^.]*$/, '.'),
  },
  'of another issuer': forgery(() => ({ claims: { iss: 'somebody' } })),
  'without an end': forgery(() => ({ claims: { exp: undefined } })),
  'that ends in a year': forgery(({ nowMs }) => ({ claims: { exp: nowMs / 1000 + YEAR } })),
  'that ends when no number says': forgery(() => ({ claims: { exp: '9999999999' } })),
  'for nobody': forgery(() => ({ claims: { sub: 'vendor' } })),
  'for a list of participants': forgery(({ participant }) => ({ claims: { sub: [participant] } })),
  'for a participant and more': forgery(({ participant }) => ({ claims: { sub: `${participant}/x` } })),
}
