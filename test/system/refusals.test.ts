/** Every code with which the hub refuses, provoked over real sockets. */
import { expect } from 'chai'
import sinon from 'sinon'
import type { HubOptions } from '../../hub/hub-parts.ts'
import { CODES, type RefusalCode } from '../../shared/codes.ts'
import type { ParticipantId } from '../../shared/ids.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { driverOf, openClient, orderOf, refusalOf, type TestClient, vendorOf } from '../support/client.ts'
import { CrashingDatabase } from '../support/crashing-database.ts'
import { askHttp, type HttpRequest } from '../support/http.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { RawPeer } from '../support/raw-peer.ts'
import { newKeys, type TokenSettings, tokenFor } from '../support/tokens.ts'
import { eventOf } from '../support/waiting.ts'

const PROGRESS = { store: 'acme', orderId: 'o-1' }
const pickup = (orderId: string) => ({ event: 'pickup', payload: orderOf('acme', orderId) })

const urlOf = async (...[settings]: Parameters<typeof startTestHub>): Promise<string> =>
  (await startTestHub(settings)).url

const newVendor = async (...settings: Parameters<typeof startTestHub>): Promise<TestClient> =>
  vendorOf(await urlOf(...settings), 'acme')

/** A driver that has acknowledged order o-1, and the hub. */
const newCarrier = async (): Promise<{ url: string; vendor: TestClient; driver: TestClient }> => {
  const url = await urlOf()
  const [vendor, driver] = [await vendorOf(url, 'acme'), await driverOf(url, 'd', { capacity: 1 })]
  await vendor.ask('pickup', orderOf('acme', 'o-1'))
  ;(await driver.handed.next()).reply()
  await driver.ask('assignments')
  return { url, vendor, driver }
}

/** What comes of `meanwhile` while a hub's disk takes its time, with one pickup under way that is confirmed afterwards. */
const whileDiskIsBusy = async <R>(
  meanwhile: (hub: TestHub, vendor: TestClient) => Promise<R>,
): Promise<R> => {
  const database = new CrashingDatabase()
  const hub = await startTestHub({ database, options: { undecidedEvents: 1 } })
  atEndOfTest(() => database.release())
  const vendor = await vendorOf(hub.url, 'acme')
  const synced = new Promise<void>((resolve) => database.onSync(resolve))
  database.hold()
  const underWay = vendor.ask('pickup', orderOf('acme', 'o-1'))
  await synced
  const answer = await meanwhile(hub, vendor)
  database.release()
  expect(await underWay).to.include({ ok: true })
  return answer
}

/** The hub is about to stop, but has not finished what is under way. */
const whileStopping = (meanwhile: (hub: TestHub, vendor: TestClient) => Promise<unknown>): Promise<unknown> =>
  whileDiskIsBusy(async (hub, vendor) => {
    const draining = eventOf(vendor.socket, 'draining')
    hub.close()
    await draining
    return meanwhile(hub, vendor)
  })

const keyedUrl = (): Promise<string> => urlOf({ keys: newKeys() })

const refusalOfToken = async (
  participant: string,
  settings?: TokenSettings,
  auth?: object,
): Promise<unknown> => {
  const keys = newKeys()
  return refusalOf(await urlOf({ keys }), { ...auth, token: await tokenFor(keys, participant, settings) })
}

const REVOCATION: HttpRequest = { method: 'POST', body: { participant: 'driver/d' } }

/** What a hub answers over HTTP, after something was done to it. */
const answerOf = async (
  path: string,
  asked: HttpRequest = {},
  prepare: (hub: TestHub) => void = () => {},
): Promise<unknown> => {
  const hub = await startTestHub()
  prepare(hub)
  return (await askHttp(hub.port, path, asked)).body
}

const lastOf = async (answers: Promise<readonly unknown[]>): Promise<unknown> => (await answers).at(-1)

/** What a second connection is told by the answer to its handshake, which begins with the code; this machine counts like any other where there is a key. */
const handshakeRefusal = async (options: Partial<HubOptions>): Promise<unknown> => {
  const { port } = await startTestHub({ keys: newKeys(), options })
  const path = '/socket.io/?EIO=4&transport=polling'
  await askHttp(port, path)
  const { message } = (await askHttp(port, path)).body as { message: string }
  const [code] = message.split(':')
  return { ok: false, code, message }
}

