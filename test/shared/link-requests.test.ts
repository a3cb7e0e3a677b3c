import { expect } from 'chai'
import { Fault } from '../../shared/fault.ts'
import { Requests } from '../../shared/link/requests.ts'
import type { Accepted } from '../../shared/protocol.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { accepted, refused, StubSocket } from './stub-sockets.ts'

describe('link: requests', () => {
  let clock: ManualClock
  let requests: Requests
  let socket: StubSocket

  beforeEach(() => {
    clock = createManualClock()
    requests = new Requests({ clock, random: () => 0 })
    socket = new StubSocket({ role: 'vendor' })
  })

  const leave = (): Promise<Accepted> => {
    const asked = requests.ask<Accepted>((to, reply) => to.emit('leave', reply))
    asked.catch(() => {})
    return asked
  }

  const faultOf = (asked: Promise<Accepted>): Promise<Fault> =>
    asked.then(
      () => expect.fail('it was accepted'),
      (fault: Fault) => fault,
    )

  it('[LK50] resolves with the hub’s answer and leaves no timer', async () => {
    requests.opened(socket)
    const asked = leave()
    socket.sentAs('leave')[0]?.answer(accepted('driver/7'))
    expect(await asked).to.deep.equal(accepted('driver/7'))
    expect(clock.armed).to.equal(0)
  })

  it('[LK50] rejects with the refusal’s code and message', async () => {
    requests.opened(socket)
    const asked = leave()
    socket.sentAs('leave')[0]?.answer(refused('has-parcels', true))
    expect(await faultOf(asked)).to.include({ code: 'has-parcels', message: 'refused: has-parcels' })
  })

  it('[LK51] waits for a connection', async () => {
    const asked = leave()
    clock.advance(9_999)
    requests.opened(socket)
    socket.sentAs('leave')[0]?.answer(accepted('driver/7'))
    expect(await asked).to.deep.equal(accepted('driver/7'))
  })

  it('[LK51] rejects after 10 s without a connection, and is not sent then', async () => {
    const asked = leave()
    clock.advance(10_000)
    expect(await faultOf(asked)).to.include({ code: 'not-connected' })
    requests.opened(socket)
    expect(socket.sent).to.deep.equal([])
  })

  it('[LK51] rejects after 10 s without an answer', async () => {
    requests.opened(socket)
    const asked = leave()
    clock.advance(10_000)
    expect(await faultOf(asked)).to.include({ code: 'not-connected' })
  })

  it('[LK51] rejects when the connection breaks before the answer, and is not asked again', async () => {
    requests.opened(socket)
    const asked = leave()
    requests.broke()
    expect(await faultOf(asked)).to.include({ code: 'not-connected' })
    const next = new StubSocket({ role: 'vendor' })
    requests.opened(next)
    expect(next.sent).to.deep.equal([])
    expect(clock.armed).to.equal(0)
  })

  it('[LK51] rejects at once when there will be no connection any more', async () => {
    const asked = leave()
    requests.end(new Fault('closed', 'closed'))
    expect([(await faultOf(asked)).code, (await faultOf(leave())).code]).to.deep.equal(['closed', 'closed'])
    expect(clock.armed).to.equal(0)
  })
})
