/** Tokens that are none: parts of true ones that do not belong together, other algorithms, other claims. */
import type { Seeded } from '../../support/seeded.ts'

const inBase64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const CLAIMS = inBase64({ iss: 'caps', sub: 'operator/root', iat: 0, exp: 4_000_000_000 })
const HEADS = [
  { alg: 'none' },
  { alg: 'none', kid: 'default' },
  { alg: 'HS256' },
  { alg: 'HS256', kid: '__proto__' },
  { alg: 'HS256', kid: 'constructor' },
  { alg: 'HS512', kid: 'default' },
  { alg: 'RS256', kid: 'default' },
  { alg: 'HS256', kid: 'default', crit: ['b64'], b64: false },
  { alg: 'HS256', kid: ['default'] },
  { zip: 'DEF', alg: 'HS256', kid: 'default' },
].map(inBase64)

export const mutatedToken = (random: Seeded, token: string): string => {
  const [head = '', claims = '', signature = ''] = token.split('.')
  return random.oneOf([
    token,
    `${head}.${CLAIMS}.${signature}`,
    `${random.oneOf(HEADS)}.${claims}.${signature}`,
    `${random.oneOf(HEADS)}.${CLAIMS}.`,
    `${head}.${claims}.`,
    `${head}.${claims}.${signature.slice(1)}`,
    `${head}..${signature}`,
    '..',
    'x'.repeat(8193),
  ])
}