/** Provokes the refusal and gives it; the compiler asks for one of each. */
const PROVOCATIONS: Readonly<Record<RefusalCode, () => Promise<unknown>>> = {
  'bad-handshake': async () => refusalOf(await urlOf(), { role: 'vendor' }),
  'protocol-version': async () => refusalOf(await urlOf(), { role: 'driver', id: 'd', protocol: 2 }),
  'too-many-participants': async () => {
    const url = await urlOf({ options: { participantsPerStore: 1 } })
    await vendorOf(url, 'acme')
    return refusalOf(url, { role: 'vendor', store: 'acme', id: 'till-2' })
  },
  'not-ready': () => whileStopping(({ url }) => refusalOf(url, { role: 'driver', id: 'd' })),
  'token-missing': async () => refusalOf(await keyedUrl(), { role: 'vendor', store: 'acme' }),
  'token-invalid': async () => refusalOf(await keyedUrl(), { token: 'x' }),
  'token-expired': () => refusalOfToken('driver/d', { nowMs: 0 }),
  'token-not-yet-valid': () => refusalOfToken('driver/d', { nowMs: Date.now() + 600_000 }),
  'token-revoked': async () => {
    const keys = newKeys()
    const { hub, url } = await startTestHub({ keys })
    const token = await tokenFor(keys, 'driver/d')
    await hub.access.revoke('driver/d' as ParticipantId)
    return refusalOf(url, { token })
  },
  'token-mismatch': () => refusalOfToken('driver/d', {}, { role: 'vendor' }),
  'wrong-role': () => refusalOfToken('observer/page'),
  binary: async () => {
    const { port } = await startTestHub()
    const peer = await RawPeer.admitted(port, { role: 'driver', id: 'd' })
    peer.frame(0x82, Buffer.alloc(10))
    const packet = await peer.words.next((word) => word.includes('["refused"'))
    return JSON.parse(packet.slice(packet.indexOf('[')))[1]
  },

  'too-many-new-participants': async () => {
    const url = await urlOf({ options: { newParticipantsPerMinute: 1 } })
    await vendorOf(url, 'acme')
    return refusalOf(url, { role: 'driver', id: 'd' })
  },
  'reconnecting-too-often': async () => {
    const keys = newKeys()
    const { url, reports } = await startTestHub({ keys, options: { flappingConnections: 1 } })
    const ended = new Promise<void>((resolve) => {
      sinon.stub(reports, 'disconnected').callsFake(() => resolve())
    })
    const auth = { token: await tokenFor(keys, 'driver/d') }
    const { socket, welcomes } = openClient(url, auth)
    await welcomes.next()
    socket.disconnect()
    await ended
    return refusalOf(url, auth)
  },
  'authentication-timeout': async () => {
    const { port } = await startTestHub({ options: { authenticationTimeMs: 100 } })
    const peer = await RawPeer.open(port)
    const told = await peer.words.next((word) => word.startsWith('44/caps,'))
    return (JSON.parse(told.slice('44/caps,'.length)) as { data: unknown }).data
  },

  malformed: async () => (await newVendor()).ask('pickup', { ...orderOf('acme', 'o-1'), customer: 7 }),
  'too-large': async () => (await newVendor()).ask('token', 'x'.repeat(300_000)),
  'batch-too-long': async () => (await newVendor({ options: { batchLength: 2 } })).ask('publish', [1, 2, 3]),
  'unknown-message': async () => (await newVendor()).ask('pick-up', orderOf('acme', 'o-1')),
  'not-permitted': async () => (await newVendor()).ask('in-transit', PROGRESS),
  'foreign-store': async () => (await newVendor()).ask('pickup', orderOf('other', 'o-1')),
  'identity-conflict': async () => {
    const vendor = await newVendor()
    await vendor.ask('pickup', orderOf('acme', 'o-1'))
    return vendor.ask('pickup', { ...orderOf('acme', 'o-1'), customer: 'Somebody Else' })
  },
  'unknown-order': async () => (await driverOf(await urlOf(), 'd')).ask('in-transit', PROGRESS),
  'not-offered': async () => {
    const { vendor, driver } = await newCarrier()
    await vendor.ask('pickup', orderOf('acme', 'o-2'))
    return driver.ask('in-transit', { store: 'acme', orderId: 'o-2' })
  },
  'held-by-another': async () => {
    const { url } = await newCarrier()
    return (await driverOf(url, 'another')).ask('in-transit', PROGRESS)
  },
  'out-of-order': async () => (await newCarrier()).driver.ask('delivered', PROGRESS),
  'not-held': async () => (await driverOf(await urlOf(), 'd')).ask('release', { ...PROGRESS, reason: '' }),
  'token-refused': async () => {
    const keys = newKeys()
    const client = openClient(await urlOf({ keys }), { token: await tokenFor(keys, 'driver/d') })
    await client.welcomes.next()
    return client.ask('token', await tokenFor(keys, 'driver/e'))
  },
  'has-parcels': async () => {
    const { driver } = await newCarrier()
    await driver.ask('in-transit', PROGRESS)
    return driver.ask('leave')
  },
  'no-longer-connected': async () => {
    const url = await urlOf()
    const older = await vendorOf(url, 'acme')
    const displaced = eventOf(older.socket, 'displaced')
    await vendorOf(url, 'acme')
    await displaced
    return older.ask('pickup', orderOf('acme', 'o-1'))
  },
  'queue-full': async () =>
    lastOf((await newVendor({ options: { queueLength: 1 } })).ask('publish', [pickup('o-1'), pickup('o-2')])),
  'disk-low': async () => (await newVendor({ isDiskLow: () => true })).ask('pickup', orderOf('acme', 'o-1')),
  'rate-limited': async () =>
    lastOf(
      (await newVendor({ options: { pickupsPerSecond: 1 } })).ask('publish', [pickup('o-1'), pickup('o-2')]),
    ),
  busy: () => whileDiskIsBusy((_, vendor) => vendor.ask('pickup', orderOf('acme', 'o-2'))),
  draining: () => whileStopping((_, vendor) => vendor.ask('pickup', orderOf('acme', 'o-2'))),

  'too-many-connections': () => handshakeRefusal({ addressConnectionsPerMinute: 1 }),
  'too-many-newcomers': () => handshakeRefusal({ unauthenticatedConnections: 1 }),
  'foreign-origin': () => answerOf('/api/orders/acme/o-1', { headers: { host: 'evil.example' } }),
  'not-found': () => answerOf('/api/nothing'),
  'wrong-method': () => answerOf('/api/revocations'),
  'bad-request': () => answerOf('/api/revocations', { method: 'POST', body: {} }),
  'runs-open': () => answerOf('/api/revocations', REVOCATION),
  'too-many-revocations': () =>
    answerOf('/api/revocations', REVOCATION, ({ hub }) =>
      sinon.stub(hub.access, 'revoke').resolves('too-many-revocations'),
    ),
  'hub-fault': () =>
    answerOf('/api/orders/acme/o-1', {}, ({ hub }) => sinon.stub(hub, 'track').throws(new Error('a bug'))),
}

