/** What the hub answers over HTTP, and to whom. */
import { expect } from 'chai'
import sinon from 'sinon'
import { openClient, orderOf, vendorOf } from '../support/client.ts'
import { askHttp, type HttpRequest } from '../support/http.ts'
import { startTestHub } from '../support/hub.ts'
import { newKeys, type TokenSettings, tokenFor } from '../support/tokens.ts'

const ORDER = '/api/orders/acme/o-1'
const codeIn = ({ body }: { body: unknown }): unknown => (body as { code?: unknown }).code ?? 'ok'

/** A hub with a key that has order o-1 of acme. */
const startWithOrder = async () => {
  const keys = newKeys()
  const hub = await startTestHub({ keys })
  const vendor = openClient(hub.url, { token: await tokenFor(keys, 'vendor/acme/main') })
  await vendor.welcomes.next()
  await vendor.ask('pickup', orderOf('acme', 'o-1'))
  const get = async (participant: string | null, path = ORDER, settings: TokenSettings = {}) =>
    askHttp(
      hub.port,
      path,
      participant === null ? {} : { token: await tokenFor(keys, participant, settings) },
    )
  return { hub, keys, vendor, get }
}

describe('the hub over HTTP', () => {
  it('[AC15] tells an order as track tells it, to whom it concerns', async () => {
    const { vendor, get } = await startWithOrder()
    const told = await vendor.ask<object>('track', { orderId: 'o-1' })
    for (const participant of ['vendor/acme/main', 'vendor/acme/till-2', 'observer/page', 'operator/ada'])
      expect(await get(participant)).to.deep.include({ status: 200, body: told })
    expect(await get('observer/page', ORDER, { order: 'acme/o-1' })).to.deep.include({
      status: 200,
      body: told,
    })
  })

  it('[AC15] answers alike for orders that there are not and for those that are of no concern', async () => {
    const { get } = await startWithOrder()
    const unknown = await get('vendor/acme/main', '/api/orders/acme/o-2')
    expect([unknown.status, codeIn(unknown)]).to.deep.equal([404, 'unknown-order'])
    for (const [participant, settings] of [
      ['vendor/globex/main', {}],
      ['observer/page', { order: 'acme/o-2' }],
      ['observer/page', { order: 'globex/o-1' }],
    ] as const)
      expect(await get(participant, ORDER, settings)).to.deep.include({ status: 404, body: unknown.body })
  })

  it('[AC14] knows who asks by the bearer token alone', async () => {
    const { hub, keys, get } = await startWithOrder()
    const token = await tokenFor(keys, 'operator/ada')
    const bare = await get(null)
    expect([bare.status, codeIn(bare)]).to.deep.equal([401, 'token-missing'])
    expect(bare.headers['www-authenticate']).to.equal('Bearer')
    const elsewhere: readonly [path: string, asked: HttpRequest][] = [
      [`${ORDER}?token=${token}`, {}],
      [`${ORDER}?access_token=${token}`, {}],
      [ORDER, { headers: { cookie: `token=${token}` } }],
      [ORDER, { headers: { authorization: `Basic ${token}` } }],
      [ORDER, { headers: { authorization: token } }],
    ]
    for (const [path, asked] of elsewhere)
      expect(codeIn(await askHttp(hub.port, path, asked))).to.equal('token-missing')
  })

  it('[AC14] refuses tokens that are not valid, before it says what there is', async () => {
    const { hub, get } = await startWithOrder()
    expect(codeIn(await get('operator/ada', '/nothing', { nowMs: 0 }))).to.equal('token-expired')
    expect(codeIn(await askHttp(hub.port, '/nothing', { token: 'x' }))).to.equal('token-invalid')
    await hub.hub.access.revoke('operator/ada' as never)
    const revoked = await get('operator/ada', ORDER, { nowMs: Date.now() - 1000 })
    expect([revoked.status, codeIn(revoked)]).to.deep.equal([401, 'token-revoked'])
  })

  it('[AC12][AC14] lets each role only where it has a right', async () => {
    const { hub, keys, get } = await startWithOrder()
    const driver = await get('driver/d')
    expect([driver.status, codeIn(driver)]).to.deep.equal([403, 'not-permitted'])
    for (const participant of ['vendor/acme/main', 'driver/d', 'observer/page']) {
      const token = await tokenFor(keys, participant)
      const asked = { method: 'POST', token, body: { participant: 'driver/e' } }
      expect(codeIn(await askHttp(hub.port, '/api/revocations', asked))).to.equal('not-permitted')
    }
    expect(hub.reports.refusals.get('not-permitted')).to.equal(4)
  })

  it('[AC17] takes whoever asks a hub without a key for an operator', async () => {
    const { url, port } = await startTestHub()
    await (await vendorOf(url, 'acme')).ask('pickup', orderOf('acme', 'o-1'))
    expect((await askHttp(port, ORDER)).status).to.equal(200)
    const revocation = await askHttp(port, '/api/revocations', {
      method: 'POST',
      body: { participant: 'driver/d' },
    })
    expect([revocation.status, codeIn(revocation)]).to.deep.equal([409, 'runs-open'])
  })

  const TRICKS = [
    '/api/orders/acme/../acme/o-1',
    '/api/orders/acme/%2e%2e/o-1',
    '//api/orders/acme/o-1',
    '/api/orders/acme//o-1',
    '/api/orders/acme%2Fo-1',
    '/api/orders/acme/o-1/',
    '/api/orders/acme/o-1%00',
    '/api/orders/acme/%zz',
    '/api/orders/acme/o%2F..%2F1',
    '/API/orders/acme/o-1',
    '/api/orders/__proto__',
    'http://evil.example/api/orders/acme/o-1',
    '/api/revocations/../orders/acme/o-1',
    '/../../etc/passwd',
    '*',
  ]
  for (const path of TRICKS)
    it(`[AC16] has nothing at ${path}`, async () => {
      const { port } = await startTestHub()
      const answer = await askHttp(port, path)
      expect([answer.status, codeIn(answer)]).to.deep.equal([404, 'not-found'])
    })

  it('[AC16] takes names as they are, whatever they mean elsewhere', async () => {
    const { url, port } = await startTestHub()
    const vendor = await vendorOf(url, '..')
    for (const orderId of ['..', '__proto__', 'a:b~c', 'constructor']) {
      await vendor.ask('pickup', orderOf('..', orderId))
      const answer = await askHttp(port, `/api/orders/../${encodeURIComponent(orderId)}`)
      expect(answer.body, orderId).to.have.nested.property('order.orderId', orderId)
    }
  })

  it('[AC16] says which method an address takes', async () => {
    const { port } = await startTestHub()
    const answer = await askHttp(port, ORDER, { method: 'DELETE' })
    expect([answer.status, codeIn(answer), answer.headers.allow]).to.deep.equal([405, 'wrong-method', 'GET'])
  })

  const BODIES: Readonly<Record<string, HttpRequest>> = {
    nothing: { headers: { 'content-type': 'application/json' } },
    'no JSON': { rawBody: '{"participant":' },
    'JSON that is no object': { rawBody: '7' },
    'a form': { rawBody: 'participant=driver/d', headers: { 'content-type': 'text/plain' } },
    'another field': { body: { participant: 'driver/d', more: 1 } },
    'no participant': { body: { participant: 'fleet' } },
    'a prototype': { rawBody: '{"__proto__":{"participant":"driver/d"}}' },
    'more than 16 KiB': { body: { participant: 'x'.repeat(20_000) } },
  }
  for (const [what, asked] of Object.entries(BODIES))
    it(`[AC16] refuses ${what} for a body`, async () => {
      const { port } = await startTestHub()
      const answer = await askHttp(port, '/api/revocations', { ...asked, method: 'POST' })
      expect([answer.status, codeIn(answer)]).to.deep.equal([400, 'bad-request'])
    })

  it('[AC16] says nothing of a fault of its own but that there is one, and goes on', async () => {
    const { hub, port, log } = await startTestHub()
    const track = sinon.stub(hub, 'track').throws(new Error('the reason'))
    const answer = await askHttp(port, ORDER)
    expect([answer.status, codeIn(answer)]).to.deep.equal([500, 'hub-fault'])
    expect(JSON.stringify(answer.body)).to.not.include('reason')
    expect(log.some(({ fields }) => (fields.err as Error | undefined)?.message === 'the reason')).to.equal(
      true,
    )
    track.restore()
    expect(codeIn(await askHttp(port, ORDER))).to.equal('unknown-order')
  })

  it('[AC20] answers to no foreign host and no page of a foreign origin, with a token or without', async () => {
    const { hub, keys } = await startWithOrder()
    const token = await tokenFor(keys, 'operator/ada')
    for (const headers of [
      { host: 'evil.example' },
      { host: 'evil.example', origin: 'http://evil.example' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      const answer = await askHttp(hub.port, ORDER, { token, headers })
      expect([answer.status, codeIn(answer)]).to.deep.equal([403, 'foreign-origin'])
    }
  })

  it('[AC20] answers to hosts of configured origins, and to pages from there', async () => {
    const { port } = await startTestHub({ options: { allowedOrigins: ['https://shop.example'] } })
    for (const headers of [{ host: 'shop.example' }, { origin: 'https://shop.example' }])
      expect(codeIn(await askHttp(port, ORDER, { headers }))).to.equal('unknown-order')
  })

  it('[AC21] answers probes under every name and without a token', async () => {
    const { port } = await startTestHub({ keys: newKeys() })
    for (const path of ['/livez', '/readyz?verbose'])
      expect((await askHttp(port, path, { headers: { host: '10.1.2.3:3001' } })).status).to.equal(200)
  })

  it('[AC16] gives answers that no page embeds and no cache keeps', async () => {
    const { port } = await startTestHub()
    const { headers } = await askHttp(port, ORDER)
    expect(headers).to.include({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    expect(headers['content-type']).to.equal('application/json; charset=utf-8')
    expect(headers).to.not.have.any.keys('access-control-allow-origin', 'x-powered-by')
  })
})
