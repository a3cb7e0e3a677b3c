import { expect } from 'chai'
import { type Identity, isRefusal, type Refusal } from '../../../hub/access/identity.ts'
import { claimedIdentity, handshakeOf, senderOf } from '../../../hub/sockets/identity.ts'

const identityOf = (auth: unknown): Identity | Refusal => {
  const handshake = handshakeOf(auth)
  return 'code' in handshake ? handshake : claimedIdentity(handshake)
}

const refusalOf = (auth: unknown): [string, string] | null => {
  const identity = identityOf(auth)
  return isRefusal(identity) ? [identity.code, identity.message] : null
}

describe('identity', () => {
  it('[SK1] is a vendor of a store, named main unless it says otherwise', () => {
    expect(identityOf({ role: 'vendor', store: 'acme' })).to.deep.equal({
      role: 'vendor',
      store: 'acme',
      id: 'main',
      participant: 'vendor/acme/main',
      issuedMs: 0,
      expiresMs: Number.POSITIVE_INFINITY,
    })
    expect(identityOf({ role: 'vendor', store: 'acme', id: 'till-2', protocol: 1 })).to.have.property(
      'participant',
      'vendor/acme/till-2',
    )
  })

  it('[SK1] is a driver by its id, whatever store it names', () => {
    const identity = identityOf({ role: 'driver', id: 'd-1', store: 'acme' })
    expect(senderOf(identity as Identity)).to.deep.equal({
      role: 'driver',
      id: 'd-1',
      participant: 'driver/d-1',
    })
  })

  const NONE: readonly (readonly [what: string, auth: unknown, inMessage: string])[] = [
    ['nothing at all', undefined, ''],
    ['no object', 'vendor', ''],
    ['no role', { store: 'acme' }, 'role'],
    ['an unknown role', { role: 'hub', store: 'acme' }, 'role'],
    ['a vendor without a store', { role: 'vendor' }, 'store'],
    ['a driver without an id', { role: 'driver' }, 'id'],
    ['a store with other characters', { role: 'vendor', store: 'acme/main' }, 'store'],
    ['a store of a line and a line break', { role: 'vendor', store: 'acme\n' }, 'store'],
    ['an id that is too long', { role: 'driver', id: 'd'.repeat(65) }, 'id'],
    ['a number for a name', { role: 'driver', id: 7 }, 'id'],
    ['an unknown field', { role: 'driver', id: 'd', admin: true }, 'admin'],
    ['a window of nothing', { role: 'vendor', store: 'acme', window: 0 }, 'window'],
    ['half a capacity', { role: 'driver', id: 'd', capacity: 1.5 }, 'capacity'],
    ['a batch that is no yes or no', { role: 'driver', id: 'd', batch: 'true' }, 'batch'],
    ['a prototype', JSON.parse('{"role":"driver","id":"d","__proto__":{"store":"acme"}}'), '__proto__'],
  ]
  for (const [what, auth, inMessage] of NONE)
    it(`[SK1] is refused for ${what}`, () => {
      const [code, message] = refusalOf(auth) ?? []
      expect(code).to.equal('bad-handshake')
      expect(message).to.include(inMessage)
    })

  for (const protocol of [0, 2, -1])
    it(`[SK1] is refused for version ${protocol} of the protocol, which it is told`, () => {
      expect(refusalOf({ role: 'driver', id: 'd', protocol })).to.deep.equal([
        'protocol-version',
        `protocol: got ${protocol}, this hub speaks 1`,
      ])
    })
})