describe('refusals', () => {
  for (const [code, { temporary, at }] of Object.entries(CODES))
    it(`[SK1][SK2] ${code} is answered in words${at === 'connect' ? ' to a connection' : ''}`, async () => {
      const answer = (await PROVOCATIONS[code as RefusalCode]()) as { message: string }
      const kind = { connect: {}, receipt: { ok: false, temporary }, http: { ok: false } }[at]
      expect(answer).to.include({ ...kind, code })
      expect(answer.message).to.match(/^\S.{10,}/)
    })

  it('[HB6] take no new order while the disk is low, but all that belongs to accepted ones, and new ones when there is room again', async () => {
    let isDiskLow = false
    const { url } = await startTestHub({ isDiskLow: () => isDiskLow })
    const [vendor, driver] = [await vendorOf(url, 'acme'), await driverOf(url, 'd')]
    await vendor.ask('pickup', orderOf('acme', 'o-1'))
    isDiskLow = true
    expect(await vendor.ask('pickup', orderOf('acme', 'o-2'))).to.deep.include({
      code: 'disk-low',
      temporary: true,
      retryAfterMs: 5000,
    })
    expect(await vendor.ask('pickup', orderOf('acme', 'o-1'))).to.include({ ok: true, duplicate: true })
    ;(await driver.handed.next()).reply()
    for (const event of ['in-transit', 'delivered'])
      expect(await driver.ask(event, PROGRESS)).to.include({ ok: true })
    isDiskLow = false
    expect(await vendor.ask('pickup', orderOf('acme', 'o-2'))).to.include({ ok: true })
  })

  it('[HB8] are logged with their code, accepted events with all that they are', async () => {
    const { url, log } = await startTestHub()
    const vendor = await vendorOf(url, 'acme')
    await vendor.ask('pickup', orderOf('acme', 'o-1'))
    for (const [message, argument] of [
      ['pickup', {}],
      ['track', {}],
      ['nothing', {}],
      ['assignments', {}],
    ] as const)
      await vendor.ask(message, argument)
    const [event] = log.filter(({ text }) => text === 'EVENT')
    expect(event?.fields).to.have.keys('event', 'time', 'payload')
    expect(event?.fields).to.deep.include({ event: 'pickup', payload: orderOf('acme', 'o-1') })
    expect(log.filter(({ text }) => text === 'refused').map(({ fields }) => fields.code)).to.deep.equal([
      'malformed',
      'malformed',
      'unknown-message',
      'not-permitted',
    ])
  })

  it('[SK1] tell a client that forgot the namespace where to connect', async () => {
    const { socket } = openClient(await urlOf(), {})
    const elsewhere = socket.io.socket('/')
    elsewhere.connect()
    const [error] = await eventOf<[Error & { data: unknown }]>(elsewhere, 'connect_error')
    expect(error.data).to.deep.equal({
      code: 'bad-handshake',
      message: 'Connect to the namespace /caps.',
    })
  })
})
