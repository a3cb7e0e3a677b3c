import { EventEmitter } from 'node:events'
import { expect } from 'chai'
import sinon from 'sinon'
import { Lobby, type Newcomer } from '../../../hub/sockets/lobby.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

class StubNewcomer extends EventEmitter implements Newcomer {
  readyState = 'open'
  readonly remoteAddress = '203.0.113.7'
  readonly close = sinon.stub()
  readonly send = sinon.stub()
  transport = { maxHttpBufferSize: 0, socket: { _receiver: { _maxPayload: 0 } } }

  says(data: string): void {
    this.emit('packet', { type: 'message', data })
  }
}

const WHERE = '203.0.113.0/24'

describe('lobby', () => {
  let clock: ManualClock
  let lobby: Lobby
  let isAway: boolean
  let reports: { refused: sinon.SinonStub; newcomerCut: sinon.SinonStub }

  const enter = (): StubNewcomer => {
    const newcomer = new StubNewcomer()
    lobby.enter(newcomer)
    return newcomer
  }

  const sizesOf = ({ transport }: StubNewcomer) => [
    transport.maxHttpBufferSize,
    transport.socket._receiver._maxPayload,
  ]

  beforeEach(() => {
    clock = createManualClock(0)
    isAway = false
    reports = { refused: sinon.stub(), newcomerCut: sinon.stub() }
    const options = { authenticationTimeMs: 500, unauthenticatedBytes: 100, unauthenticatedConnections: 10 }
    lobby = new Lobby({ clock, options, admittedBytes: 5000, reports, isAway: () => isAway })
  })

  it('[LM6] tells each that has not said in time who it is, and cuts it', async () => {
    const first = enter()
    clock.advance(200)
    const second = enter()
    clock.advance(299)
    sinon.assert.notCalled(first.send)
    clock.advance(1)
    expect(first.send.args).to.have.length(1)
    expect(first.send.args[0]![0]).to.match(/^4\/caps,\{.*"code":"authentication-timeout"/)
    sinon.assert.notCalled(second.send)
    clock.advance(200)
    sinon.assert.calledOnce(second.send)
    clock.advance(500)
    await Promise.resolve()
    for (const { close } of [first, second]) expect(close.args).to.deep.equal([[true]])
    expect(reports.refused.args).to.deep.equal(Array(2).fill(['authentication-timeout', WHERE]))
  })

  it('[PQ7] tells those who wait for a database that is away that the hub is not ready', () => {
    const newcomer = enter()
    newcomer.says('40/caps,{}')
    isAway = true
    clock.advance(500)
    expect(newcomer.send.args[0]![0]).to.match(/^4\/caps,\{.*"code":"not-ready"/)
    expect(reports.refused.args).to.deep.equal([['not-ready', WHERE]])
  })

  it('[LM6] forgets who is admitted or gone, with its timer', () => {
    const [admitted, gone] = [enter(), enter()]
    expect(lobby.size).to.equal(2)
    lobby.admit(admitted)
    gone.emit('close', 'transport close')
    expect(lobby.size).to.equal(0)
    clock.advance(10_000)
    for (const newcomer of [admitted, gone]) {
      sinon.assert.notCalled(newcomer.send)
      expect(newcomer.listenerCount('packet') + newcomer.listenerCount('close')).to.equal(0)
    }
  })

  it('[LM6] gives the whole time again to one whose session has ended', () => {
    const newcomer = enter()
    lobby.admit(newcomer)
    clock.advance(400)
    lobby.enter(newcomer)
    clock.advance(499)
    sinon.assert.notCalled(newcomer.send)
    clock.advance(1)
    sinon.assert.calledOnce(newcomer.send)
  })

  it('[LM7] takes only small messages until it is known who sends them', () => {
    const newcomer = enter()
    expect(sizesOf(newcomer)).to.deep.equal([100, 100])
    lobby.admit(newcomer)
    expect(sizesOf(newcomer)).to.deep.equal([5000, 5000])
    lobby.enter(newcomer)
    expect(sizesOf(newcomer)).to.deep.equal([100, 100])
  })

  it('[LM7] holds a new transport to the same sizes', () => {
    const newcomer = enter()
    newcomer.transport = new StubNewcomer().transport
    lobby.upgraded(newcomer)
    expect(sizesOf(newcomer)).to.deep.equal([100, 100])
    lobby.admit(newcomer)
    newcomer.transport = new StubNewcomer().transport
    lobby.upgraded(newcomer)
    expect(sizesOf(newcomer)).to.deep.equal([5000, 5000])
  })

  const TALKS: Readonly<Record<string, { code: string; talk(newcomer: StubNewcomer): void }>> = {
    'more bytes than it may, in however many messages': {
      code: 'too-large',
      talk: (newcomer) => {
        for (let n = 0; n < 4; n += 1) newcomer.says('é'.repeat(13))
      },
    },
    'more messages than it may': {
      code: 'bad-handshake',
      talk: (newcomer) => {
        for (let n = 0; n < 17; n += 1) newcomer.says('')
      },
    },
    'binary data': {
      code: 'binary',
      talk: (newcomer) => {
        newcomer.emit('packet', { type: 'message', data: Buffer.alloc(1) })
        newcomer.says('x')
      },
    },
  }
  for (const [what, { talk, code }] of Object.entries(TALKS))
    it(`[LM7][LM16] tells a newcomer that sends ${what} so, takes no more of it and cuts it`, async () => {
      const newcomer = enter()
      talk(newcomer)
      await Promise.resolve()
      const told = newcomer.send.args.map(([packet]) => String(packet))
      expect(told.map((packet) => packet.slice(0, packet.indexOf(',')))).to.deep.equal(['4/caps', '4/watch'])
      for (const packet of told) expect(packet).to.include(`"code":"${code}"`)
      expect(newcomer.close.args).to.deep.equal([[false]])
      expect(reports.newcomerCut.args).to.deep.equal([[WHERE]])
      clock.advance(500)
      await Promise.resolve()
      expect(newcomer.close.args).to.deep.equal([[false], [true]])
    })

  it('[LM7] takes an answer to a ping for nothing that was sent', async () => {
    const newcomer = enter()
    for (let n = 0; n < 3; n += 1) newcomer.emit('packet', { type: 'pong' })
    newcomer.says('x'.repeat(100))
    await Promise.resolve()
    sinon.assert.notCalled(newcomer.close)
  })

  it('[LM7] hears out a newcomer that stays within its limits', async () => {
    const newcomer = enter()
    newcomer.says('x'.repeat(100))
    for (let n = 0; n < 15; n += 1) newcomer.says('')
    await Promise.resolve()
    sinon.assert.notCalled(newcomer.close)
  })
})
