import { expect } from 'chai'
import sinon from 'sinon'
import type { Delivery } from '../../../hub/delivery/ports.ts'
import type { Sender } from '../../../hub/domain/order.ts'
import { HANDLERS, type Peer } from '../../../hub/sockets/handlers.ts'
import type { ParticipantId } from '../../../shared/ids.ts'
import { INBOUND_SCHEMAS } from '../../../shared/messages.ts'

const VENDOR: Sender = {
  role: 'vendor',
  store: 'acme',
  id: 'main',
  participant: 'vendor/acme/main' as ParticipantId,
}
const DRIVER: Sender = { role: 'driver', id: 'd', participant: 'driver/d' as ParticipantId }

const stubPeer = (sender: Sender) => {
  const delivery = { acknowledge: sinon.stub(), reject: sinon.stub(), detach: sinon.stub() }
  const session = { isCurrent: sinon.stub().returns(true), end: sinon.stub(), leave: sinon.stub() }
  const orders = {
    release: sinon.stub(),
    assignments: sinon.stub(),
    track: sinon.stub(),
    storesServedBy: sinon.stub().returns([]),
  }
  const peer = {
    identity: { ...sender, issuedMs: 0, expiresMs: Number.POSITIVE_INFINITY },
    sender,
    session,
    orders,
    publisher: {
      publishOne: sinon.stub(),
      publishEach: sinon.stub(),
      publish: sinon.stub(),
      heard: sinon.stub(),
    },
    delivery: () => delivery satisfies Delivery,
    relayPosition: sinon.stub(),
    renew: sinon.stub(),
    left: sinon.stub(),
    ignored: sinon.stub(),
    refused: sinon.stub(),
    heardMore: sinon.stub(),
    handOn: sinon.stub(),
    requests: { waiting: 0 },
  } satisfies Peer
  const answers: object[] = []
  const send = (message: string, argument?: unknown) =>
    HANDLERS.get(message)!(peer, argument, (answer) => answers.push(answer))
  return { peer, delivery, session, orders, answers, send }
}

const TOLD = { ok: true, order: {}, history: [] }

