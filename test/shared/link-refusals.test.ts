import { expect } from 'chai'
import { CODES } from '../../shared/codes.ts'
import { connectRefusalOf } from '../../shared/link/refusals.ts'

const kindOf = (code: string, hasMoreTokens: boolean): string =>
  connectRefusalOf({ code, message: 'told' }, hasMoreTokens).kind

describe('link: refusals at connecting', () => {
  for (const code of ['token-expired', 'token-invalid'])
    it(`[LK58] takes ${code} for final only when there is no other token to come`, () => {
      expect([kindOf(code, false), kindOf(code, true)]).to.deep.equal(['final', 'for-now'])
    })

  for (const code of ['token-missing', 'token-mismatch', 'token-revoked', 'wrong-role', 'bad-handshake'])
    it(`[LK58] takes ${code} for final, whatever token may come`, () => {
      expect([kindOf(code, false), kindOf(code, true)]).to.deep.equal(['final', 'final'])
    })

  it('[LK3] takes no temporary code for final, and none that it does not know', () => {
    const temporary = Object.entries(CODES).flatMap(([code, row]) => (row.temporary ? [code] : []))
    for (const code of [...temporary, 'code-of-a-later-version', 'constructor'])
      expect([code, kindOf(code, false)]).to.deep.equal([code, 'for-now'])
  })

  for (const data of [undefined, null, 'token-expired', 17, {}, { code: { a: 1 } }])
    it(`[LK3] tries again after ${JSON.stringify(data)}`, () => {
      expect(connectRefusalOf(data, false)).to.deep.equal({ kind: 'for-now', leastDelayMs: 0 })
    })
})
