import { randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { callHub } from '../../bin/commands/hub-call.ts'
import { freePort } from '../../bin/simulation/free-port.ts'
import { type Keys, keysOf } from '../../hub/access/keys.ts'
import { verifyToken } from '../../hub/access/tokens.ts'
import type { Fault } from '../../shared/fault.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { eventOf } from '../support/waiting.ts'

const KEYS = keysOf(randomBytes(32).toString('hex')) as Keys

interface Heard {
  readonly request: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server that gives one answer to everything. */
const answering = async (status: number, answer: string): Promise<{ url: string; heard: Heard[] }> => {
  const heard: Heard[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    heard.push({ request: `${request.method} ${request.url}`, headers: request.headers, body })
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer)
  }).listen(0, '127.0.0.1')
  atEndOfTest(async () => void server.close())
  await eventOf(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard }
}

const call = (url: string, keys: Keys | null = null): Promise<unknown> =>
  callHub({ url, keys, path: '/api/revocations', body: { participant: 'driver/7' } })

const faultOf = (asked: Promise<unknown>): Promise<Fault> =>
  asked.then(
    () => expect.fail('it was done'),
    (fault: Fault) => fault,
  )

describe('commands to a running hub', () => {
  it('[PG13] come from an operator whose token lives for a minute', async () => {
    const { url, heard } = await answering(200, '{"ok":true}')
    expect(await call(url, KEYS)).to.deep.equal({ ok: true })
    const { request, headers, body } = heard[0]!
    expect([request, JSON.parse(body)]).to.deep.equal(['POST /api/revocations', { participant: 'driver/7' }])
    const token = headers.authorization?.replace(/^Bearer /, '') ?? ''
    expect(await verifyToken(KEYS, token, Date.now())).to.include({ role: 'operator' })
    expect(await verifyToken(KEYS, token, Date.now() + 61_000)).to.include({ code: 'token-expired' })
  })

  it('[PG13] come without a token where there is no key', async () => {
    const { url, heard } = await answering(200, '{"ok":true}')
    await call(url)
    expect(heard[0]?.headers.authorization).to.equal(undefined)
  })

  it('[PG14] say that no hub answers, why, and what to do', async () => {
    const fault = await faultOf(call(`http://127.0.0.1:${await freePort()}`))
    expect(fault.code).to.equal('hub-away')
    expect(fault.message).to.match(/^No hub answers at http:\S+ \(.*ECONNREFUSED.*\)\. Start it .* --url\.$/)
  })

  const refusal = (code: string) => JSON.stringify({ ok: false, code, message: 'Not so.' })

  it('[PG14] say that the hub refuses whoever asks, and where the key belongs if that is why', async () => {
    for (const [status, code, isForKey] of [
      [401, 'token-missing', true],
      [401, 'token-invalid', true],
      [403, 'foreign-origin', false],
    ] as const) {
      const { url } = await answering(status, refusal(code))
      const fault = await faultOf(call(url))
      expect(fault.code).to.equal('refused')
      expect(fault.message).to.include(`refuses the command: Not so (${code}).`)
      expect(fault.message.includes('Set CAPS_SECRET')).to.equal(isForKey)
    }
  })

  it('[PG14] say what the hub does not know', async () => {
    const { url } = await answering(404, refusal('unknown-order'))
    const fault = await faultOf(call(url, KEYS))
    expect(fault.code).to.equal('unknown-order')
    expect(fault.message).to.equal(`The hub at ${url} has not done it: Not so (unknown-order).`)
  })

  for (const [status, answer] of [
    [200, '<html>'],
    [404, 'There is nothing at this address.'],
    [500, '{}'],
    [302, ''],
  ] as const)
    it(`[PG14] say that it is no hub that answers ${status} ${answer}`, async () => {
      const { url } = await answering(status, answer)
      expect((await faultOf(call(url))).message).to.match(/^What answers at http:\S+ is no CAPS hub/)
    })
})