describe('handlers', () => {
  it('[SK3] are there for every message that has a schema, and the two that carry nothing', () => {
    expect([...HANDLERS.keys()].sort()).to.deep.equal(
      [...Object.keys(INBOUND_SCHEMAS), 'assignments', 'leave'].sort(),
    )
  })

  for (const event of ['pickup', 'in-transit', 'delivered'])
    it(`[SK2] give ${event} to intake as it came, and pass its receipt on`, () => {
      const { peer, answers, send } = stubPeer(VENDOR)
      send(event, { any: 'thing' })
      expect(peer.publisher.publishOne.firstCall.args.slice(0, 2)).to.deep.equal([event, { any: 'thing' }])
      peer.publisher.publishOne.firstCall.args[2]({ ok: true, id: 'e' })
      expect(answers).to.deep.equal([{ ok: true, id: 'e' }])
    })

  it('[SK2] give a frame of events to intake as it came, and pass its receipts on', () => {
    const { peer, answers, send } = stubPeer(VENDOR)
    send('publish', 'no frame')
    peer.publisher.publish.firstCall.args[1]([])
    expect(peer.publisher.publish.firstCall.args[0]).to.equal('no frame')
    expect(answers).to.deep.equal([[]])
  })

  it('[LM4] count all the events of a frame', () => {
    const { peer, send } = stubPeer(VENDOR)
    for (const frame of [[1, 2, 3], [1], [], 'no frame']) send('publish', frame)
    expect(peer.heardMore.args).to.deep.equal([[2]])
  })

  it('[SK14] refuse a request as busy while a hundred of its connection wait, and take it when one is answered', () => {
    const { peer, orders, answers, send } = stubPeer(VENDOR)
    for (let asked = 0; asked < 101; asked += 1) send('track', { orderId: 'o' })
    expect(orders.track.callCount).to.equal(100)
    expect(answers.map((answer) => (answer as { code: string }).code)).to.deep.equal(['busy'])
    expect(peer.refused.args).to.deep.equal([['busy']])
    orders.track.firstCall.args[1](TOLD)
    send('track', { orderId: 'o' })
    expect(orders.track.callCount).to.equal(101)
  })

  const OF_THE_OTHER_ROLE: readonly [Sender, string, unknown][] = [
    [VENDOR, 'release', { store: 'acme', orderId: 'o', reason: '' }],
    [VENDOR, 'assignments', undefined],
    [DRIVER, 'track', { orderId: 'o' }],
  ]
  for (const [sender, message, argument] of OF_THE_OTHER_ROLE)
    it(`[SK2] answer a ${sender.role}'s ${message} with not-permitted, and count that`, () => {
      const { peer, orders, answers, send } = stubPeer(sender)
      send(message, argument)
      expect(answers[0]).to.include({ ok: false, code: 'not-permitted' })
      expect(peer.refused.args).to.deep.equal([['not-permitted']])
      for (const asked of Object.values(orders)) sinon.assert.notCalled(asked)
    })

  const MALFORMED: readonly [Sender, string, unknown, string[]][] = [
    [DRIVER, 'release', { store: 'acme', orderId: 'o' }, ['reason']],
    [VENDOR, 'track', { orderId: 'o', store: 'other' }, ['store']],
    [VENDOR, 'track', undefined, []],
    [VENDOR, 'token', 7, []],
  ]
  for (const [sender, message, argument, fields] of MALFORMED)
    it(`[SK2] answer ${message} ${JSON.stringify(argument)} with malformed, and count that`, () => {
      const { peer, answers, send } = stubPeer(sender)
      send(message, argument)
      expect(answers[0]).to.deep.include({ ok: false, code: 'malformed', fields })
      expect(peer.refused.args).to.deep.equal([['malformed']])
    })

  it('[FL8] answer a release when it is durable, by what became of it', () => {
    const { peer, orders, answers, send } = stubPeer(DRIVER)
    for (const outcome of ['released', 'not-held', 'in-transit']) {
      send('release', { store: 'acme', orderId: 'o', reason: 'flat tyre' })
      orders.release.lastCall.args[2](outcome)
    }
    expect(orders.release.firstCall.args.slice(0, 2)).to.deep.equal([
      'd',
      { order: 'acme/o', reason: 'flat tyre' },
    ])
    expect(answers.map((answer) => ('code' in answer ? answer.code : answer))).to.deep.equal([
      { ok: true, id: 'driver/d' },
      'not-held',
      'out-of-order',
    ])
    expect(peer.refused.args).to.deep.equal([['not-held'], ['out-of-order']])
  })

  it("[SK10] track an order of the connection's own store, whatever exists elsewhere", () => {
    const { orders, answers, send } = stubPeer(VENDOR)
    send('track', { orderId: 'o' })
    expect(orders.track.firstCall.args[0]).to.equal('acme/o')
    orders.track.firstCall.args[1](TOLD)
    send('track', { orderId: 'p' })
    orders.track.lastCall.args[1](null)
    expect(answers[0]).to.deep.equal(TOLD)
    expect(answers[1]).to.include({ ok: false, code: 'unknown-order' })
  })

  it('[SE6] let a vendor leave: its answers end first, its connection after the answer', () => {
    const { peer, delivery, session, answers, send } = stubPeer(VENDOR)
    send('leave')
    sinon.assert.callOrder(delivery.detach, session.leave)
    expect(answers).to.deep.equal([])
    session.leave.firstCall.args[0](true)
    expect(answers).to.deep.equal([{ ok: true, id: 'vendor/acme/main' }])
    sinon.assert.calledOnce(peer.left)
  })

  it('[SE7] keep a driver that may not leave, with its grip', () => {
    const { peer, delivery, session, answers, send } = stubPeer(DRIVER)
    send('leave')
    session.leave.firstCall.args[0](false)
    expect(answers[0]).to.include({ ok: false, code: 'has-parcels', temporary: true })
    sinon.assert.notCalled(delivery.detach)
    sinon.assert.notCalled(peer.left)
  })

  it('[SK2] answer a token when it is taken over, or refused', () => {
    const { peer, answers, send } = stubPeer(VENDOR)
    send('token', 'one')
    send('token', 'two')
    expect(answers).to.deep.equal([])
    expect(peer.renew.args.map(([token]) => token)).to.deep.equal(['one', 'two'])
    peer.renew.firstCall.args[1](null)
    peer.renew.secondCall.args[1]('It is too old.')
    expect(answers).to.deep.equal([
      { ok: true, id: 'vendor/acme/main' },
      { ok: false, code: 'token-refused', temporary: false, message: 'It is too old.' },
    ])
    expect(peer.refused.args).to.deep.equal([['token-refused']])
  })

  it('[DL10] acknowledge an entry once that a frame names twice', () => {
    const { delivery, send } = stubPeer(VENDOR)
    send('acknowledge', ['a', 'b', 'a'])
    expect(delivery.acknowledge.args).to.deep.equal([[['a', 'b']]])
  })

  it('[DL5] reject what is to be rejected', () => {
    const { delivery, send } = stubPeer(VENDOR)
    send('reject', [{ entry: 'a', reason: 'no' }])
    expect(delivery.reject.args).to.deep.equal([[[{ entry: 'a', reason: 'no' }]]])
  })

  const UNREADABLE: readonly [message: string, argument: unknown][] = [
    ['acknowledge', 'a'],
    ['acknowledge', [1]],
    ['acknowledge', ['']],
    ['acknowledge', Array.from({ length: 20_001 }, () => 'a')],
    ['reject', [{ entry: 'a' }]],
    ['reject', { entry: 'a', reason: 'no' }],
    ['position', { lat: 91, lng: 0 }],
    ['position', { lat: 1, lng: Number.NaN }],
    ['position', null],
  ]
  for (const [message, argument] of UNREADABLE)
    it(`[SK2] ignore ${message} ${JSON.stringify(argument).slice(0, 40)}, and count it`, () => {
      const { peer, delivery, answers, send } = stubPeer(DRIVER)
      send(message, argument)
      for (const stub of [delivery.acknowledge, delivery.reject, peer.relayPosition])
        sinon.assert.notCalled(stub)
      sinon.assert.calledOnce(peer.ignored)
      expect(answers).to.deep.equal([])
    })

  it("[SK7] relay a driver's position, and ignore a vendor's", () => {
    const driver = stubPeer(DRIVER)
    driver.send('position', { lat: 47.6, lng: -122.3 })
    expect(driver.peer.relayPosition.args).to.deep.equal([[{ lat: 47.6, lng: -122.3 }]])
    const vendor = stubPeer(VENDOR)
    vendor.send('position', { lat: 47.6, lng: -122.3 })
    sinon.assert.notCalled(vendor.peer.relayPosition)
    sinon.assert.calledOnce(vendor.peer.ignored)
  })
})
