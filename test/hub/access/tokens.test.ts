import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { isRefusal } from '../../../hub/access/identity.ts'
import type { Keys } from '../../../hub/access/keys.ts'
import { CLOCK_TOLERANCE_MS, LONGEST_LIFETIME_MS, verifyToken } from '../../../hub/access/tokens.ts'
import { newKeys, newSecret, tokenFor } from '../../support/tokens.ts'

const NOW_MS = Date.UTC(2026, 10, 21, 12, 0, 0, 345)
const LIFETIME_MS = 900_000
const AT_NOW = { nowMs: NOW_MS, lifetimeMs: LIFETIME_MS }
const VENDOR = 'vendor/acme/till-2'
const INVALID = { code: 'token-invalid', message: 'The token is not valid here.' }

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token as somebody writes it who has the key, and sticks to nothing else. */
const signed = (keys: Keys, claims: JWTPayload, head: Partial<JWTHeaderParameters> = {}): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: keys.signing.id, ...head })
    .sign(keys.signing.secret)

const CLAIMS = { iss: 'caps', sub: VENDOR, iat: NOW_MS / 1000, exp: (NOW_MS + LIFETIME_MS) / 1000 }

const codeOf = async (keys: Keys, token: string, nowMs = NOW_MS): Promise<string> => {
  const found = await verifyToken(keys, token, nowMs)
  return isRefusal(found) ? found.code : 'valid'
}

