import { expect } from 'chai'
import { claimsOf, TOKEN_SETTINGS } from '../../bin/commands/token.ts'
import type { TokenClaims } from '../../hub/access/tokens.ts'
import { readSettings } from '../../shared/settings.ts'

const claims = (...words: string[]): TokenClaims => {
  const flags = Object.fromEntries(words.map((word) => word.split('=') as [string, string]))
  return claimsOf(readSettings(TOKEN_SETTINGS, { flags, environment: {} }))
}

describe('caps token', () => {
  it('[PG12] names the participant that the token is for', () => {
    expect(claims('role=vendor', 'store=acme')).to.deep.equal({ participant: 'vendor/acme/main' })
    expect(claims('role=vendor', 'store=acme', 'id=till-2')).to.deep.equal({
      participant: 'vendor/acme/till-2',
    })
    expect(claims('role=driver', 'id=7')).to.deep.equal({ participant: 'driver/7' })
    expect(claims('role=operator')).to.deep.equal({ participant: 'operator/main' })
    expect(claims('role=observer', 'name=page', 'order=acme/17')).to.deep.equal({
      participant: 'observer/page',
      order: 'acme/17',
    })
  })

  const MISTAKES: Readonly<Record<string, readonly string[]>> = {
    '--role: expected one of vendor, driver, observer, operator': [],
    '--store: a token of a vendor needs it': ['role=vendor'],
    '--id: a token of a driver needs it': ['role=driver'],
    '--store: a token of the role driver has none': ['role=driver', 'id=7', 'store=acme'],
    '--order: a token of the role vendor has none': ['role=vendor', 'store=acme', 'order=acme/17'],
    '--name: a token of the role driver has none': ['role=driver', 'id=7', 'name=x'],
    '--order: got "17", expected a store and an order id': ['role=observer', 'order=17'],
    '--store: got "a/b", expected 1 to 64 characters': ['role=vendor', 'store=a/b'],
    '--role: got "admin", expected one of vendor': ['role=admin'],
    '--lifetime: got "31d", expected a time from 1s to 30d': ['role=operator', 'lifetime=31d'],
    '--lifetime: got "15", expected a time': ['role=operator', 'lifetime=15'],
  }
  for (const [line, words] of Object.entries(MISTAKES))
    it(`[PG12] says ${line}`, () => {
      expect(() => claims(...words))
        .to.throw(line)
        .with.property('code', 'configuration')
    })
})
