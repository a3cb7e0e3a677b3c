import { expect } from 'chai'
import sinon from 'sinon'
import type { Fault } from '../../shared/fault.ts'
import type { LinkOptions, LinkStatus } from '../../shared/link/api.ts'
import { HubLink } from '../../shared/link/hub-link.ts'
import { identityOf } from '../../shared/link/identity.ts'
import type { Outbox } from '../../shared/outbox/api.ts'
import { createMemoryOutbox } from '../../shared/outbox/memory-outbox.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { accepted, handed, order, refused, type StubNetwork, stubNetwork, welcome } from './stub-sockets.ts'

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (fault: Fault) => fault.code,
  )

describe('link', () => {
  let clock: ManualClock
  let network: StubNetwork
  let statuses: LinkStatus[]
  let link: HubLink

  const create = (options: LinkOptions, outbox: Outbox = createMemoryOutbox()) => {
    clock = createManualClock()
    network = stubNetwork()
    statuses = []
    link = new HubLink({
      clock,
      random: () => 1,
      outbox,
      outboxLimit: 1000,
      openSocket: network.openSocket,
      handshake: identityOf(options).handshake,
      token: options.token,
    })
    link.onStatus((status) => statuses.push(status))
    link.connect()
  }

  const open = () => network.socket.say('welcome', welcome)
  const kinds = () => statuses.map(({ kind }) => kind)
  const publish = (orderId: string): Promise<string> => codeOf(link.publish('pickup', order(orderId)))

  beforeEach(() => create({ role: 'vendor', store: 'acme' }))

  describe('handshake', () => {
    it('[LK1] says who it is and what it can, and nothing that was not given', () => {
      expect(network.socket.handshake).to.deep.equal({
        role: 'vendor',
        store: 'acme',
        protocol: 1,
        batch: true,
      })
    })

    it('[LK1] says all that was given', () => {
      const given = { role: 'driver', id: '7', token: 't', window: 50, capacity: 2, receive: true } as const
      create(given)
      expect(network.socket.handshake).to.deep.equal({ ...given, protocol: 1, batch: true })
    })

    for (const [what, options] of [
      ['a vendor without a store', { role: 'vendor' }],
      ['a driver without an id', { role: 'driver' }],
      ['a store with other characters', { role: 'vendor', store: 'a/b' }],
      ['a window of 0', { role: 'vendor', store: 'acme', window: 0 }],
      ['an address that is none', { role: 'vendor', store: 'acme', url: 'localhost:3001' }],
    ] as const satisfies [string, LinkOptions][])
      it(`[LK9] is not made of ${what}`, () => {
        expect(() => identityOf(options))
          .to.throw('options are not usable')
          .with.property('code', 'configuration')
      })
  })

  it('[LK13][LK30][LK61] sends, receives, counts', async () => {
    open()
    link.on('delivered', () => {})
    const published = link.publish('pickup', order('1'))
    clock.turn()
    expect(link.counts()).to.include({ confirmed: 0, unconfirmed: 1 })
    network.socket.answer(0, [accepted('a')])
    network.socket.say('events', [handed('1', '1'), handed('2', '2', { attempt: 2 })])
    network.socket.say('events', [handed('1', '1'), handed('3', '3', { event: 'pickup' })])
    expect(await published).to.deep.equal(accepted('a'))
    expect(link.counts()).to.deep.equal({
      confirmed: 1,
      unconfirmed: 0,
      handled: 2,
      repeatsDropped: 1,
      redelivered: 2,
      rejected: 1,
    })
  })

  it('[LK17] lists failed events and tells of them', async () => {
    open()
    const publishing = publish('1')
    clock.turn()
    network.socket.answer(0, [refused('foreign-store', false)])
    expect(await publishing).to.equal('foreign-store')
    const failed = {
      event: 'pickup',
      payload: order('1'),
      code: 'foreign-store',
      message: 'refused: foreign-store',
    }
    expect(link.failed()).to.deep.equal([failed])
    expect(statuses.at(-1)).to.deep.equal({ kind: 'failed', failed })
  })

  it('[LK18] goes on where it was on the next connection', async () => {
    open()
    const publishing = link.publish('pickup', order('1'))
    clock.turn()
    network.socket.say('disconnect', 'transport close')
    clock.advance(5000)
    open()
    expect(network.socket.published).to.deep.equal([['1']])
    network.socket.answer(0, [{ ...accepted('a'), duplicate: true }])
    expect(await publishing).to.include({ id: 'a', duplicate: true })
    expect(kinds()).to.deep.equal(['connected', 'disconnected', 'connected'])
  })

  it('[LK4] keeps what is unconfirmed in the outbox when it is displaced', async () => {
    const outbox = sinon.spy(createMemoryOutbox())
    create({ role: 'vendor', store: 'acme' }, outbox)
    open()
    void publish('1')
    clock.turn()
    network.socket.say('displaced', { by: 'another' })
    void publish('2')
    clock.advance(60_000)
    expect(network.sockets).to.have.length(1)
    expect(link.counts().unconfirmed).to.equal(2)
    sinon.assert.notCalled(outbox.confirm)
  })

  it('[LK23] ends when the disk of the outbox fails: every publish rejects, and it says so', async () => {
    let fail: (error: Error) => void = () => {}
    create(
      { role: 'vendor', store: 'acme' },
      { ...createMemoryOutbox(), add: () => {}, onFault: (told) => (fail = told) },
    )
    open()
    const publishing = publish('1')
    const cause = new Error('no space left')
    fail(cause)
    expect([await publishing, await publish('2'), await codeOf(link.leave())]).to.deep.equal([
      'outbox',
      'outbox',
      'outbox',
    ])
    const [status] = statuses.slice(-1)
    expect(status?.kind === 'fault' && status.fault.cause).to.equal(cause)
    sinon.assert.calledOnce(network.socket.disconnect)
    expect(clock.armed).to.equal(0)
  })

  describe('requests', () => {
    const answerTo = (message: 'track' | 'assignments' | 'release' | 'token', answer: unknown) =>
      network.socket.sentAs(message)[0]?.answer(answer)

    beforeEach(open)

    it('[LK50] tracks an order', async () => {
      const told = { order: { ...order('1'), state: 'waiting' }, history: [] }
      const tracking = link.track('1')
      answerTo('track', { ok: true, ...told })
      expect(await tracking).to.deep.equal(told)
      expect(network.socket.valuesOf('track')).to.deep.equal([{ orderId: '1' }])
    })

    it('[LK50] asks for assignments', async () => {
      const asking = link.assignments()
      network.socket.answer(0, [])
      answerTo('assignments', { ok: true, orders: [{ ...order('1'), state: 'assigned' }] })
      expect(await asking).to.deep.equal([{ ...order('1'), state: 'assigned' }])
    })

    it('[LK50] releases an order', async () => {
      const releasing = link.release('acme', '1', 'flat tyre')
      network.socket.answer(0, [])
      answerTo('release', refused('not-held', false))
      expect(await codeOf(releasing)).to.equal('not-held')
      expect(network.socket.valuesOf('release')).to.deep.equal([
        { store: 'acme', orderId: '1', reason: 'flat tyre' },
      ])
    })

    describe('about orders', () => {
      const pickup = (id: string) => handed(id, id, { event: 'pickup' })
      const said = () =>
        network.socket.sent.flatMap(({ message, values }) =>
          message === 'publish' ? [] : [[message, ...(message === 'acknowledge' ? values : [])]],
        )
      const release = (orderId: string) => link.release('acme', orderId, 'flat tyre').catch(() => {})

      beforeEach(() => link.on('pickup', () => {}))

      it('[LK55] go behind the answers to what comes with the welcome', () => {
        void release('1')
        expect(network.socket.published).to.deep.equal([[]])
        network.socket.say('events', [pickup('1')])
        void link.assignments().catch(() => {})
        expect(said()).to.deep.equal([])
        network.socket.answer(0, [])
        expect(said()).to.deep.equal([['acknowledge', ['entry-1']], ['release'], ['assignments']])
      })

      it('[LK55] go behind the answers of their own turn, at once', () => {
        void release('1')
        network.socket.answer(0, [])
        network.socket.say('events', [pickup('1'), pickup('2')])
        void release('2')
        expect(said()).to.deep.equal([['release'], ['acknowledge', ['entry-1', 'entry-2']], ['release']])
        clock.turn()
        expect(said()).to.have.length(3)
      })

      it('[LK51][LK55] are not asked any more when the connection has broken before', async () => {
        const releasing = codeOf(link.release('acme', '1', 'flat tyre'))
        const old = network.socket
        network.socket.say('disconnect', 'transport close')
        expect(await releasing).to.equal('not-connected')
        clock.advance(5000)
        open()
        old.answer(0, [])
        network.socket.answer(0, [])
        expect([old.sentAs('release'), network.socket.sentAs('release')]).to.deep.equal([[], []])
      })
    })

    it('[LK52] begins the next connection with a renewed token, unless the hub refused it', async () => {
      const handshakeTokenAfter = async (token: string, answer: unknown) => {
        const renewing = codeOf(link.renewToken(token))
        network.socket.sentAs('token').at(-1)?.answer(answer)
        await renewing
        network.socket.say('disconnect', 'transport close')
        clock.advance(5000)
        open()
        return network.socket.handshake.token
      }
      expect(await handshakeTokenAfter('one', accepted('vendor/acme/main'))).to.equal('one')
      expect(await handshakeTokenAfter('two', refused('not-permitted', false))).to.equal('one')
    })

    it('[LK52] begins the next connection with a token renewed while there was none', async () => {
      network.socket.say('disconnect', 'transport close')
      void codeOf(link.renewToken('fresh'))
      clock.advance(200)
      expect(network.socket.handshake.token).to.equal('fresh')
    })

    it('[LK54] does not come back after it has left', async () => {
      const leaving = link.leave()
      network.socket.sentAs('leave')[0]?.answer(accepted('vendor/acme/main'))
      expect(await leaving).to.include({ id: 'vendor/acme/main' })
      clock.advance(60_000)
      expect(kinds()).to.deep.equal(['connected', 'disconnected'])
      expect([network.sockets.length, clock.armed, await codeOf(link.leave())]).to.deep.equal([
        1,
        0,
        'not-connected',
      ])
    })

    it('[LK54] does not come back when the hub ends the connection first', async () => {
      const leaving = link.leave()
      network.socket.sentAs('leave')[0]?.answer(accepted('vendor/acme/main'))
      network.socket.say('disconnect', 'io server disconnect')
      await leaving
      clock.advance(60_000)
      expect([network.sockets.length, clock.armed]).to.deep.equal([1, 0])
      expect(kinds()).to.deep.equal(['connected', 'disconnected'])
    })

    it('[LK54] stays when the hub does not let it go', async () => {
      const leaving = link.leave()
      network.socket.sentAs('leave')[0]?.answer(refused('has-parcels', true))
      expect(await codeOf(leaving)).to.equal('has-parcels')
      expect(kinds()).to.deep.equal(['connected'])
    })

    it('[LK51] rejects at once after it was displaced', async () => {
      network.socket.say('displaced', { by: 'another' })
      expect(await codeOf(link.leave())).to.equal('not-connected')
    })
  })

  describe('positions', () => {
    it('[LK53] are sent only over an open connection, and volatile', () => {
      link.position({ lat: 1, lng: 2 })
      sinon.assert.notCalled(network.socket.volatile.emit)
      open()
      link.position({ lat: 3, lng: 4 })
      sinon.assert.calledOnceWithExactly(network.socket.volatile.emit, 'position', { lat: 3, lng: 4 })
    })

    it('[LK53] are told to all who listen', () => {
      const told = sinon.stub()
      const stop = link.onPosition(told)
      const position = { driver: '7', time: '2026-01-01T00:00:00.000Z', lat: 1, lng: 2 }
      network.socket.say('position', position)
      stop()
      network.socket.say('position', position)
      sinon.assert.calledOnceWithExactly(told, position)
    })
  })

  describe('closing', () => {
    it('[LK62] rejects what waits, ends the connection, closes the outbox, and leaves no timer', async () => {
      const outbox = sinon.spy(createMemoryOutbox())
      create({ role: 'vendor', store: 'acme' }, outbox)
      open()
      const waiting = [publish('1'), codeOf(link.leave())]
      await link.close()
      expect(await Promise.all([...waiting, publish('2')])).to.deep.equal(['closed', 'closed', 'closed'])
      sinon.assert.calledOnce(network.socket.disconnect)
      sinon.assert.calledOnce(outbox.close)
      expect([kinds().at(-1), clock.armed]).to.deep.equal(['closed', 0])
    })

    it('[LK62] happens once', async () => {
      await Promise.all([link.close(), link.close({ drain: true })])
      await link.close()
      expect(kinds()).to.deep.equal(['closed'])
    })

    it('[LK60] drains: waits for the outbox, the handlers and their acknowledgements', async () => {
      open()
      let deliver = () => {}
      link.on('delivered', () => new Promise<void>((resolve) => (deliver = resolve)))
      network.socket.say('events', [handed('1', '1')])
      const publishing = publish('1')
      clock.turn()
      const closing = link.close({ drain: true })
      network.socket.answer(0, [accepted('a')])
      await clock.settle()
      expect(kinds()).to.deep.equal(['connected'])
      deliver()
      await clock.settle()
      expect(network.socket.sent.slice(-2).map(({ message, values }) => [message, ...values])).to.deep.equal([
        ['acknowledge', ['entry-1']],
        ['publish', []],
      ])
      expect(kinds()).to.deep.equal(['connected'])
      network.socket.answer(-1, [])
      await clock.settle()
      await closing
      expect([await publishing, kinds().at(-1), clock.armed]).to.deep.equal(['resolved', 'closed', 0])
    })

    it('[LK60] drains until the outbox is empty', async () => {
      open()
      const publishing = publish('1')
      const closing = link.close({ drain: true })
      clock.turn()
      network.socket.answer(0, [accepted('a')])
      await closing
      expect([await publishing, clock.armed]).to.deep.equal(['resolved', 0])
    })

    it('[LK60] drains what a running handler publishes', async () => {
      open()
      link.on('delivered', async () => void (await link.publish('pickup', order('2'))))
      network.socket.say('events', [handed('1', '1')])
      const closing = link.close({ drain: true })
      await clock.settle()
      expect(network.socket.published).to.deep.equal([['2']])
      network.socket.answer(0, [accepted('a')])
      await clock.settle()
      network.socket.answer(-1, [])
      await clock.settle()
      await closing
      expect(link.counts()).to.include({ handled: 1, confirmed: 1 })
    })

    it('[LK60] drains for 5 s at most, or for the time given', async () => {
      for (const [options, timeoutMs] of [
        [{ drain: true }, 5000],
        [{ drain: true, timeoutMs: 70 }, 70],
      ] as const) {
        create({ role: 'vendor', store: 'acme' })
        const publishing = publish('1')
        const closing = link.close(options)
        await clock.advanceAsync(timeoutMs - 1)
        expect(kinds()).to.not.include('closed')
        await clock.advanceAsync(1)
        await closing
        expect(await publishing).to.equal('closed')
      }
    })

    it('[LK60] drains at once when nothing is owed, also without a connection', async () => {
      const closing = link.close({ drain: true })
      clock.turn()
      await closing
      expect([kinds(), clock.armed]).to.deep.equal([['closed'], 0])
    })

    it('[LK60] does not wait for the outbox when there will be no connection any more', async () => {
      open()
      void publish('1')
      const closing = link.close({ drain: true })
      network.socket.say('displaced', { by: 'another' })
      await closing
      expect(kinds()).to.deep.equal(['connected', 'displaced', 'closed'])
    })
  })
})