describe('tokens', () => {
  it('[AC1] say who somebody is, since when and until when, to the millisecond', async () => {
    const keys = newKeys()
    expect(await verifyToken(keys, await tokenFor(keys, VENDOR, AT_NOW), NOW_MS)).to.deep.equal({
      role: 'vendor',
      participant: VENDOR,
      store: 'acme',
      id: 'till-2',
      issuedMs: NOW_MS,
      expiresMs: NOW_MS + LIFETIME_MS,
    })
  })

  for (const [participant, role] of [
    ['driver/d-1', 'driver'],
    ['observer/page', 'observer'],
    ['operator/ada', 'operator'],
  ] as const)
    it(`[AC1] are for ${participant} as well`, async () => {
      const keys = newKeys()
      const found = await verifyToken(keys, await tokenFor(keys, participant, AT_NOW), NOW_MS)
      expect(found).to.include({ role, participant }).and.not.have.property('store')
    })

  it('[AC1] narrow an observer to one order, and nobody else', async () => {
    const keys = newKeys()
    const of = (participant: string, order: string) =>
      tokenFor(keys, participant, { ...AT_NOW, order }).then((token) => verifyToken(keys, token, NOW_MS))
    expect(await of('observer/page', 'acme/o-1')).to.have.property('order', 'acme/o-1')
    for (const [participant, order] of [
      ['observer/page', 'o-1'],
      ['observer/page', 'acme/o/1'],
      ['observer/page', ''],
      ['operator/ada', 'acme/o-1'],
      [VENDOR, 'acme/o-1'],
    ] as const)
      expect(await of(participant, order), `${participant} ${order}`).to.deep.equal(INVALID)
  })

  it('[AC4] of both keys are valid, and those of a key that has gone are not', async () => {
    const [old, young] = [`old:${newSecret()}`, `young:${newSecret()}`]
    const ofOld = await tokenFor(newKeys(old), VENDOR, AT_NOW)
    const both = newKeys(young, old)
    expect(await codeOf(both, ofOld)).to.equal('valid')
    expect(await codeOf(both, await tokenFor(both, VENDOR, AT_NOW))).to.equal('valid')
    expect(await codeOf(newKeys(young), await tokenFor(both, VENDOR, AT_NOW))).to.equal('valid')
    expect(await codeOf(newKeys(young), ofOld)).to.equal('token-invalid')
  })

  it('[AC3] end at their expiry, to the millisecond', async () => {
    const keys = newKeys()
    const token = await tokenFor(keys, VENDOR, AT_NOW)
    expect(await codeOf(keys, token, NOW_MS + LIFETIME_MS - 1)).to.equal('valid')
    expect(await codeOf(keys, token, NOW_MS + LIFETIME_MS)).to.equal('token-expired')
  })

  it('[AC3] are not valid before they are made, but for what clocks may differ by', async () => {
    const keys = newKeys()
    const token = await tokenFor(keys, VENDOR, AT_NOW)
    expect(await codeOf(keys, token, NOW_MS - CLOCK_TOLERANCE_MS)).to.equal('valid')
    expect(await codeOf(keys, token, NOW_MS - CLOCK_TOLERANCE_MS - 1)).to.equal('token-not-yet-valid')
    const later = await signed(keys, { ...CLAIMS, nbf: NOW_MS / 1000 + 5 })
    expect(await codeOf(keys, later)).to.equal('token-not-yet-valid')
    expect(await codeOf(keys, later, NOW_MS + 6000)).to.equal('valid')
  })

  it('[AC2] live for 30 days at most', async () => {
    const keys = newKeys()
    const token = (lifetimeMs: number) => tokenFor(keys, VENDOR, { nowMs: NOW_MS, lifetimeMs })
    expect(await codeOf(keys, await token(LONGEST_LIFETIME_MS))).to.equal('valid')
    expect(await codeOf(keys, await token(LONGEST_LIFETIME_MS + 1))).to.equal('token-invalid')
  })

  describe('are refused with one sentence that tells nothing', () => {
    const [HEAD, PAYLOAD] = [{ alg: 'HS256', kid: 'test' }, CLAIMS]
    const FORGED: Readonly<Record<string, (keys: Keys) => string | Promise<string>>> = {
      empty: () => '',
      'no token': () => 'x',
      'three parts of nothing': () => '..',
      'not signed, and says so': () => `${part({ ...HEAD, alg: 'none' })}.${part(PAYLOAD)}.`,
      'not signed, and says so in capitals': () => `${part({ ...HEAD, alg: 'NONE' })}.${part(PAYLOAD)}.`,
      'not signed at all': () => `${part(HEAD)}.${part(PAYLOAD)}.`,
      'signed with another key of the same id': () => signed(newKeys(`test:${newSecret()}`), CLAIMS),
      'of an unknown key': (keys) => signed(keys, CLAIMS, { kid: 'other' }),
      'of the key __proto__': (keys) => signed(keys, CLAIMS, { kid: '__proto__' }),
      'of no key that it names': async ({ signing }) =>
        new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256' }).sign(signing.secret),
      'of another algorithm': (keys) => signed(keys, CLAIMS, { alg: 'HS512' }),
      'with a head that must be understood': (keys) => {
        const text = `${part({ ...HEAD, crit: ['x'], x: 1 })}.${part(PAYLOAD)}`
        return `${text}.${createHmac('sha256', keys.signing.secret).update(text).digest('base64url')}`
      },
      'changed after it was signed': async (keys) => {
        const [head, , signature] = (await signed(keys, CLAIMS)).split('.')
        return `${head}.${part({ ...CLAIMS, sub: 'operator/ada' })}.${signature}`
      },
      'without its last character': async (keys) => (await signed(keys, CLAIMS)).slice(0, -1),
      'of another issuer': (keys) => signed(keys, { ...CLAIMS, iss: 'spac' }),
      'of no issuer': (keys) => signed(keys, { sub: VENDOR, iat: CLAIMS.iat, exp: CLAIMS.exp }),
      'without an end': (keys) => signed(keys, { iss: 'caps', sub: VENDOR, iat: CLAIMS.iat }),
      'without a beginning': (keys) => signed(keys, { iss: 'caps', sub: VENDOR, exp: CLAIMS.exp }),
      'for a number': (keys) => signed(keys, { ...CLAIMS, sub: 7 as never }),
      'for nobody': (keys) => signed(keys, { iss: 'caps', iat: CLAIMS.iat, exp: CLAIMS.exp }),
      'of 8,193 characters': (keys) => signed(keys, { ...CLAIMS, more: 'x'.repeat(8200) }),
    }
    for (const [what, forge] of Object.entries(FORGED))
      it(`[AC2] one that is ${what}`, async () => {
        const keys = newKeys()
        expect(await verifyToken(keys, await forge(keys), NOW_MS)).to.deep.equal(INVALID)
      })

    for (const participant of [
      '',
      'vendor',
      'vendor/acme',
      'vendor/acme/main/more',
      'vendor//main',
      'vendor/acme/',
      'driver/d/1',
      'driver/',
      'hub/acme',
      'fleet',
      'Driver/d',
      ' driver/d',
      'driver/d\n',
      'operator/ada lovelace',
    ])
      it(`[AC2] one for ${JSON.stringify(participant)}`, async () => {
        const keys = newKeys()
        expect(await verifyToken(keys, await tokenFor(keys, participant, AT_NOW), NOW_MS)).to.deep.equal(
          INVALID,
        )
      })
  })
})
