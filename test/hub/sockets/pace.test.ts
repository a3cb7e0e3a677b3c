import { expect } from 'chai'
import sinon from 'sinon'
import { Pace } from '../../../hub/sockets/pace.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { StubSocket } from './stub-socket.ts'

describe('pace', () => {
  let clock: ManualClock
  let paced: { slowed: sinon.SinonStub; cutForPace: sinon.SinonStub }

  const stubPeer = ({ events = 0, bytes = 0 }) => {
    const { conn } = new StubSocket({})
    const webSocket = Object.assign(conn.transport.socket, { pause: sinon.stub(), resume: sinon.stub() })
    const options = { connectionEventsPerSecond: events, connectionBytesPerSecond: bytes }
    return { conn, webSocket, pace: new Pace(conn, { options, clock }, paced) }
  }

  beforeEach(() => {
    clock = createManualClock(0)
    paced = { slowed: sinon.stub(), cutForPace: sinon.stub() }
  })

  const RATES = [
    ['events', { events: 10 }, { events: 15, bytes: 1 }],
    ['bytes', { bytes: 1000 }, { events: 1, bytes: 1599 }],
  ] as const
  for (const [what, rates, came] of RATES)
    it(`[LM4] reads a peer that sends more ${what} than it may only when it has made up for them`, () => {
      const { webSocket, pace } = stubPeer(rates)
      pace.heard(came, 0)
      sinon.assert.calledOnce(webSocket.pause)
      clock.advance(599)
      sinon.assert.notCalled(webSocket.resume)
      clock.advance(1)
      sinon.assert.calledOnce(webSocket.resume)
      sinon.assert.calledOnce(paced.slowed)
    })

  it('[LM4] reads a peer at its rate without a pause', () => {
    const { webSocket, pace } = stubPeer({ events: 10, bytes: 1000 })
    for (let n = 0; n < 100; n += 1) {
      pace.heard({ events: 1, bytes: 100 }, 0)
      clock.advance(100)
    }
    sinon.assert.notCalled(webSocket.pause)
  })

  it('[LM4] pauses as long as the sender must, whatever the connection has sent, and not for so long that it would be taken for dead', () => {
    const { webSocket, pace } = stubPeer({})
    pace.heard({ events: 1, bytes: 1 }, 60_000)
    clock.advance(4999)
    sinon.assert.notCalled(webSocket.resume)
    clock.advance(1)
    sinon.assert.calledOnce(webSocket.resume)
  })

  it('[LM4] pauses once for all that had been read already, and long enough', () => {
    const { webSocket, pace } = stubPeer({ events: 10 })
    for (let n = 0; n < 20; n += 1) pace.heard({ events: 1, bytes: 1 }, 0)
    sinon.assert.calledOnce(webSocket.pause)
    clock.advance(1099)
    sinon.assert.notCalled(webSocket.resume)
    clock.advance(1)
    sinon.assert.calledOnce(webSocket.resume)
    sinon.assert.calledOnce(paced.slowed)
  })

  it('[LM4] cuts a peer that cannot be read later, once', async () => {
    const { conn, pace } = stubPeer({ events: 1 })
    Object.assign(conn, { transport: {} })
    for (let n = 0; n < 5; n += 1) pace.heard({ events: 1, bytes: 1 }, 0)
    await Promise.resolve()
    sinon.assert.calledOnce(paced.cutForPace)
    expect(conn.close.args).to.deep.equal([[true]])
  })

  it('[LM4] leaves no timer behind', () => {
    const { webSocket, pace } = stubPeer({ events: 1 })
    pace.heard({ events: 5, bytes: 1 }, 0)
    pace.stop()
    clock.advance(60_000)
    sinon.assert.calledOnce(webSocket.resume)
  })
})
