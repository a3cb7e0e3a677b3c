import { expect } from 'chai'
import sinon from 'sinon'
import { OPEN_ACCESS } from '../../../hub/access/access.ts'
import type { Identity } from '../../../hub/access/identity.ts'
import type { Delivery, Handover, Outlet } from '../../../hub/delivery/ports.ts'
import { newParticipant } from '../../../hub/domain/participant.ts'
import type { Single } from '../../../hub/intake/intake.ts'
import { accept, type ConnectionOptions, type ConnectionParts } from '../../../hub/sockets/connection.ts'
import { claimedIdentity, senderOf } from '../../../hub/sockets/identity.ts'
import type { Handshake } from '../../../shared/messages.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { StubSocket } from './stub-socket.ts'

const OPTIONS: ConnectionOptions = {
  window: 100,
  greatestWindow: 500,
  capacity: 4,
  greatestCapacity: 50,
  batchLength: 10,
  eventBytes: 1000,
  frameBytes: 2000,
  outgoingBytes: 10_000,
  connectionEventsPerSecond: 0,
  connectionBytesPerSecond: 0,
}

const VENDOR = { role: 'vendor', store: 'acme' }
const DRIVER = { role: 'driver', id: 'd' }

const stubReports = () => ({
  connected: sinon.stub(),
  disconnected: sinon.stub(),
  displaced: sinon.stub(),
  refused: sinon.stub(),
  unheard: sinon.stub(),
  ignored: sinon.stub(),
  cut: sinon.stub(),
  slowed: sinon.stub(),
  moved: sinon.stub(),
})

/** A connection that was admitted, with everything behind it stubbed. */
const stubConnection = (auth: object, id = 'socket-1') => {
  const handshake = auth as Handshake
  const identity = claimedIdentity(handshake) as Identity
  const sender = senderOf(identity)
  const delivery = {
    acknowledge: sinon.stub(),
    reject: sinon.stub(),
    detach: sinon.stub(),
  } satisfies Delivery
  const attachQueue = sinon.stub().returns(delivery)
  const attachDriver = sinon.stub().returns(delivery)
  const session = { isCurrent: sinon.stub().returns(true), end: sinon.stub(), leave: sinon.stub() }
  const publisher = {
    publishOne: sinon.stub(),
    publishEach: sinon.stub(),
    publish: sinon.stub(),
    heard: sinon.stub().returns(0),
  }
  const orders = {
    release: sinon.stub(),
    assignments: sinon.stub(),
    track: sinon.stub(),
    storesServedBy: sinon.stub().returns([]),
  }
  const reports = stubReports()
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const socket = new StubSocket(auth, id)
  const gone = () => session.end()
  socket.conn.once('close', gone)
  const record =
    handshake.receive === false ? null : { ...newParticipant(sender.participant, 0), queued: 5, retrying: 2 }
  const registration = { kind: 'registered', record, awayMs: 77, session } as const
  socket.data.admitted = { identity, sender, handshake, registration, gone }
  const parts: ConnectionParts = {
    deliveries: { attachQueue, attachDriver },
    intake: { open: () => publisher },
    orders,
    reports,
    access: OPEN_ACCESS,
    options: OPTIONS,
    clock,
  }
  const outlet = (): Outlet => (attachQueue.called ? attachQueue : attachDriver).firstCall.args[1]
  return {
    clock,
    socket,
    parts,
    session,
    delivery,
    attachQueue,
    attachDriver,
    publisher,
    orders,
    reports,
    outlet,
  }
}

const accepted = (auth: object, id?: string) => {
  const connection = stubConnection(auth, id)
  accept(connection.socket, connection.parts)
  return connection
}

