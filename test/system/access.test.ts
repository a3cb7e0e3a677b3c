/** Tokens over real sockets: who gets in, as whom, and until when. */

import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import type { Keys } from '../../hub/access/keys.ts'
import { openClient, orderOf, refusalOf, type TestClient } from '../support/client.ts'
import { askHttp } from '../support/http.ts'
import { startTestHub, type TestHub, type TestHubSettings } from '../support/hub.ts'
import { newKeys, newSecret, type TokenSettings, tokenFor } from '../support/tokens.ts'
import { createInbox, eventOf } from '../support/waiting.ts'

const VENDOR = 'vendor/acme/main'
const DRIVER = 'driver/d'

interface KeyedHub extends TestHub {
  readonly keys: Keys
  /** Moves time as tokens go by it. */
  pass(ms: number): void
  token(participant: string, settings?: TokenSettings): Promise<string>
  /** A client that has got its welcome; what it is told beside events comes to `told`. */
  connect(participant: string, settings?: TokenSettings, auth?: object): Promise<KeyedClient>
}

interface KeyedClient extends TestClient {
  readonly told: ReturnType<typeof createInbox<unknown>>
  readonly ended: Promise<readonly unknown[]>
}

const startKeyedHub = async (settings: TestHubSettings = {}): Promise<KeyedHub> => {
  const { keys = newKeys() } = settings
  let nowMs = Date.now()
  const hub = await startTestHub({ ...settings, keys, wallClockMs: () => nowMs })
  const token: KeyedHub['token'] = (participant, more) => tokenFor(keys, participant, { nowMs, ...more })
  return {
    ...hub,
    keys,
    pass(ms) {
      nowMs += ms
    },
    token,
    async connect(participant, more, auth = {}) {
      const client = openClient(hub.url, { token: await token(participant, more), ...auth })
      const told = createInbox<unknown>('a word of the end')
      client.socket.on('refused', told.put)
      const ended = eventOf(client.socket, 'disconnect')
      await client.welcomes.next()
      return { ...client, told, ended }
    },
  }
}

/** An order of acme that the driver has delivered, as far as the hub is concerned. */
const deliver = async (driver: TestClient, vendor: TestClient, orderId: string): Promise<void> => {
  await vendor.ask('pickup', orderOf('acme', orderId))
  const { reply } = await driver.handed.next()
  reply()
  await driver.ask('in-transit', { store: 'acme', orderId })
}

