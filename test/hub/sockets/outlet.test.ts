import { expect } from 'chai'
import sinon from 'sinon'
import type { Identity } from '../../../hub/access/identity.ts'
import type { Delivery, Handover } from '../../../hub/delivery/ports.ts'
import { SocketOutlet } from '../../../hub/sockets/outlet.ts'
import type { ParticipantId } from '../../../shared/ids.ts'
import { StubSocket } from './stub-socket.ts'

const handover = (position: number, attempt = 1, replay = false): Handover => ({
  attempt,
  token: position.toString(36),
  entry: {
    position,
    id: `event-${position}`,
    event: 'delivered',
    time: '2026-01-01T00:00:00.000Z',
    payload: { store: 'acme', orderId: `o-${position}`, customer: 'Ada', address: 'Main St', driver: 'd' },
    ...(replay ? { replay: true } : {}),
  },
})

const IDENTITY = { role: 'vendor', store: 'acme', issuedMs: 0, expiresMs: Number.POSITIVE_INFINITY } as const

const stubOutlet = (isBatched: boolean, mostCallbacks = 100) => {
  const socket = new StubSocket({})
  const delivery = {
    acknowledge: sinon.stub(),
    reject: sinon.stub(),
    detach: sinon.stub(),
  } satisfies Delivery
  const ignored = sinon.stub()
  const refused = sinon.stub()
  const identity: Identity = { ...IDENTITY, id: 'main', participant: 'vendor/acme/main' as ParticipantId }
  const receiver = { socket, identity, isCut: () => false, delivery: () => delivery, refused, ignored }
  const outlet = new SocketOutlet(receiver, { isBatched, mostCallbacks })
  return { socket, outlet, delivery, ignored, refused }
}

describe('outlet', () => {
  it('[SK4] hands a frame an event to a peer that did not ask for batches', () => {
    const { socket, outlet } = stubOutlet(false)
    outlet.hand([handover(1), handover(35, 3, true)])
    expect(socket.sent.map(({ message }) => message)).to.deep.equal(['delivered', 'delivered'])
    const { position, ...told } = handover(35, 3, true).entry
    expect(socket.told('delivered')[1]).to.deep.equal({ ...told, entry: position.toString(36), attempt: 3 })
  })

  it('[SK4] hands what leaves together in one frame to a peer that asked for batches, without callbacks', () => {
    const { socket, outlet } = stubOutlet(true)
    outlet.hand([handover(1), handover(2)])
    expect(socket.sent).to.have.length(1)
    expect(socket.told('events')[0]).to.have.length(2)
    expect(socket.sent[0]?.answer).to.equal(undefined)
  })

  for (const isBatched of [true, false])
    it(`[AC13] withholds what is not for its participant, ${isBatched ? 'in a frame' : 'one by one'}`, () => {
      const { socket, outlet, refused } = stubOutlet(isBatched)
      const { entry, ...rest } = handover(2)
      const foreign = { ...rest, entry: { ...entry, payload: { ...entry.payload, store: 'globex' } } }
      const pickup = { ...rest, entry: { ...entry, event: 'pickup' } } as const
      outlet.hand([handover(1), foreign, pickup, handover(3)])
      const told = isBatched ? socket.told('events')[0] : socket.sent.map(({ argument }) => argument)
      expect((told as { id: string }[]).map(({ id }) => id)).to.deep.equal(['event-1', 'event-3'])
      expect(refused.args).to.deep.equal([['foreign-store']])
    })

  for (const [what, ...args] of [['no argument'], ['undefined', undefined], ['null', null]])
    it(`[SK5] takes ${what} for an acknowledgement`, () => {
      const { socket, outlet, delivery } = stubOutlet(false)
      outlet.hand([handover(35)])
      socket.sent[0]!.answer!(...args)
      expect(delivery.acknowledge.args).to.deep.equal([[['z']]])
    })

  it('[SK5] takes a reason for a rejection', () => {
    const { socket, outlet, delivery } = stubOutlet(false)
    outlet.hand([handover(35)])
    socket.sent[0]!.answer!({ reject: 'no printer' })
    expect(delivery.reject.args).to.deep.equal([[[{ entry: 'z', reason: 'no printer' }]]])
    sinon.assert.notCalled(delivery.acknowledge)
  })

  const MISTAKES = [
    true,
    false,
    0,
    'ok',
    [],
    {},
    { reject: 1 },
    { reject: 'x', more: 1 },
    { reject: 'x'.repeat(501) },
    Buffer.from('x'),
  ]
  for (const mistake of MISTAKES)
    it(`[SK5] ignores ${JSON.stringify(mistake).slice(0, 40)}, and counts it`, () => {
      const { socket, outlet, delivery, ignored } = stubOutlet(false)
      outlet.hand([handover(35)])
      socket.sent[0]!.answer!(mistake)
      sinon.assert.notCalled(delivery.acknowledge)
      sinon.assert.notCalled(delivery.reject)
      sinon.assert.calledOnce(ignored)
    })

  it('[SK13] forgets the oldest callbacks of a peer that calls none', () => {
    const { socket, outlet } = stubOutlet(false, 3)
    outlet.hand([1, 2, 3, 4, 5].map((position) => handover(position)))
    expect([...socket.acks.values()]).to.deep.equal(socket.sent.slice(2).map(({ answer }) => answer))
  })
})
