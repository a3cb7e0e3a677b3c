import { expect } from 'chai'
import sinon from 'sinon'
import type { LinkStatus, TokenSource } from '../../shared/link/api.ts'
import { HubLink } from '../../shared/link/hub-link.ts'
import { identityOf } from '../../shared/link/identity.ts'
import { createMemoryOutbox } from '../../shared/outbox/memory-outbox.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { accepted, order, refused, type StubNetwork, stubNetwork, welcome } from './stub-sockets.ts'
import { tokenLiving } from './token-texts.ts'

const LIFETIME_MS = 900_000
/** With a chance of 1. */
const RENEWED_AFTER_MS = 0.7 * LIFETIME_MS

const errorWith = (data: object): Error => Object.assign(new Error('refused'), { data })

describe('link: tokens', () => {
  let clock: ManualClock
  let network: StubNetwork
  let statuses: LinkStatus[]
  let link: HubLink
  let made: string[]
  let failure: unknown
  let source: sinon.SinonSpy<[], Promise<string>>

  const create = (token: TokenSource) => {
    const options = { role: 'vendor', store: 'acme', token } as const
    link = new HubLink({
      clock,
      random: () => 1,
      outbox: createMemoryOutbox(),
      outboxLimit: 1000,
      openSocket: network.openSocket,
      handshake: identityOf(options).handshake,
      token,
    })
    link.onStatus((status) => statuses.push(status))
    link.connect()
  }

  beforeEach(async () => {
    clock = createManualClock()
    network = stubNetwork()
    statuses = []
    made = []
    failure = null
    source = sinon.spy(async () => {
      if (failure !== null) throw failure
      made.push(tokenLiving(clock.now(), LIFETIME_MS, { number: made.length }))
      return made.at(-1)!
    })
    create(source)
    await clock.settle()
  })

  const open = () => network.socket.say('welcome', welcome)
  const kinds = () => statuses.map(({ kind }) => kind)
  const last = () => statuses.at(-1)

  it('[LK56] asks for a token for every try to connect, and shows it at the handshake', async () => {
    expect(network.socket.handshake.token).to.equal(made[0])
    network.socket.say('connect_error', new Error('websocket error'))
    await clock.advanceAsync(200)
    expect(network.sockets.map(({ handshake }) => handshake.token)).to.deep.equal(made)
    expect(made).to.have.length(2)
  })

  it('[LK56] takes a token from a function that waits for nothing', async () => {
    create(() => 'simple')
    await clock.settle()
    expect(network.socket.handshake.token).to.equal('simple')
  })

  it('[LK56] hands a new one over the open connection before the old one ends, again and again', async () => {
    open()
    await clock.advanceAsync(RENEWED_AFTER_MS - 1)
    expect(network.socket.sent).to.deep.equal([])
    await clock.advanceAsync(1)
    expect(network.socket.valuesOf('token')).to.deep.equal([made[1]])
    network.socket.sentAs('token')[0]?.answer(accepted('vendor/acme/main'))
    await clock.advanceAsync(RENEWED_AFTER_MS)
    expect(network.socket.valuesOf('token')).to.deep.equal(made.slice(1))
    expect([made.length, kinds()]).to.deep.equal([3, ['connected']])
  })

  it('[LK56] does not renew a text that its owner gave', async () => {
    create(tokenLiving(clock.now(), LIFETIME_MS))
    open()
    await clock.advanceAsync(LIFETIME_MS)
    expect(network.socket.sent).to.deep.equal([])
  })

  it('[LK56] goes on from a token that its owner hands over', async () => {
    open()
    await clock.advanceAsync(RENEWED_AFTER_MS / 2)
    const renewed = link.renewToken(tokenLiving(clock.now(), LIFETIME_MS))
    network.socket.sentAs('token')[0]?.answer(accepted('vendor/acme/main'))
    await renewed
    await clock.advanceAsync(RENEWED_AFTER_MS - 1)
    expect(network.socket.sentAs('token')).to.have.length(1)
    await clock.advanceAsync(1)
    expect(network.socket.sentAs('token')).to.have.length(2)
  })

  it('[LK59] waits while no token can be had, tells why and keeps what it owes', async () => {
    failure = new Error('the shop’s server is away')
    network.socket.say('connect_error', new Error('websocket error'))
    const publishing = link.publish('pickup', order('1'))
    await clock.advanceAsync(200)
    expect(last()).to.deep.equal({
      kind: 'waiting',
      reason: 'no token: the shop’s server is away',
      attempt: 2,
      retryInMs: 400,
    })
    expect([network.sockets.length, link.counts().unconfirmed]).to.deep.equal([1, 1])
    failure = null
    await clock.advanceAsync(400)
    open()
    clock.turn()
    network.socket.answer(0, [accepted('a')])
    expect(await publishing).to.deep.equal(accepted('a'))
  })

  for (const [what, source] of [
    ['nothing', () => undefined],
    ['an empty text', () => ''],
    ['a text that is too long', async () => 'x'.repeat(8193)],
    [
      'an error at once',
      () => {
        throw new Error('no')
      },
    ],
    ['something else than an error', () => Promise.reject(17)],
  ] as const satisfies [string, () => unknown][])
    it(`[LK59] waits when the function gives ${what}`, async () => {
      statuses = []
      create(source as TokenSource & (() => string))
      await clock.settle()
      expect(statuses.map((status) => status.kind === 'waiting' && status.reason.slice(0, 9))).to.deep.equal([
        'no token:',
      ])
    })

  it('[LK59] waits no longer than 10 s for a token, and takes none that comes later', async () => {
    let give: (token: string) => void = () => {}
    statuses = []
    create(() => new Promise<string>((resolve) => (give = resolve)))
    const before = network.sockets.length
    await clock.advanceAsync(9_999)
    expect(kinds()).to.deep.equal([])
    await clock.advanceAsync(1)
    expect(last()).to.include({ kind: 'waiting', reason: 'no token: none came within 10 s' })
    give('late')
    await clock.settle()
    expect(network.sockets).to.have.length(before)
  })

  it('[LK59] tells when a token cannot be renewed, stays connected and tries again with growing delays', async () => {
    open()
    failure = new Error('away')
    await clock.advanceAsync(RENEWED_AFTER_MS)
    const failed = { kind: 'token-not-renewed', reason: 'no token: away' } as const
    expect(last()).to.deep.equal({ ...failed, attempt: 1, retryInMs: 200 })
    await clock.advanceAsync(200)
    expect(last()).to.deep.equal({ ...failed, attempt: 2, retryInMs: 400 })
    failure = null
    await clock.advanceAsync(400)
    expect(network.socket.valuesOf('token')).to.deep.equal([made[1]])
    sinon.assert.notCalled(network.socket.disconnect)
  })

  it('[LK59] gets another one when the hub refuses the renewed one', async () => {
    open()
    await clock.advanceAsync(RENEWED_AFTER_MS)
    network.socket.sentAs('token')[0]?.answer(refused('token-refused', false))
    await clock.settle()
    expect(last()).to.include({ kind: 'token-not-renewed', reason: 'refused: token-refused', attempt: 1 })
    await clock.advanceAsync(200)
    expect(network.socket.valuesOf('token')).to.deep.equal([made[1], made[2]])
  })

  it('[LK59] leaves the renewing to the next connection when this one breaks', async () => {
    open()
    await clock.advanceAsync(RENEWED_AFTER_MS)
    network.socket.say('disconnect', 'transport close')
    await clock.settle()
    expect(kinds()).to.deep.equal(['connected', 'disconnected'])
    await clock.advanceAsync(200)
    expect(network.socket.handshake.token).to.equal(made[2])
  })

  it('[LK58] asks for another token when the hub says that this one has expired', async () => {
    network.socket.say('connect_error', errorWith({ code: 'token-expired', message: 'expired' }))
    await clock.advanceAsync(200)
    expect([kinds(), network.sockets.length, made.length]).to.deep.equal([['waiting'], 2, 2])
  })

  it('[LK58] does not come back when all of its tokens are revoked, or with an expired text', async () => {
    network.socket.say('connect_error', errorWith({ code: 'token-revoked', message: 'revoked' }))
    create('a text')
    network.socket.say('connect_error', errorWith({ code: 'token-expired', message: 'expired' }))
    const sockets = network.sockets.length
    await clock.advanceAsync(60_000)
    expect(statuses).to.deep.equal([
      { kind: 'refused', code: 'token-revoked', message: 'revoked' },
      { kind: 'refused', code: 'token-expired', message: 'expired' },
    ])
    expect([network.sockets.length, clock.armed]).to.deep.equal([sockets, 0])
  })

  it('[LK58] takes what the hub says of an open connection before it cuts it as it would at connecting', async () => {
    open()
    const first = network.socket
    first.say('refused', { code: 'token-expired', message: 'The token has expired.' })
    expect(last()).to.deep.equal({ kind: 'disconnected', reason: 'The token has expired.' })
    await clock.advanceAsync(200)
    open()
    network.socket.say('refused', { code: 'token-revoked', message: 'Revoked.' })
    first.say('refused', { code: 'token-revoked', message: 'of an old connection' })
    await clock.advanceAsync(60_000)
    expect(statuses.slice(-2)).to.deep.equal([
      { kind: 'connected', welcome },
      { kind: 'refused', code: 'token-revoked', message: 'Revoked.' },
    ])
    expect([network.sockets.length, clock.armed]).to.deep.equal([2, 0])
  })

  it('[LK63] tells no token, whatever an error says', async () => {
    const token = tokenLiving(clock.now(), LIFETIME_MS)
    failure = new Error(`GET https://shop.example/?old=${token}: 500`)
    network.socket.say('connect_error', new Error('websocket error'))
    await clock.advanceAsync(200)
    expect(last()).to.include({ reason: 'no token: GET https://shop.example/?old=(a token): 500' })
  })

  it('[LK62] leaves no timer, whether it asks, waits to renew or renews', async () => {
    const armed: number[] = []
    for (const until of ['asks', 'waits', 'renews'] as const) {
      clock = createManualClock()
      create(until === 'asks' ? () => new Promise<string>(() => {}) : source)
      await clock.settle()
      if (until !== 'asks') open()
      if (until === 'renews') await clock.advanceAsync(RENEWED_AFTER_MS)
      await link.close()
      await clock.settle()
      armed.push(clock.armed)
    }
    expect(armed).to.deep.equal([0, 0, 0])
  })
})
