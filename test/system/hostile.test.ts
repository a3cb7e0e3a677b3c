/** What a peer may send and should not. After each of it the hub still serves everybody else. */
import { expect } from 'chai'
import sinon from 'sinon'
import type { TrackReply } from '../../shared/protocol.ts'
import { driverOf, orderOf, type TestClient, vendorOf } from '../support/client.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { createInbox, eventOf } from '../support/waiting.ts'

const AUTH = { role: 'vendor', store: 'evil' }

/** Writes packets as they stand, past all that the client library checks. */
const write = ({ socket }: TestClient, ...packets: string[]): void => {
  for (const packet of packets) socket.io.engine.write(packet)
}

/** Somebody else still gets an order on its way. @param carrier the one driver that there is, if there is one */
const stillServes = async ({ url }: TestHub, carrier?: TestClient): Promise<void> => {
  const [vendor, driver] = [await vendorOf(url, 'good'), carrier ?? (await driverOf(url, 'good'))]
  expect(await vendor.ask('pickup', orderOf('good', 'o-1'))).to.include({ ok: true })
  ;(await driver.handed.next(({ event }) => event.payload.store === 'good')).reply()
  expect(await driver.ask('in-transit', { store: 'good', orderId: 'o-1' })).to.include({ ok: true })
  ;(await vendor.handed.next()).reply()
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

/** A message as Socket.IO writes it, with callback number 77. */
const message = (json: string): string => `2/caps,77${json}`

const ORDER = orderOf('evil', 'o-1')
const orderWith = (details: string): string =>
  `["pickup",${JSON.stringify(ORDER).slice(0, -1)},"details":${details}}]`

/** More than fit on the stack as arguments of one call. */
const VERY_MANY = new Array(180_000).fill(0).join(',')

describe('a hostile peer', () => {
  let hub: TestHub
  let evil: TestClient

  beforeEach(async () => {
    hub = await startTestHub({ options: { batchLength: 100 } })
    evil = await vendorOf(hub.url, 'evil')
  })

  const WRONG = [undefined, null, true, 0, -1, 1e308, '', 'x', [], [[]], {}, { a: 1 }, [null]]
  const ANSWERED = ['pickup', 'in-transit', 'delivered', 'release', 'track', 'token', 'assignments']
  for (const role of ['vendor', 'driver'])
    for (const name of ANSWERED)
      it(`[SK2][SK13] gets an answer to ${name} as a ${role}, whatever it carries`, async () => {
        const peer = role === 'vendor' ? evil : await driverOf(hub.url, 'evil')
        const answers = await Promise.all(WRONG.map((argument) => peer.ask<{ ok: boolean }>(name, argument)))
        const mayBeOk = (role === 'driver' && name === 'assignments') || name === 'token'
        if (!mayBeOk) expect(answers.map(({ ok }) => ok)).to.deep.equal(WRONG.map(() => false))
        await stillServes(hub, role === 'driver' ? peer : undefined)
      })

  it('[SK2] gets one refusal for a frame that is none, and one for each element that is none', async () => {
    for (const frame of WRONG.filter((one) => !Array.isArray(one)))
      expect(await evil.ask('publish', frame)).to.include({ ok: false, code: 'malformed' })
    const answers = await evil.ask<{ ok: boolean }[]>('publish', WRONG)
    expect(answers.map(({ ok }) => ok)).to.deep.equal(WRONG.map(() => false))
    expect(await evil.ask('publish', [])).to.deep.equal([])
  })

  it('[SK2][SK13] is counted for what has no answer, and called back where it asks for one all the same', async () => {
    for (const name of ['acknowledge', 'reject', 'position'])
      for (const argument of WRONG) evil.socket.emit(name, argument)
    await evil.ask('token', 'behind all that')
    // An empty list acknowledges and rejects nothing, which is no mistake.
    expect(hub.reports.counts.ignored).to.equal(3 * WRONG.length - 2)
    await stillServes(hub)
  })

  const PACKETS: Readonly<Record<string, string[]>> = {
    'nothing, not even a name, with a callback and without': ['2/caps,', '2/caps,78'],
    'a number for a name': ['2/caps,[5]', '2/caps,[5,{}]', '2/caps,[-1e9]'],
    'the name of an event of the library': ['2/caps,["error",{}]', '2/caps,["data"]', '2/caps,["close"]'],
    'an order on the prototype': [message('["pickup",{"__proto__":{"store":"evil"}}]')],
    'details that reach for prototypes': [
      message(orderWith('{"__proto__":{"a":1}}')),
      message(orderWith('{"constructor":{"prototype":{"a":1}}}')),
    ],
    'details that are nested deeply': [message(orderWith(`{"a":${nested(9)}}`))],
    'nothing but nesting': [message(`["pickup",${nested(100_000)}]`)],
    'a frame of nothing but nesting': [message(`["publish",${nested(100_000)}]`)],
    'callbacks of handovers that never were': ['3/caps,0[]', '3/caps,999999[{"reject":"x"}]'],
    'a placeholder for binary data that does not come': ['2/caps,["pickup",{"_placeholder":true,"num":0}]'],
    'a callback number that is too large': ['2/caps,99999999999999999999["token","x"]'],
  }
  for (const [what, packets] of Object.entries(PACKETS))
    it(`[SK13] sends ${what}`, async () => {
      write(evil, ...packets)
      expect(await evil.ask('token', 'behind it')).to.include({ ok: true })
      await stillServes(hub)
      expect(await evil.ask<TrackReply>('track', { orderId: 'o-1' })).to.include({ code: 'unknown-order' })
    })

  const BROKEN: Readonly<Record<string, string>> = {
    'an unknown packet type': '9/caps,["pickup"]',
    'no JSON': '2/caps,["pickup",',
    'a message that is no list': '2/caps,{"pickup":1}',
    'a callback number below 0': '3/caps,-1[]',
    'a reserved name': '2/caps,["disconnect"]',
    'a message to a namespace where it is not': '2/other,["pickup"]',
    'a second connect': '0/caps,{}',
    'very many arguments': `2/caps,1234567890123456["token",${VERY_MANY}]`,
    'more attachments than it may have': '5999999-/caps,["pickup"]',
    'a frame above what the transport takes': message(`["token","${'x'.repeat(1024 * 1024)}"]`),
  }
  for (const [what, packet] of Object.entries(BROKEN))
    it(`[SK13] is cut for ${what}`, async () => {
      const closed = eventOf(evil.socket, 'disconnect')
      write(evil, packet)
      await closed
      await stillServes(hub)
    })

  it('[SK13] sends thousands of unknown messages, and gets as many answers', async () => {
    const count = 5000
    const answers = await Promise.all(
      Array.from({ length: count }, (_, n) => evil.ask<{ code: string }>(`unknown-${n}`, n)),
    )
    expect(answers.filter(({ code }) => code === 'unknown-message')).to.have.length(count)
    await stillServes(hub)
  })

  it('[SK13][SK2] sends a frame of very many events', async () => {
    const answer = await evil.ask(
      'publish',
      Array.from({ length: 101 }, () => ({})),
    )
    expect(answer).to.include({ code: 'batch-too-long' })
    expect(await evil.ask('publish', new Array(100_000).fill(0))).to.include({ ok: false })
    await stillServes(hub)
  })

  it('[SK13] answers a handover with very many arguments', async () => {
    const driver = await driverOf(hub.url, 'd')
    const number = new Promise<string>((resolve) => {
      driver.socket.io.engine.on('data', (data: unknown) => {
        const [, id] = /^2\/caps,(\d+)\["pickup"/.exec(String(data)) ?? []
        if (id !== undefined) resolve(id)
      })
    })
    await evil.ask('pickup', ORDER)
    write(driver, `3/caps,${await number}[${VERY_MANY}]`)
    expect(await driver.ask('token', 'behind it')).to.include({ ok: true })
    expect(hub.reports.counts.ignored).to.equal(1)
    await stillServes(hub, driver)
  })

  it('[SK13] calls a callback twice, and the second time is nothing', async () => {
    const driver = await driverOf(hub.url, 'd')
    const number = new Promise<string>((resolve) => {
      driver.socket.io.engine.on('data', (data: unknown) => {
        const [, id] = /^2\/caps,(\d+)\["pickup"/.exec(String(data)) ?? []
        if (id !== undefined) resolve(id)
      })
    })
    await evil.ask('pickup', ORDER)
    const packet = `3/caps,${await number}`
    write(driver, `${packet}[]`, `${packet}[]`, `${packet}[{"reject":"x"}]`)
    expect(await driver.ask('assignments')).to.have.nested.property('orders.length', 1)
    expect(hub.reports.counts).to.include({ acknowledged: 1, failedHandovers: 0 })
  })

  it('[SK13] comes and goes on one connection, and leaves nothing on it', async () => {
    const ends = createInbox<string>('the end of a session')
    sinon.stub(hub.reports, 'disconnected').callsFake(ends.put)
    const warnings: Error[] = []
    const warned = (warning: Error) => void warnings.push(warning)
    process.on('warning', warned)
    for (let round = 0; round < 30; round += 1) {
      write(evil, '1/caps,')
      await ends.next()
      write(evil, `0/caps,${JSON.stringify(AUTH)}`)
      await evil.welcomes.next()
    }
    await stillServes(hub)
    process.off('warning', warned)
    expect(warnings).to.deep.equal([])
  })

  it('[SK1] connects to what is no namespace of the hub', async () => {
    const elsewhere = evil.socket.io.socket('/admin')
    await eventOf(elsewhere, 'connect_error')
    await stillServes(hub)
  })
})
