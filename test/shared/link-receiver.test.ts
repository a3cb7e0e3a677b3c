import { expect } from 'chai'
import sinon from 'sinon'
import { type Handler, Receiver } from '../../shared/link/receiver.ts'
import type { HandedEvent } from '../../shared/protocol.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { accepted, handed, refused, StubSocket } from './stub-sockets.ts'

/** A handler that ends when the test says so. */
const heldHandler = () => {
  const begun: { id: string; succeed(): Promise<void>; fail(error: Error): Promise<void> }[] = []
  const handler: Handler = ({ id }) =>
    new Promise<void>((resolve, reject) => {
      const settled = () => new Promise<void>((done) => setImmediate(done))
      begun.push({
        id,
        succeed: () => {
          resolve()
          return settled()
        },
        fail: (error) => {
          reject(error)
          return settled()
        },
      })
    })
  return { begun, handler, ids: () => begun.map(({ id }) => id) }
}

describe('link: receiving', () => {
  let clock: ManualClock
  let receiver: Receiver
  let socket: StubSocket
  let settled: sinon.SinonStub

  const connect = () => {
    socket = new StubSocket({ role: 'vendor' })
    receiver.listenTo(socket)
  }

  const reconnect = () => {
    receiver.broke()
    connect()
  }

  const hand = (...events: HandedEvent[]) => {
    socket.say('events', events)
    clock.turn()
  }

  beforeEach(() => {
    clock = createManualClock()
    settled = sinon.stub()
    receiver = new Receiver({ clock, random: () => 0 }, settled)
    connect()
  })

  describe('handlers', () => {
    it('[LK30] are given the event, and acknowledge it by returning', () => {
      const handler = sinon.stub()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'))
      sinon.assert.calledOnceWithExactly(handler, handed('1', 'a'))
      expect(socket.sent.map(({ message, values }) => [message, ...values])).to.deep.equal([
        ['acknowledge', ['entry-1']],
      ])
    })

    it('[LK30] acknowledge the event when their promise resolves, and not before', async () => {
      const { begun, handler } = heldHandler()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'))
      expect(socket.sent).to.deep.equal([])
      await begun[0]?.succeed()
      clock.turn()
      expect(socket.valuesOf('acknowledge')).to.deep.equal([['entry-1']])
    })

    it('[LK30] reject the event with the message of what they throw, in 500 characters', async () => {
      const { begun, handler } = heldHandler()
      receiver.on('delivered', handler)
      receiver.on('pickup', () => {
        throw new Error('no room')
      })
      hand(handed('1', 'a'), handed('2', 'b', { event: 'pickup' }))
      await begun[0]?.fail(new Error('x'.repeat(600)))
      clock.turn()
      expect(socket.valuesOf('reject')).to.deep.equal([
        [{ entry: 'entry-2', reason: 'no room' }],
        [{ entry: 'entry-1', reason: 'x'.repeat(500) }],
      ])
      expect(receiver.counts).to.include({ handled: 0, rejected: 2 })
    })

    it('[LK30] reject the event also when they throw without a message, or something that is no error', () => {
      receiver.on('delivered', () => {
        throw new Error('')
      })
      receiver.on('pickup', () => {
        throw 'full'
      })
      hand(handed('1', 'a'), handed('2', 'b', { event: 'pickup' }))
      expect(socket.valuesOf('reject')).to.deep.equal([
        [
          { entry: 'entry-1', reason: 'the handler failed' },
          { entry: 'entry-2', reason: 'full' },
        ],
      ])
    })

    it('[LK31] of one order run one after another, of different orders at a time', async () => {
      const { begun, handler, ids } = heldHandler()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'), handed('2', 'a'), handed('3', 'b'), handed('4', 'a'))
      expect(ids()).to.deep.equal(['1', '3'])
      await begun[0]?.fail(new Error('no'))
      expect(ids()).to.deep.equal(['1', '3', '2'])
      await begun[2]?.succeed()
      expect(ids()).to.deep.equal(['1', '3', '2', '4'])
    })

    it('[LK31] of the same order id in two stores run at a time', () => {
      const { handler, ids } = heldHandler()
      receiver.on('delivered', handler)
      const other = handed('2', 'a')
      hand(handed('1', 'a'), { ...other, payload: { ...other.payload, store: 'other' } })
      expect(ids()).to.deep.equal(['1', '2'])
    })

    it('[LK31] go on in order when one that takes time is followed by ones that do not', async () => {
      const ran: string[] = []
      const { begun, handler } = heldHandler()
      receiver.on('pickup', handler)
      receiver.on('delivered', ({ id }) => void ran.push(id))
      hand(handed('1', 'a', { event: 'pickup' }), handed('2', 'a'), handed('3', 'a'))
      expect(ran).to.deep.equal([])
      await begun[0]?.succeed()
      hand(handed('4', 'a'))
      expect(ran).to.deep.equal(['2', '3', '4'])
    })

    it('[LK33] are answered in one frame of each kind a turn', () => {
      receiver.on('delivered', ({ id }) => {
        if (id === '2') throw new Error('no')
      })
      socket.say('events', [handed('1', 'a'), handed('2', 'b')])
      socket.say('events', [handed('3', 'c')])
      expect(socket.sent).to.deep.equal([])
      clock.turn()
      expect(socket.sent.map(({ message, values }) => [message, ...values])).to.deep.equal([
        ['acknowledge', ['entry-1', 'entry-3']],
        ['reject', [{ entry: 'entry-2', reason: 'no' }]],
      ])
    })

    it('[LK33] are answered in several frames when there are more than a frame may hold', () => {
      receiver.on('delivered', () => {})
      hand(...Array.from({ length: 5001 }, (_, index) => handed(`${index}`, `${index}`)))
      hand(...Array.from({ length: 101 }, (_, index) => handed(`p${index}`, `${index}`, { event: 'pickup' })))
      const lengths = (message: 'acknowledge' | 'reject') =>
        socket.valuesOf(message).map((items) => (items as readonly unknown[]).length)
      expect([lengths('acknowledge'), lengths('reject')]).to.deep.equal([
        [5000, 1],
        [100, 1],
      ])
    })

    it('[LK34] that are missing reject the event, saying so', () => {
      const remove = receiver.on('delivered', () => {})
      remove()
      hand(handed('1', 'a'))
      expect(socket.valuesOf('reject')).to.deep.equal([
        [{ entry: 'entry-1', reason: 'no handler for delivered' }],
      ])
    })

    it('[LK34] are one an event', () => {
      const remove = receiver.on('delivered', () => {})
      expect(() => receiver.on('delivered', () => {})).to.throw('has a handler already')
      remove()
      receiver.on('delivered', () => {})
      remove()
      hand(handed('1', 'a'))
      expect(receiver.counts.handled).to.equal(1)
    })

    it('[LK41] answer an event in a frame of its own by its callback', () => {
      receiver.on('delivered', ({ id }) => {
        if (id === '2') throw new Error('no')
      })
      const replies = [sinon.stub(), sinon.stub()]
      socket.say('delivered', handed('1', 'a'), replies[0] as sinon.SinonStub)
      socket.say('delivered', handed('2', 'b'), replies[1] as sinon.SinonStub)
      clock.turn()
      expect(replies.map(({ args }) => args)).to.deep.equal([[[]], [[{ reject: 'no' }]]])
      expect(socket.sent).to.deep.equal([])
    })
  })

  describe('repeats', () => {
    it('[LK35] of an event whose handler succeeded are acknowledged without it', () => {
      const handler = sinon.stub()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'))
      hand(handed('1', 'a', { attempt: 2 }))
      sinon.assert.calledOnce(handler)
      expect(socket.valuesOf('acknowledge')).to.deep.equal([['entry-1'], ['entry-1']])
      expect(receiver.counts).to.deep.equal({ handled: 1, repeatsDropped: 1, redelivered: 1, rejected: 0 })
    })

    it('[LK35] are acknowledged without the handler on later connections, again and again', () => {
      const handler = sinon.stub()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'))
      for (const _ of [1, 2]) {
        reconnect()
        hand(handed('1', 'a'))
        expect(socket.valuesOf('acknowledge')).to.deep.equal([['entry-1']])
      }
      sinon.assert.calledOnce(handler)
      expect(receiver.counts).to.deep.equal({ handled: 1, repeatsDropped: 2, redelivered: 2, rejected: 0 })
    })

    it('[LK35] of an event whose handler failed run it again', () => {
      const handler = sinon.stub().onFirstCall().throws(new Error('not yet'))
      receiver.on('delivered', handler)
      hand(handed('1', 'a'))
      hand(handed('1', 'a', { attempt: 2 }))
      sinon.assert.calledTwice(handler)
      expect(socket.valuesOf('acknowledge')).to.deep.equal([['entry-1']])
    })

    it('[LK36] while the handler runs do not start it again, and are acknowledged along with it', async () => {
      const { begun, handler, ids } = heldHandler()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'))
      hand(handed('1', 'a', { attempt: 2 }))
      expect(ids()).to.deep.equal(['1'])
      await begun[0]?.succeed()
      clock.turn()
      expect(ids()).to.deep.equal(['1'])
      expect(socket.valuesOf('acknowledge')).to.deep.equal([['entry-1', 'entry-1']])
      expect(receiver.counts).to.deep.equal({ handled: 1, repeatsDropped: 1, redelivered: 1, rejected: 0 })
    })

    it('[LK36] while the handler runs are rejected along with it, and run it when they come again', async () => {
      const { begun, handler, ids } = heldHandler()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'))
      reconnect()
      hand(handed('1', 'a'))
      await begun[0]?.fail(new Error('no'))
      clock.turn()
      expect(socket.valuesOf('reject')).to.deep.equal([[{ entry: 'entry-1', reason: 'no' }]])
      hand(handed('1', 'a', { attempt: 2 }))
      expect(ids()).to.deep.equal(['1', '1'])
    })

    it('[LK36] of an event that waits for its turn do not run it twice', async () => {
      const { begun, handler, ids } = heldHandler()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'), handed('2', 'a'))
      hand(handed('2', 'a', { attempt: 2 }))
      await begun[0]?.succeed()
      await begun[1]?.succeed()
      clock.turn()
      expect(ids()).to.deep.equal(['1', '2'])
      expect(socket.valuesOf('acknowledge').flat()).to.deep.equal(['entry-1', 'entry-2', 'entry-2'])
    })

    it('[LK40] from the dead letters are handled anew, once for each replay', () => {
      const handler = sinon.stub()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'))
      const replay = handed('1', 'a', { replay: true, entry: 'replay-1' })
      hand(replay)
      hand(replay)
      reconnect()
      hand(replay)
      hand(handed('1', 'a', { replay: true, entry: 'replay-2' }))
      sinon.assert.calledThrice(handler)
      expect(socket.valuesOf('acknowledge')).to.deep.equal([['replay-1'], ['replay-2']])
    })
  })

  describe('when the connection breaks', () => {
    it('[LK38] answers nothing of the old one on the new one, and acknowledges the repeat', async () => {
      const { begun, handler, ids } = heldHandler()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'))
      const old = socket
      reconnect()
      await begun[0]?.succeed()
      clock.turn()
      expect([old.sent, socket.sent]).to.deep.equal([[], []])
      hand(handed('1', 'a'))
      expect(socket.valuesOf('acknowledge')).to.deep.equal([['entry-1']])
      expect(ids()).to.deep.equal(['1'])
    })

    it('[LK38] sends no answer that had gathered', () => {
      receiver.on('delivered', () => {})
      socket.say('events', [handed('1', 'a')])
      const old = socket
      reconnect()
      clock.turn()
      expect([old.sent, socket.sent]).to.deep.equal([[], []])
    })

    it('[LK38] starts no handler of the old one any more', async () => {
      const { begun, handler, ids } = heldHandler()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'), handed('2', 'a'))
      reconnect()
      await begun[0]?.succeed()
      expect(ids()).to.deep.equal(['1'])
      hand(handed('2', 'a'))
      expect(ids()).to.deep.equal(['1', '2'])
    })

    it('[LK38] takes nothing more from a socket when there is another', () => {
      const handler = sinon.stub()
      receiver.on('delivered', handler)
      const old = socket
      connect()
      old.say('events', [handed('1', 'a')])
      clock.turn()
      sinon.assert.notCalled(handler)
      expect(old.sent).to.deep.equal([])
    })

    it('[LK38] does not let an order overtake itself on the new one', async () => {
      const { begun, handler, ids } = heldHandler()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'))
      reconnect()
      hand(handed('1', 'a'), handed('2', 'a'))
      expect(ids()).to.deep.equal(['1'])
      await begun[0]?.succeed()
      expect(ids()).to.deep.equal(['1', '2'])
    })
  })

  describe('memory of handled events', () => {
    const handMany = (count: number, from = 0) =>
      hand(...Array.from({ length: count }, (_, index) => handed(`${from + index}`, `${from + index}`)))

    const handledAgain = (id: string): boolean => {
      const before = receiver.counts.handled
      hand(handed(id, id))
      return receiver.counts.handled > before
    }

    beforeEach(() => {
      receiver.on('delivered', () => {})
    })

    it('[LK39] asks the hub for a barrier after 1,000 acknowledgements, behind them', () => {
      handMany(999)
      expect(socket.sentAs('publish')).to.have.length(0)
      handMany(1, 999)
      expect(socket.sent.slice(-2).map(({ message, values }) => [message, ...values])).to.deep.equal([
        ['acknowledge', ['entry-999']],
        ['publish', []],
      ])
    })

    it('[LK39] forgets what is behind the barrier once the hub has answered it', () => {
      handMany(1000)
      handMany(1, 1000)
      expect(handledAgain('0')).to.equal(false)
      socket.answer(0, [])
      expect([handledAgain('0'), handledAgain('999'), handledAgain('1000')]).to.deep.equal([
        true,
        true,
        false,
      ])
    })

    it('[LK39] has one barrier up at a time', () => {
      handMany(1000)
      handMany(1500, 1000)
      expect(socket.sentAs('publish')).to.have.length(1)
      socket.answer(0, [])
      clock.turn()
      expect(socket.sentAs('publish')).to.have.length(2)
    })

    it('[LK39] never puts up a barrier before acknowledgements that it should follow', () => {
      handMany(1000)
      socket.say(
        'events',
        Array.from({ length: 1000 }, (_, index) => handed(`n${index}`, `n${index}`)),
      )
      socket.answer(0, [])
      clock.turn()
      expect(socket.sent.map(({ message }) => message)).to.deep.equal([
        'acknowledge',
        'publish',
        'acknowledge',
        'publish',
      ])
    })

    it('[LK39] remembers when the connection breaks before the answer, whatever comes from it later', () => {
      handMany(1000)
      const old = socket
      reconnect()
      handMany(1000, 1000)
      old.answer(0, [])
      expect(['0', '999', '1000', '1999'].map(handledAgain)).to.deep.equal([false, false, false, false])
    })

    it('[LK39] remembers an event whose handler ended when its connection was gone', async () => {
      const { begun, handler } = heldHandler()
      receiver.on('pickup', handler)
      const slow = handed('slow', 'slow', { event: 'pickup' })
      hand(slow)
      reconnect()
      await begun[0]?.succeed()
      handMany(1000)
      socket.answer(0, [])
      hand(slow)
      expect(begun).to.have.length(1)
    })

    it('[LK39] remembers when the hub refuses the barrier', () => {
      handMany(1000)
      socket.answer(0, refused('rate-limited', true))
      expect(handledAgain('0')).to.equal(false)
    })

    it('[LK39] takes an answer that is a list for the barrier, receipts or none', () => {
      handMany(1000)
      socket.answer(0, [accepted('x')])
      expect(handledAgain('0')).to.equal(true)
    })

    it('[LK39] keeps the newest 100,000 of broken connections', () => {
      handMany(50_001)
      reconnect()
      handMany(50_000, 50_001)
      receiver.broke()
      connect()
      expect([handledAgain('0'), handledAgain('1'), handledAgain('100000')]).to.deep.equal([
        true,
        false,
        false,
      ])
    })

    it('[LK39] does not forget what a handler took a second for: its acknowledgement may have come too late', async () => {
      const { begun, handler } = heldHandler()
      receiver.on('in-transit', handler)
      const [slow, quick] = ['slow', 'quick'].map((id) => handed(id, id, { event: 'in-transit' })) as [
        HandedEvent,
        HandedEvent,
      ]
      hand(slow)
      clock.advance(1)
      hand(quick)
      clock.advance(999)
      await begun[0]?.succeed()
      await begun[1]?.succeed()
      handMany(1000)
      socket.answer(0, [])
      hand(slow, quick)
      expect(begun.map(({ id }) => id)).to.deep.equal(['slow', 'quick', 'quick'])
    })

    describe('of pickups', () => {
      const pickup = handed('1', 'a', { event: 'pickup' })
      let handler: sinon.SinonStub

      beforeEach(() => {
        handler = sinon.stub()
        receiver.on('pickup', handler)
        hand(pickup)
      })

      it('[LK43] ends as soon as the hub has processed the acknowledgement: what comes then is a new lease', () => {
        hand(pickup)
        sinon.assert.calledOnce(handler)
        expect(socket.published).to.deep.equal([[]])
        socket.answer(0, [])
        hand(pickup)
        sinon.assert.calledTwice(handler)
      })

      it('[LK43] is of one lease, where the entry tells them apart', () => {
        hand({ ...pickup, entry: 'another lease' })
        sinon.assert.calledTwice(handler)
      })

      it('[LK35] goes on when the connection breaks first', () => {
        reconnect()
        hand(pickup)
        sinon.assert.calledOnce(handler)
      })
    })

    it('[LK39] puts a repeat behind the next barrier, also one of a broken connection', () => {
      handMany(1)
      reconnect()
      handMany(1000)
      socket.answer(0, [])
      expect(handledAgain('0')).to.equal(true)
    })
  })

  describe('draining', () => {
    it('[LK60] starts no handler, answers repeats, and waits for those that run', async () => {
      const { begun, handler, ids } = heldHandler()
      receiver.on('delivered', handler)
      hand(handed('1', 'a'), handed('2', 'a'))
      receiver.drain()
      hand(handed('3', 'b'), handed('1', 'a'))
      expect([ids(), receiver.isSettled]).to.deep.equal([['1'], false])
      await begun[0]?.succeed()
      clock.turn()
      expect(ids()).to.deep.equal(['1'])
      expect(socket.valuesOf('acknowledge')).to.deep.equal([['entry-1', 'entry-1']])
    })

    it('[LK60] is settled when the hub has processed the acknowledgements', () => {
      receiver.on('delivered', () => {})
      hand(handed('1', 'a'))
      receiver.drain()
      clock.turn()
      expect([receiver.isSettled, socket.published]).to.deep.equal([false, [[]]])
      settled.resetHistory()
      socket.answer(0, [])
      clock.turn()
      expect(receiver.isSettled).to.equal(true)
      sinon.assert.called(settled)
    })

    it('[LK60] is not settled while the handler runs that asks for it', () => {
      const isSettled: boolean[] = []
      receiver.on('delivered', () => {
        receiver.drain()
        isSettled.push(receiver.isSettled)
      })
      hand(handed('1', 'a'))
      socket.answer(0, [])
      clock.turn()
      isSettled.push(receiver.isSettled)
      expect(isSettled).to.deep.equal([false, true])
    })

    it('[LK60] is settled when nothing was handled', () => {
      receiver.drain()
      clock.turn()
      expect([receiver.isSettled, socket.sent]).to.deep.equal([true, []])
    })

    it('[LK60] does not wait for a connection that broke', () => {
      receiver.on('delivered', () => {})
      hand(handed('1', 'a'))
      receiver.drain()
      settled.resetHistory()
      receiver.broke()
      expect(receiver.isSettled).to.equal(true)
      sinon.assert.called(settled)
    })
  })
})
