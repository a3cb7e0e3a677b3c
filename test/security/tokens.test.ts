/** Tokens that are none, at every door: when connecting, over an open connection, and over HTTP. */
import { expect } from 'chai'
import { openClient, refusalOf } from '../support/client.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { newKeys, newSecret, tokenFor } from '../support/tokens.ts'
import { eventOf } from '../support/waiting.ts'
import { FORGERIES, type Forger, tokenOf } from './forgeries.ts'
import { connectWith } from './stage.ts'

const PARTICIPANT = 'vendor/acme/main'

const newForger = (): Forger => ({
  keyId: 'now',
  secret: newSecret(),
  participant: PARTICIPANT,
  nowMs: Date.now(),
})

const hubOf = ({ keyId, secret }: Forger): Promise<TestHub> =>
  startTestHub({ keys: newKeys(`${keyId}:${secret}`) })

const codeOverHttp = async (url: string, token: string): Promise<unknown> => {
  const answer = await fetch(`${url}/api/orders/acme/o-1`, { headers: { authorization: `Bearer ${token}` } })
  return answer.status === 401 ? ((await answer.json()) as { code: string }).code : answer.status
}

describe('a token', () => {
  it('[AC1] that was put together by hand as the protocol says opens every door', async () => {
    const forger = newForger()
    const { url } = await hubOf(forger)
    const client = await connectWith(url, tokenOf(forger))
    expect(client.welcomes.all[0]).to.include({ participant: PARTICIPANT })
    expect(
      await client.ask('token', tokenOf(forger, { claims: { exp: forger.nowMs / 1000 + 7200 } })),
    ).to.include({ ok: true })
    expect(await codeOverHttp(url, tokenOf(forger))).to.equal(404)
  })

  for (const [what, { code, make }] of Object.entries(FORGERIES))
    it(`[AC2][AC3] ${what} opens no door`, async () => {
      const forger = newForger()
      const hub = await hubOf(forger)
      const forged = make(forger)
      expect(await refusalOf(hub.url, { token: forged })).to.include({ code })
      expect(await codeOverHttp(hub.url, forged)).to.equal(code)
      const client = await connectWith(hub.url, tokenOf(forger))
      expect(await client.ask('token', forged)).to.include({ ok: false, code: 'token-refused' })
      // The connection goes on with the one that it has.
      expect(await client.ask('track', { orderId: 'o-1' })).to.include({ code: 'unknown-order' })
    })

  it('[AC4] of the previous key opens doors while the hub has both, and none afterwards', async () => {
    const [older, newer] = [`old:${newSecret()}`, `new:${newSecret()}`]
    const token = await tokenFor(newKeys(older), PARTICIPANT)
    const both = await startTestHub({ keys: newKeys(newer, older) })
    expect((await connectWith(both.url, token)).welcomes.all).to.have.length(1)
    const one = await startTestHub({ keys: newKeys(newer) })
    expect(await refusalOf(one.url, { token })).to.include({ code: 'token-invalid' })
    expect(await codeOverHttp(one.url, token)).to.equal('token-invalid')
  })

  it('[AC1] of another participant of the same store is that one, whatever the handshake says', async () => {
    const keys = newKeys()
    const { url } = await startTestHub({ keys })
    const token = await tokenFor(keys, 'vendor/acme/till-2')
    const owner = await connectWith(url, await tokenFor(keys, PARTICIPANT))
    for (const claimed of [{ id: 'main' }, { store: 'other' }, { role: 'driver', id: 'till-2' }])
      expect(await refusalOf(url, { token, ...claimed })).to.include({ code: 'token-mismatch' })
    expect((await connectWith(url, token)).welcomes.all[0]).to.include({ participant: 'vendor/acme/till-2' })
    // Nobody has taken the other one over.
    expect(await owner.ask('publish', [])).to.deep.equal([])
  })

  it('[AC10] that was revoked cannot be replayed, over no door', async () => {
    const keys = newKeys()
    const { url } = await startTestHub({ keys })
    const token = await tokenFor(keys, PARTICIPANT)
    const client = await connectWith(url, token)
    const cut = eventOf(client.socket, 'disconnect')
    const operator = await tokenFor(keys, 'operator/o')
    await fetch(`${url}/api/revocations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
      body: JSON.stringify({ participant: PARTICIPANT }),
    })
    await cut
    expect(await refusalOf(url, { token })).to.include({ code: 'token-revoked' })
    expect(await codeOverHttp(url, token)).to.equal('token-revoked')
    const till = await connectWith(url, await tokenFor(keys, 'vendor/acme/till-2'))
    expect(await till.ask('token', token)).to.include({ code: 'token-refused' })
  })

  it('[AC1] that is replayed from elsewhere takes over from its own participant alone, and tells it so', async () => {
    const keys = newKeys()
    const { url } = await startTestHub({ keys })
    const token = await tokenFor(keys, PARTICIPANT)
    const [owner, other] = [
      await connectWith(url, token),
      await connectWith(url, await tokenFor(keys, 'vendor/other/main')),
    ]
    const displaced = eventOf(owner.socket, 'displaced')
    await connectWith(url, token)
    await displaced
    expect(await owner.ask('pickup', {})).to.include({ code: 'no-longer-connected' })
    expect(await other.ask('publish', [])).to.deep.equal([])
  })

  it('[AC14][AC2] in an address, a cookie or a body is none', async () => {
    const forger = newForger()
    const { url } = await hubOf(forger)
    const token = tokenOf({ ...forger, participant: 'operator/o' })
    const places: [string, RequestInit][] = [
      [`/api/orders/acme/o-1?token=${token}&access_token=${token}`, {}],
      ['/api/orders/acme/o-1', { headers: { cookie: `token=${token}`, 'x-token': token } }],
      ['/api/orders/acme/o-1', { headers: { authorization: `Basic ${token}` } }],
      ['/api/revocations', { method: 'POST', body: JSON.stringify({ token, participant: 'driver/d' }) }],
    ]
    for (const [path, init] of places) {
      const answer = await fetch(`${url}${path}`, init)
      expect([answer.status, ((await answer.json()) as { code: string }).code]).to.deep.equal([
        401,
        'token-missing',
      ])
    }
    const inAddress = openClient(
      url,
      { role: 'vendor', store: 'acme' },
      { query: { token: tokenOf(forger) } },
    )
    const [error] = await eventOf<[Error & { data: unknown }]>(inAddress.socket, 'connect_error')
    expect(error.data).to.include({ code: 'token-missing' })
  })
})
