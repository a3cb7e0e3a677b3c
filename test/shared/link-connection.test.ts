import { expect } from 'chai'
import sinon from 'sinon'
import type { LinkStatus } from '../../shared/link/api.ts'
import { Connection } from '../../shared/link/connection.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { type StubNetwork, stubNetwork, welcome } from './stub-sockets.ts'

const errorWith = (members: object): Error => Object.assign(new Error('websocket error'), members)

describe('link: connection', () => {
  let clock: ManualClock
  let network: StubNetwork
  let statuses: LinkStatus[]
  let opened: sinon.SinonStub
  let broke: sinon.SinonStub
  let connection: Connection
  let random: number

  beforeEach(() => {
    clock = createManualClock()
    network = stubNetwork()
    statuses = []
    opened = sinon.stub()
    broke = sinon.stub()
    random = 1
    connection = new Connection(
      { clock, random: () => random },
      {
        hasMoreTokens: false,
        token: (use) => use(undefined),
        openSocket: () => network.openSocket({ role: 'vendor' }),
        made: () => {},
        opened,
        broke,
        status: (status) => statuses.push(status),
      },
    )
    connection.connect()
  })

  const fail = () => network.socket.say('connect_error', new Error('websocket error'))
  const kinds = () => statuses.map(({ kind }) => kind)
  const delays = () => statuses.map((status) => (status.kind === 'waiting' ? status.retryInMs : null))

  it('[LK1] is open from the hub’s welcome on, and says so', () => {
    sinon.assert.calledOnce(network.socket.connect)
    sinon.assert.notCalled(opened)
    network.socket.say('welcome', welcome)
    sinon.assert.calledOnceWithExactly(opened, network.socket, welcome)
    expect(statuses).to.deep.equal([{ kind: 'connected', welcome }])
    expect(clock.armed).to.equal(0)
  })

  it('[LK2] tries again for ever, with delays that double from 200 ms to 5 s, and tells each', () => {
    for (const delayMs of [200, 400, 800, 1600, 3200, 5000, 5000, 5000]) {
      fail()
      expect(statuses.at(-1)).to.include({ kind: 'waiting', attempt: statuses.length, retryInMs: delayMs })
      clock.advance(delayMs - 1)
      expect(network.sockets).to.have.length(statuses.length)
      clock.advance(1)
      expect(network.sockets).to.have.length(statuses.length + 1)
    }
  })

  it('[LK2] halves the delay at most, by chance', () => {
    for (const chance of [0, 0.5, 1]) {
      random = chance
      fail()
      clock.advance(5000)
    }
    expect(delays()).to.deep.equal([100, 300, 800])
  })

  it('[LK2] tells the reason in the system’s words', () => {
    network.socket.say(
      'connect_error',
      errorWith({ description: { message: 'connect ECONNREFUSED 127.0.0.1:3001' } }),
    )
    expect(statuses[0]).to.include({ reason: 'connect ECONNREFUSED 127.0.0.1:3001' })
  })

  it('[LK2] counts attempts anew after a connection', () => {
    fail()
    clock.advance(200)
    network.socket.say('welcome', welcome)
    clock.advance(60_000)
    network.socket.say('disconnect', 'transport close')
    clock.advance(200)
    fail()
    expect(statuses.at(-1)).to.include({ kind: 'waiting', attempt: 1, retryInMs: 200 })
  })

  it('[LK3] does not try again when the hub refuses for good', () => {
    network.socket.say(
      'connect_error',
      errorWith({ data: { code: 'bad-handshake', message: 'a vendor needs a store' } }),
    )
    clock.advance(60_000)
    expect(statuses).to.deep.equal([
      { kind: 'refused', code: 'bad-handshake', message: 'a vendor needs a store' },
    ])
    expect([network.sockets.length, clock.armed, connection.isOver]).to.deep.equal([1, 0, true])
  })

  for (const code of ['not-ready', 'code-of-a-later-version', undefined])
    it(`[LK3] tries again when the hub refuses for now: ${code}`, () => {
      network.socket.say('connect_error', errorWith({ data: { code } }))
      clock.advance(200)
      expect([kinds(), network.sockets.length]).to.deep.equal([['waiting'], 2])
    })

  it('[LK57] stays away for as long as the hub says, and no longer than its own delay where that is longer', () => {
    for (const [retryAfterMs, delayMs] of [
      [3000, 3000],
      [10, 400],
      ['soon', 800],
      [Number.MAX_VALUE, 600_000],
    ] as const) {
      network.socket.say('connect_error', errorWith({ data: { code: 'not-ready', retryAfterMs } }))
      expect(statuses.at(-1)).to.include({ kind: 'waiting', retryInMs: delayMs })
      clock.advance(delayMs - 1)
      expect(network.sockets).to.have.length(statuses.length)
      clock.advance(1)
      expect(network.sockets).to.have.length(statuses.length + 1)
    }
  })

  it('[LK4] does not come back when it is displaced', () => {
    network.socket.say('welcome', welcome)
    const { socket } = network
    socket.say('displaced', { by: 'socket 2' })
    socket.say('disconnect', 'io server disconnect')
    clock.advance(60_000)
    expect(statuses.slice(1)).to.deep.equal([{ kind: 'displaced', by: 'socket 2' }])
    sinon.assert.calledOnce(broke)
    expect([network.sockets.length, clock.armed]).to.deep.equal([1, 0])
  })

  it('[LK6] gives up a connection without a welcome after 20 s, and tries again', () => {
    clock.advance(19_999)
    expect(statuses).to.deep.equal([])
    const { socket } = network
    clock.advance(1)
    sinon.assert.calledOnce(socket.disconnect)
    expect(kinds()).to.deep.equal(['waiting'])
    clock.advance(200)
    expect(network.sockets).to.have.length(2)
  })

  it('[LK7] connects again on a fresh socket when the connection breaks', () => {
    network.socket.say('welcome', welcome)
    const old = network.socket
    clock.advance(10_000)
    old.say('disconnect', 'transport close')
    sinon.assert.calledOnce(broke)
    expect(statuses.slice(1)).to.deep.equal([{ kind: 'disconnected', reason: 'transport close' }])
    clock.advance(200)
    expect(network.sockets).to.have.length(2)
    old.say('welcome', welcome)
    old.say('disconnect', 'late')
    sinon.assert.calledOnce(opened)
    expect(statuses).to.have.length(2)
  })

  it('[LK7] takes longer from try to try when connections do not last', () => {
    for (const delayMs of [200, 400, 800]) {
      network.socket.say('welcome', welcome)
      network.socket.say('disconnect', 'transport close')
      const before = network.sockets.length
      clock.advance(delayMs - 1)
      expect(network.sockets).to.have.length(before)
      clock.advance(1)
      expect(network.sockets).to.have.length(before + 1)
    }
  })

  it('[LK7] tries again when the connection breaks before the welcome', () => {
    network.socket.say('disconnect', 'transport close')
    expect(statuses).to.deep.equal([
      { kind: 'waiting', reason: 'transport close', attempt: 1, retryInMs: 200 },
    ])
    sinon.assert.notCalled(broke)
  })

  it('[LK8] says that the hub is about to stop', () => {
    network.socket.say('welcome', welcome)
    network.socket.say('draining', {})
    expect(kinds()).to.deep.equal(['connected', 'draining'])
  })

  it('ends for good, from any state, and leaves no timer', () => {
    fail()
    connection.end()
    clock.advance(60_000)
    connection.connect()
    expect([network.sockets.length, clock.armed]).to.deep.equal([1, 0])
  })
})
