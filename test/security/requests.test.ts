/** Addresses, hosts and origins that mean more than they say, tried with the token of an operator, who may do everything: so whatever is refused is refused for the request. */
import { request } from 'node:http'
import { expect } from 'chai'
import { inTime } from '../support/waiting.ts'
import { REQUESTS } from './specification.ts'
import { type Stage, setStage } from './stage.ts'

interface Answer {
  readonly status: number
  readonly text: string
}

interface Asked {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object | undefined
}

/** As it stands: `fetch` would tidy the address up. */
const ask = async (
  { hub, tokenOf }: Stage,
  { method = 'GET', path, headers = {}, body }: Asked,
): Promise<Answer> => {
  const authorization = `Bearer ${await tokenOf('an operator')}`
  const asked = new Promise<Answer>((resolve, reject) => {
    const all = { authorization, 'content-type': 'application/json', ...headers }
    const asking = request({ host: '127.0.0.1', port: hub.port, method, path, headers: all, agent: false })
    asking.once('error', reject)
    asking.once('response', async (response) => {
      const pieces: Buffer[] = []
      for await (const piece of response) pieces.push(piece as Buffer)
      resolve({ status: response.statusCode!, text: Buffer.concat(pieces).toString() })
    })
    asking.end(body === undefined ? undefined : JSON.stringify(body))
  })
  return inTime(asked, () => `the answer to ${path}`)
}

const UPWARDS = [
  '..',
  '%2e%2e',
  '.%2e',
  '..%2f..',
  '..%5c..',
  '..;',
  '....//',
  '%252e%252e',
  '..%00',
  '%c0%ae%c0%ae',
]
const TARGETS = ['package.json', 'etc/passwd', 'hub/CURRENT', 'readyz']
const STARTS = ['/', '/assets/', '/api/', '/api/orders/', '/api/orders/acme/', '/orders/', '/socket.io/']

/** What the files of this project, of its data and of the machine begin with. */
const GIVEN_AWAY = [/"name": "caps"/, /root:.*:0:0/, /^MANIFEST-/m, /^ready$/m]

const FOREIGN_HOSTS = [
  'evil.example',
  'evil.example:3001',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'evil.example/127.0.0.1',
  'evil.example#@127.0.0.1',
  '127.0.0.1@evil.example',
  'localhost:80:80',
  '0x7f000001',
  '[::ffff:127.0.0.1]',
]
const FOREIGN_ORIGINS = [
  'https://evil.example',
  'null',
  'http://127.0.0.1.evil.example',
  'http://localhost@evil.example',
  'http://localhost:1',
  'file://',
  'chrome-extension://abc',
]

describe('an address', () => {
  for (const start of STARTS)
    it(`[AC16] that begins with ${start} leads out of nowhere`, async () => {
      const stage = await setStage()
      for (const up of UPWARDS)
        for (const target of TARGETS)
          for (const depth of [1, 4]) {
            const path = `${start}${`${up}/`.repeat(depth)}${target}`
            const { text } = await ask(stage, { path })
            for (const given of GIVEN_AWAY) expect(text, path).not.to.match(given)
          }
    })

  it('[AC16] of another machine is none of this one', async () => {
    const stage = await setStage()
    for (const start of [
      'http://evil.example',
      'http://127.0.0.1',
      '//evil.example',
      'http:',
      '\\\\evil.example',
    ])
      expect((await ask(stage, { path: `${start}/api/orders/acme/assigned` })).status, start).to.be.oneOf([
        400, 404,
      ])
  })

  it('[AC16] of an order takes no name that is written otherwise, and no part of one', async () => {
    const stage = await setStage()
    for (const path of [
      'acme/assigned/',
      'acme//assigned',
      'acme/assigned%00',
      'acme/assigned;x',
      'ACME/assigned',
      'acme/assigned%20',
      'acme%2fassigned',
      'acme/ASSIGNED',
      'acme/*',
      'acme/assign',
      'acme/%61ssigned%',
    ])
      expect((await ask(stage, { path: `/api/orders/${path}` })).status, path).to.be.oneOf([400, 404])
  })
})

describe('every route', () => {
  for (const { method, path, body } of REQUESTS)
    it(`[AC20] ${method} ${path} is refused under foreign names and to foreign pages, an operator's token notwithstanding`, async () => {
      const stage = await setStage()
      const before = await stage.orders()
      for (const host of FOREIGN_HOSTS)
        expect(await ask(stage, { method, path, body, headers: { host } }), host).to.deep.include({
          status: 403,
        })
      for (const origin of FOREIGN_ORIGINS)
        expect(await ask(stage, { method, path, body, headers: { origin } }), origin).to.deep.include({
          status: 403,
        })
      expect(await stage.orders()).to.deep.equal(before)
    })

  it('[AC20] sends no page of elsewhere the leave to read, nor to ask', async () => {
    const { hub } = await setStage()
    for (const { path } of REQUESTS) {
      const answer = await fetch(`${hub.url}${path}`, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://evil.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      })
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).to.deep.equal([])
    }
  })
})
