/** What a page of a configured origin may read of the API, and that no other may: as its browser asks. */
import { expect } from 'chai'
import { askHttp, type HttpAnswer } from '../support/http.ts'
import { startTestHub } from '../support/hub.ts'
import { newKeys, tokenFor } from '../support/tokens.ts'

const SHOP = 'https://shop.example'
const PATH = '/api/orders/acme/o-1'

const startHub = async () => {
  const keys = newKeys()
  const hub = await startTestHub({ keys, options: { allowedOrigins: [SHOP, 'https://other.example:8443'] } })
  return { port: hub.port, token: await tokenFor(keys, 'observer/page') }
}

const corsOf = ({ headers }: HttpAnswer): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control')))

const PREFLIGHT = {
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'authorization',
}

describe('the API, asked by a web page', () => {
  it('[AC22] lets a configured origin read answers and refusals, and names that one alone', async () => {
    const { port, token } = await startHub()
    for (const asked of [{ token }, {}]) {
      const answer = await askHttp(port, PATH, { ...asked, headers: { origin: SHOP } })
      expect(answer.status).to.equal('token' in asked ? 404 : 401)
      expect(corsOf(answer)).to.deep.equal({ 'access-control-allow-origin': SHOP })
      expect(answer.headers.vary).to.equal('origin')
    }
  })

  it('[AC22] tells a configured origin beforehand that it may ask with a token, without one', async () => {
    const { port } = await startHub()
    const answer = await askHttp(port, PATH, { method: 'OPTIONS', headers: { origin: SHOP, ...PREFLIGHT } })
    expect(answer).to.include({ status: 204, body: '' })
    expect(corsOf(answer)).to.deep.equal({
      'access-control-allow-origin': SHOP,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': '600',
    })
  })

  const OTHERS: Readonly<Record<string, object>> = {
    'another origin': { origin: 'https://evil.example' },
    'an origin that begins like a configured one': { origin: `${SHOP}.evil.example` },
    'another scheme': { origin: 'http://shop.example' },
    'no origin at all': { origin: 'null' },
    'a program': {},
  }
  for (const [who, headers] of Object.entries(OTHERS))
    it(`[AC22] says nothing of the kind to ${who}`, async () => {
      const { port, token } = await startHub()
      for (const method of ['GET', 'OPTIONS']) {
        const answer = await askHttp(port, PATH, { method, token, headers: { ...PREFLIGHT, ...headers } })
        expect(corsOf(answer)).to.deep.equal({})
        expect(answer.status).not.to.be.oneOf([200, 204])
      }
    })

  it('[AC22] says nothing of the kind to its own page, whose browser does not ask', async () => {
    const { port, token } = await startHub()
    const answer = await askHttp(port, PATH, { token, headers: { origin: `http://127.0.0.1:${port}` } })
    expect(corsOf(answer)).to.deep.equal({})
  })

  it('[AC22][AC20] refuses a configured origin under a foreign name', async () => {
    const { port } = await startHub()
    const headers = { origin: SHOP, host: 'evil.example', ...PREFLIGHT }
    expect((await askHttp(port, PATH, { method: 'OPTIONS', headers })).status).to.equal(403)
  })
})