describe('a hub with a key', () => {
  it('[AC1] lets in who has a token, as whom the token says, with no other word in the handshake', async () => {
    const hub = await startKeyedHub()
    for (const participant of [VENDOR, 'vendor/acme/till-2', DRIVER]) {
      const { welcomes } = openClient(hub.url, { token: await hub.token(participant) })
      expect((await welcomes.next()).participant).to.equal(participant)
    }
  })

  it('[AC1] takes a handshake that says the same as the token', async () => {
    const hub = await startKeyedHub()
    await hub.connect(VENDOR, {}, { role: 'vendor', store: 'acme', id: 'main' })
    await hub.connect('vendor/acme/till-2', {}, { role: 'vendor', store: 'acme' })
    await hub.connect(DRIVER, {}, { role: 'driver', store: 'acme', id: 'd' })
  })

  const OTHER: Readonly<Record<string, object>> = {
    role: { role: 'driver' },
    store: { role: 'vendor', store: 'globex' },
    id: { role: 'vendor', store: 'acme', id: 'till-2' },
  }
  for (const [field, auth] of Object.entries(OTHER))
    it(`[AC1] refuses a handshake whose ${field} is not the token's`, async () => {
      const hub = await startKeyedHub()
      expect(await refusalOf(hub.url, { ...auth, token: await hub.token(VENDOR) })).to.deep.equal({
        code: 'token-mismatch',
        message: `${field}: the token is another participant's`,
      })
    })

  it('[AC2] lets in nobody without a token, whoever he says he is', async () => {
    const hub = await startKeyedHub()
    for (const auth of [{}, { role: 'vendor', store: 'acme' }, { role: 'driver', id: 'd' }])
      expect(await refusalOf(hub.url, auth)).to.have.property('code', 'token-missing')
    expect(hub.reports.refusals.get('token-missing')).to.equal(3)
  })

  it('[AC1] does not look for a token in the address', async () => {
    const hub = await startKeyedHub()
    const query = { token: await hub.token(VENDOR) }
    expect(await refusalOf(hub.url, { role: 'vendor', store: 'acme' }, { query })).to.have.property(
      'code',
      'token-missing',
    )
  })

  it('[AC6] has no connections for observers and operators, who ask over HTTP', async () => {
    const hub = await startKeyedHub()
    for (const participant of ['observer/page', 'operator/ada']) {
      const token = await hub.token(participant)
      expect(await refusalOf(hub.url, { token })).to.have.property('code', 'wrong-role')
      expect((await askHttp(hub.port, '/api/orders/acme/o-1', { token })).body).to.have.property(
        'code',
        'unknown-order',
      )
    }
  })

  const REFUSED: Readonly<Record<string, [code: string, make: (hub: KeyedHub) => Promise<string>]>> = {
    'that has expired': ['token-expired', (hub) => hub.token(VENDOR, { nowMs: Date.now() - 120_000 })],
    'of the future': ['token-not-yet-valid', (hub) => hub.token(VENDOR, { nowMs: Date.now() + 600_000 })],
    'of another key': ['token-invalid', () => tokenFor(newKeys(), VENDOR)],
    'for nobody': ['token-invalid', (hub) => hub.token('hub/acme')],
    'that is none': ['token-invalid', async () => 'x'.repeat(100)],
    'of an observer of one order': ['wrong-role', (hub) => hub.token('observer/page', { order: 'acme/o-1' })],
  }
  for (const [what, [code, make]] of Object.entries(REFUSED)) {
    const rules = { 'wrong-role': '[AC6]', 'token-invalid': '[AC2]' }[code] ?? '[AC3]'
    it(`${rules} refuses a token ${what} as ${code}`, async () => {
      const hub = await startKeyedHub()
      expect(await refusalOf(hub.url, { token: await make(hub) })).to.have.property('code', code)
      expect(hub.reports.refusals.get(code)).to.equal(1)
    })
  }

  it('[AC2] refuses a token that is too long for the handshake', async () => {
    const hub = await startKeyedHub()
    expect(await refusalOf(hub.url, { token: 'x'.repeat(8193) })).to.have.property('code', 'bad-handshake')
  })

  it('[AC4] goes on to take tokens of the key before, which no longer signs', async () => {
    const [old, young] = [`old:${newSecret()}`, `young:${newSecret()}`]
    const hub = await startKeyedHub({ keys: newKeys(young, old) })
    const { welcomes } = openClient(hub.url, { token: await tokenFor(newKeys(old), VENDOR) })
    expect((await welcomes.next()).participant).to.equal(VENDOR)
    const strict = await startKeyedHub({ keys: newKeys(young) })
    expect(await refusalOf(strict.url, { token: await tokenFor(newKeys(old), VENDOR) })).to.have.property(
      'code',
      'token-invalid',
    )
  })

  it('[AC8] tells a connection that its token has expired, and cuts it within 5 s', async () => {
    const hub = await startKeyedHub()
    const { told, ended } = await hub.connect(VENDOR)
    hub.pass(60_000)
    expect(await told.next()).to.deep.equal({
      code: 'token-expired',
      message: 'The token of this connection has expired.',
    })
    expect((await ended)[0]).to.equal('io server disconnect')
  })

  it('[AC8] hands nothing over, takes nothing and answers nothing from expiry on, even before the cut, and keeps the queue', async () => {
    const hub = await startKeyedHub()
    const vendor = await hub.connect(VENDOR)
    const other = await hub.connect('vendor/acme/till-2', { lifetimeMs: 600_000 })
    const driver = await hub.connect(DRIVER, { lifetimeMs: 600_000 })
    // Nobody is cut any more: what follows holds by itself.
    hub.hub.access.stop()
    hub.pass(60_000)
    await deliver(driver, other, 'o-1')
    await other.handed.next()
    let isAnswered = false
    vendor.socket.emit('pickup', orderOf('acme', 'o-2'), () => {
      isAnswered = true
    })
    expect(await other.ask('track', { orderId: 'o-2' })).to.have.property('code', 'unknown-order')
    await driver.ask('assignments')
    expect([vendor.handed.all.length, isAnswered]).to.deep.equal([0, false])
    hub.hub.access.endExpired()
    await vendor.ended
    const back = await hub.connect(VENDOR)
    expect((await back.handed.next()).event.payload.orderId).to.equal('o-1')
  })

  it('[AC8] does not count what an expired connection acknowledges, nor let its driver claim a pickup', async () => {
    const hub = await startKeyedHub()
    const vendor = await hub.connect(VENDOR, { lifetimeMs: 600_000 })
    const driver = await hub.connect(DRIVER)
    await vendor.ask('pickup', orderOf('acme', 'o-1'))
    const { reply } = await driver.handed.next()
    hub.hub.access.stop()
    hub.pass(60_000)
    reply()
    driver.socket.emit('in-transit', { store: 'acme', orderId: 'o-1' })
    hub.hub.access.endExpired()
    await driver.ended
    expect(await vendor.ask('track', { orderId: 'o-1' })).to.have.nested.property('order.state', 'waiting')
  })

  it('[AC8] relays no position to a connection that has expired', async () => {
    const hub = await startKeyedHub()
    const vendor = await hub.connect(VENDOR)
    const other = await hub.connect('vendor/acme/till-2', { lifetimeMs: 600_000 })
    const driver = await hub.connect(DRIVER, { lifetimeMs: 600_000 })
    await deliver(driver, other, 'o-1')
    hub.hub.access.stop()
    hub.pass(60_000)
    const positions = createInbox<unknown>('a position')
    vendor.socket.on('position', positions.put)
    const relayed = eventOf(other.socket, 'position')
    driver.socket.emit('position', { lat: 1, lng: 2 })
    await relayed
    await vendor.ended
    expect(positions.all).to.deep.equal([])
  })

  it('[AC9] prolongs the life of a connection with a new token', async () => {
    const hub = await startKeyedHub()
    const vendor = await hub.connect(VENDOR)
    hub.pass(50_000)
    expect(await vendor.ask('token', await hub.token(VENDOR))).to.deep.equal({ ok: true, id: VENDOR })
    hub.pass(59_999)
    hub.hub.access.endExpired()
    expect(await vendor.ask('track', { orderId: 'o-1' })).to.have.property('code', 'unknown-order')
    hub.pass(1)
    hub.hub.access.endExpired()
    await vendor.ended
  })

  const NOT_TAKEN: Readonly<Record<string, (hub: KeyedHub) => Promise<string>>> = {
    'another till': (hub) => hub.token('vendor/acme/till-2'),
    'another store': (hub) => hub.token('vendor/globex/main'),
    'a driver': (hub) => hub.token('driver/main'),
    'an operator': (hub) => hub.token('operator/ada'),
    'an earlier end': (hub) => hub.token(VENDOR, { lifetimeMs: 30_000 }),
    'the past': (hub) => hub.token(VENDOR, { nowMs: Date.now() - 120_000 }),
    'another key': () => tokenFor(newKeys(), VENDOR),
  }
  for (const [whose, make] of Object.entries(NOT_TAKEN))
    it(`[AC9] refuses a new token of ${whose}, which changes nothing`, async () => {
      const hub = await startKeyedHub()
      const vendor = await hub.connect(VENDOR)
      expect(await vendor.ask('token', await make(hub))).to.include({ ok: false, code: 'token-refused' })
      hub.pass(59_999)
      hub.hub.access.endExpired()
      await vendor.ask('pickup', orderOf('acme', 'o-1'))
      expect(await vendor.ask('track', { orderId: 'o-1' })).to.have.nested.property('order.store', 'acme')
      hub.pass(1)
      hub.hub.access.endExpired()
      await vendor.ended
    })

  it('[AC10] cuts a revoked participant, refuses its tokens, and takes one made afterwards', async () => {
    const database = new MemoryLevel<string, string>()
    const hub = await startKeyedHub({ database })
    const vendor = await hub.connect(VENDOR)
    const till = await hub.connect('vendor/acme/till-2')
    const old = await hub.token(VENDOR)
    hub.pass(1)
    const answer = await askHttp(hub.port, '/api/revocations', {
      method: 'POST',
      token: await hub.token('operator/ada'),
      body: { participant: VENDOR },
    })
    expect([answer.status, answer.body]).to.deep.equal([200, { ok: true, participant: VENDOR }])
    expect(await vendor.told.next()).to.deep.equal({
      code: 'token-revoked',
      message: 'The token has been revoked.',
    })
    expect((await vendor.ended)[0]).to.equal('io server disconnect')
    expect(await refusalOf(hub.url, { token: old })).to.have.property('code', 'token-revoked')
    expect(await till.ask('token', old)).to.include({ code: 'token-refused' })
    hub.pass(1)
    await hub.connect(VENDOR)
    await hub.close()
    await database.open()
    const again = await startTestHub({ keys: hub.keys, database })
    expect(await refusalOf(again.url, { token: old })).to.have.property('code', 'token-revoked')
  })

  it('[AC1] takes a token that is used twice for the same participant, whose older connection it displaces', async () => {
    const hub = await startKeyedHub()
    const first = await hub.connect(VENDOR)
    await hub.connect(VENDOR)
    expect((await first.ended)[0]).to.equal('io server disconnect')
  })
})

describe('a hub without a key', () => {
  it('[AC17] takes a token, and does nothing with it', async () => {
    const { url } = await startTestHub()
    const { welcomes, ask } = openClient(url, { role: 'vendor', store: 'acme', token: 'anything' })
    expect((await welcomes.next()).participant).to.equal(VENDOR)
    expect(await ask('token', 'anything else')).to.deep.equal({ ok: true, id: VENDOR })
  })

  it('[AC17] needs the role, which no token tells', async () => {
    const { url } = await startTestHub()
    expect(await refusalOf(url, { store: 'acme' })).to.deep.equal({
      code: 'bad-handshake',
      message: 'role: is required',
    })
  })
})