describe('connection', () => {
  it('[SE3] begins with a welcome, before anything is handed over', () => {
    const connection = stubConnection(VENDOR)
    connection.attachQueue.callsFake((_, outlet: Outlet) => {
      outlet.hand([])
      expect(connection.socket.sent.map(({ message }) => message)).to.deep.equal(['welcome'])
      return connection.delivery
    })
    accept(connection.socket, connection.parts)
    expect(connection.socket.told('welcome')).to.deep.equal([
      {
        participant: 'vendor/acme/main',
        protocol: 1,
        awayMs: 77,
        queued: 7,
        window: 100,
        limits: { eventBytes: 1000, frameBytes: 2000, batchLength: 10 },
      },
    ])
    sinon.assert.calledOnce(connection.attachQueue)
  })

  const SIZES: readonly [asked: object, told: object][] = [
    [
      { window: 500, capacity: 50 },
      { window: 500, capacity: 50 },
    ],
    [
      { window: 501, capacity: 51 },
      { window: 500, capacity: 50 },
    ],
    [
      { window: 1, capacity: 1 },
      { window: 1, capacity: 1 },
    ],
    [{}, { window: 100, capacity: 4 }],
  ]
  for (const [asked, told] of SIZES)
    it(`[SK11] tells ${JSON.stringify(told)} to a driver that asks for ${JSON.stringify(asked)}, and keeps to it`, () => {
      const { socket, attachDriver } = accepted({ ...DRIVER, ...asked })
      expect(socket.told('welcome')[0]).to.deep.include(told)
      const { capacity, window } = told as { capacity: number; window: number }
      expect(attachDriver.firstCall.args[2]).to.deep.equal({ capacity, entries: window })
    })

  it('[SK11] keeps to the window that it told a vendor', () => {
    const { attachQueue } = accepted({ ...VENDOR, window: 9999 })
    expect(attachQueue.firstCall.args[2]).to.equal(500)
  })

  it('[SK12] is in the room of its store, and not in the one that bears its own id', () => {
    const { socket } = accepted(VENDOR, 'like-a-store')
    expect([...socket.rooms]).to.deep.equal(['acme'])
  })

  it('[SK12] is in no room at all if it is a driver', () => {
    const { socket } = accepted(DRIVER)
    expect([...socket.rooms]).to.deep.equal([])
  })

  it("[SK7] relays a driver's position to the rooms of its stores, with its name and the hub's time", () => {
    const { socket, orders } = accepted(DRIVER)
    orders.storesServedBy.withArgs('d').returns(['acme', 'other'])
    socket.send('position', { lat: 1, lng: 2 })
    const position = { lat: 1, lng: 2, driver: 'd', time: '2026-01-01T00:00:00.000Z' }
    expect(socket.relayed).to.deep.equal([
      ['acme', 'position', position],
      ['other', 'position', position],
    ])
  })

  describe('messages', () => {
    it('[SK2] are answered through their callback', () => {
      const { socket, publisher } = accepted(VENDOR)
      const answers = socket.ask('pickup', { any: 'thing' })
      publisher.publishOne.firstCall.args[2]({ ok: true, id: 'e' })
      expect(answers).to.deep.equal([{ ok: true, id: 'e' }])
    })

    it('[SK2] without a callback are processed, and each of their answers is counted', () => {
      const { socket, publisher, reports } = accepted(VENDOR)
      socket.send('pickup', { any: 'thing' })
      publisher.publishOne.firstCall.args[2]({ ok: true, id: 'e' })
      socket.send('publish', [])
      publisher.publish.firstCall.args[1]([{ ok: true }, { ok: false }])
      expect(reports.unheard.args).to.deep.equal([[true], [true], [false]])
    })

    it('[SK2] without an argument get their callback all the same', () => {
      const { socket } = accepted(VENDOR)
      expect(socket.ask('track')[0]).to.include({ ok: false, code: 'malformed' })
    })

    for (const name of ['nothing', '', '__proto__', 'constructor', 'toString', 'welcome', 5, 1e99])
      it(`[SK3][SK13] of no known name, as ${JSON.stringify(name)}, are refused as that, and counted`, () => {
        const { socket, reports } = accepted(VENDOR)
        expect(socket.ask(name, {})[0]).to.deep.include({
          ok: false,
          code: 'unknown-message',
          message: `There is no message ${JSON.stringify(name)}.`,
        })
        expect(reports.refused.args).to.deep.equal([['unknown-message', 'vendor/acme/main']])
      })

    it('[SK3] of an endless name are refused in few words', () => {
      const { socket } = accepted(VENDOR)
      const [answer] = socket.ask('x'.repeat(100_000)) as [{ message: string }]
      expect(answer.message).to.have.length.below(100)
    })

    it('[SK2] that are too large are refused as that, before they are decoded', () => {
      const { socket, publisher } = accepted(VENDOR)
      const order = { customer: 'x'.repeat(2000) }
      socket.conn.emit('packet', { data: JSON.stringify(['pickup', order]) })
      expect(socket.ask('pickup', order)[0]).to.deep.include({ ok: false, code: 'too-large' })
      sinon.assert.notCalled(publisher.publishOne)
    })

    it('[SK6] on a displaced connection are refused, and do nothing', () => {
      const { socket, session, publisher } = accepted(VENDOR)
      session.isCurrent.returns(false)
      expect(socket.ask('pickup', {})[0]).to.deep.include({ code: 'no-longer-connected', temporary: true })
      sinon.assert.notCalled(publisher.publishOne)
    })

    it('[SK6] that are answered after the end are not sent any more', () => {
      const { socket, publisher } = accepted(VENDOR)
      const answers = socket.ask('pickup', {})
      socket.disconnect()
      publisher.publishOne.firstCall.args[2]({ ok: true, id: 'e' })
      expect(answers).to.deep.equal([])
    })
  })

  describe('of what comes in one turn', () => {
    const event = (position: number): Handover => ({
      attempt: 1,
      token: position.toString(36),
      entry: {
        position,
        id: `e${position}`,
        event: 'delivered',
        time: '',
        payload: { store: 'acme', orderId: `o${position}`, customer: 'c', address: 'a' },
      },
    })

    it('[SK2] hands events on together, and answers each', () => {
      const { socket, publisher } = accepted(VENDOR)
      const answers: unknown[][] = []
      socket.inOneTurn(() => {
        for (const orderId of ['a', 'b']) answers.push(socket.ask('pickup', { orderId }))
        sinon.assert.notCalled(publisher.publishEach)
      })
      const [events] = publisher.publishEach.firstCall.args
      expect(events.map(({ event, payload }: Single) => [event, payload])).to.deep.equal([
        ['pickup', { orderId: 'a' }],
        ['pickup', { orderId: 'b' }],
      ])
      for (const { payload, reply } of events) reply({ ok: true, id: payload.orderId })
      expect(answers).to.deep.equal([[{ ok: true, id: 'a' }], [{ ok: true, id: 'b' }]])
      sinon.assert.notCalled(publisher.publishOne)
    })

    it('[SK17] hands acknowledgements on together, before the events', () => {
      const { socket, outlet, delivery, publisher } = accepted(VENDOR)
      outlet().hand([event(1), event(2)])
      const answers = socket.sent.flatMap(({ answer }) => answer ?? [])
      socket.inOneTurn(() => {
        socket.send('pickup', {})
        answers[0]!()
        socket.send('acknowledge', ['z'])
        answers[1]!()
      })
      expect(delivery.acknowledge.args).to.deep.equal([[['1', 'z', '2']]])
      sinon.assert.callOrder(delivery.acknowledge, publisher.publishEach)
    })

    it('[SK17] keeps the order of everything else', () => {
      const { socket, outlet, delivery, publisher, orders, session } = accepted(VENDOR)
      outlet().hand([event(1), event(2)])
      const answers = socket.sent.flatMap(({ answer }) => answer ?? [])
      socket.inOneTurn(() => {
        socket.send('pickup', { orderId: 'a' })
        socket.ask('track', { orderId: 'a' })
        socket.send('pickup', { orderId: 'b' })
        answers[0]!()
        answers[1]!({ reject: 'no' })
        socket.send('pickup', { orderId: 'c' })
        socket.send('publish', [])
        socket.send('pickup', { orderId: 'd' })
        socket.ask('leave')
        socket.send('pickup', { orderId: 'e' })
      })
      const { publishEach, publish } = publisher
      const { acknowledge, reject, detach } = delivery
      sinon.assert.callOrder(
        publishEach,
        orders.track,
        acknowledge,
        publishEach,
        reject,
        publishEach,
        publish,
        publishEach,
        detach,
        session.leave,
        publishEach,
      )
      const published = publishEach.args.map(([events]) =>
        events.map(({ payload }: { payload: { orderId: string } }) => payload.orderId),
      )
      expect(published).to.deep.equal([['a'], ['b'], ['c'], ['d'], ['e']])
    })

    it('[SE2][SK6][SK17] hands on what came before the end, and nothing of it after', () => {
      const { socket, outlet, delivery, publisher, session, reports } = accepted(VENDOR)
      outlet().hand([event(1), event(2)])
      const answers = socket.sent.flatMap(({ answer }) => answer ?? [])
      socket.inOneTurn(() => {
        socket.send('pickup', {})
        answers[0]!()
        session.isCurrent.returns(false)
        socket.data.connection!.displaced('the newer one')
        answers[1]!()
        socket.ask('pickup', {})
      })
      sinon.assert.callOrder(delivery.acknowledge, publisher.publishEach, delivery.detach)
      expect(delivery.acknowledge.args).to.deep.equal([[['1']]])
      sinon.assert.calledOnce(publisher.publishEach)
      expect(reports.ignored.args).to.deep.equal([[1]])
    })
  })

  describe('that a newer one takes over', () => {
    it('[SE2][SK12] loses its grip and its room at once, and is told by whom', () => {
      const { socket, delivery, reports } = accepted(VENDOR)
      socket.data.connection!.displaced('the newer one')
      sinon.assert.calledOnce(delivery.detach)
      expect(socket.told('displaced')).to.deep.equal([{ by: 'the newer one' }])
      expect([...socket.rooms]).to.deep.equal([])
      expect(reports.displaced.args).to.deep.equal([['vendor/acme/main', 'the newer one']])
    })

    it('[SK6] still gets the receipts that are under way, and is then closed', () => {
      const { clock, socket, session, publisher } = accepted(VENDOR)
      const answers = socket.ask('pickup', {})
      session.isCurrent.returns(false)
      socket.data.connection!.displaced('the newer one')
      publisher.publishOne.firstCall.args[2]({ ok: true, id: 'e' })
      expect(answers).to.deep.equal([{ ok: true, id: 'e' }])
      sinon.assert.notCalled(socket.disconnect)
      clock.advance(500)
      sinon.assert.calledOnce(socket.disconnect)
    })

    it('[SK6] leaves no timer behind if it goes by itself', () => {
      const { clock, socket } = accepted(VENDOR)
      socket.data.connection!.displaced('the newer one')
      socket.inbound.emit('disconnect', 'client namespace disconnect')
      expect(clock.armed).to.equal(0)
    })

    it('[SE2] has its answers counted and ignored', () => {
      const { socket, session, delivery, reports, outlet } = accepted(VENDOR)
      outlet().hand([
        {
          attempt: 1,
          token: '1',
          entry: {
            position: 1,
            id: 'e',
            event: 'delivered',
            time: '',
            payload: { store: 'acme', orderId: 'o', customer: 'c', address: 'a' },
          },
        },
      ])
      socket.data.connection!.displaced('the newer one')
      session.isCurrent.returns(false)
      socket.sent.find(({ message }) => message === 'delivered')!.answer!()
      sinon.assert.notCalled(delivery.acknowledge)
      expect(reports.ignored.args).to.deep.equal([[1]])
    })

    it('[SE2][SK6][SK12] before it was called connected never gets a grip or a room, and is refused what it asks', () => {
      const connection = stubConnection(VENDOR)
      connection.session.isCurrent.returns(false)
      accept(connection.socket, connection.parts)
      sinon.assert.notCalled(connection.attachQueue)
      expect(connection.socket.sent.map(({ message }) => message)).to.deep.equal(['displaced'])
      expect([...connection.socket.rooms]).to.deep.equal([])
      expect(connection.socket.ask('pickup', {})[0]).to.have.property('code', 'no-longer-connected')
    })
  })

  it('[SK8] leaves a peer alone up to the limit', () => {
    const { socket, reports, outlet } = accepted({ ...VENDOR, batch: true })
    socket.conn.transport.socket.bufferedAmount = 10_000
    outlet().hand([])
    expect([socket.told('events').length, reports.cut.callCount]).to.deep.equal([1, 0])
  })

  it('[SK8] hands nothing more to a peer that does not read, and cuts it', async () => {
    const { socket, reports, outlet } = accepted({ ...VENDOR, batch: true })
    socket.conn.transport.socket.bufferedAmount = 10_001
    outlet().hand([])
    socket.ask('nothing')
    await new Promise<void>((resolve) => setImmediate(resolve))
    expect(socket.told('events')).to.deep.equal([])
    socket.conn.transport.socket.bufferedAmount = 0
    outlet().hand([])
    sinon.assert.calledOnce(socket.conn.close)
    sinon.assert.calledOnce(socket.conn.transport.socket.terminate)
    expect(socket.told('events')).to.deep.equal([])
    expect(reports.cut.args).to.deep.equal([['vendor/acme/main', 'too much waits for it']])
  })

  it('[SE5][DL10] of a vendor that only sends has no queue, and its acknowledgements are counted and ignored', () => {
    const { socket, attachQueue, reports } = accepted({ ...VENDOR, receive: false })
    socket.send('acknowledge', ['a', 'b'])
    socket.send('reject', [{ entry: 'c', reason: '' }])
    sinon.assert.notCalled(attachQueue)
    expect(reports.ignored.args).to.deep.equal([[2], [1]])
  })

  it('[SE3] that ends gives up its grip and its session, and leaves nothing with the transport', () => {
    const { socket, session, delivery, reports } = accepted(VENDOR)
    socket.inbound.emit('disconnect', 'transport close')
    sinon.assert.calledOnce(delivery.detach)
    sinon.assert.calledOnce(session.end)
    expect(reports.disconnected.args).to.deep.equal([['vendor/acme/main', 'transport close']])
    expect([socket.conn.listenerCount('close'), socket.conn.listenerCount('packet')]).to.deep.equal([0, 0])
  })

  it('[SE6] of a participant that has left ends after the answer', () => {
    const { socket, session } = accepted(VENDOR)
    const answers = socket.ask('leave')
    session.leave.firstCall.args[0](true)
    expect(answers).to.deep.equal([{ ok: true, id: 'vendor/acme/main' }])
    sinon.assert.called(session.end)
    sinon.assert.calledOnce(socket.disconnect)
  })
})
