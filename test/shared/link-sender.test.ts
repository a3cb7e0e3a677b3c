import { expect } from 'chai'
import sinon from 'sinon'
import type { Fault } from '../../shared/fault.ts'
import type { FailedEvent } from '../../shared/link/api.ts'
import { Sender } from '../../shared/link/sender.ts'
import type { Outbox, OutboxItem } from '../../shared/outbox/api.ts'
import { createMemoryOutbox } from '../../shared/outbox/memory-outbox.ts'
import type { Accepted, Limits } from '../../shared/protocol.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { accepted, order, refused, StubSocket, welcome } from './stub-sockets.ts'

const item = (number: number, orderId: string): OutboxItem => ({
  number,
  text: JSON.stringify({ event: 'pickup', payload: order(orderId) }),
})

/** What became of a publish: its receipt's id, the code of its fault, or `open`. */
const outcomeOf = (publish: Promise<Accepted>): Promise<string> =>
  Promise.race([
    publish.then(
      ({ id }) => id,
      (fault: Fault) => fault.code,
    ),
    new Promise<string>((resolve) => setImmediate(() => resolve('open'))),
  ])

describe('link: publishing', () => {
  let clock: ManualClock
  let outbox: sinon.SinonSpiedInstance<Outbox>
  let sender: Sender
  let socket: StubSocket
  let failed: FailedEvent[]
  let emptied: sinon.SinonStub

  const createSender = (over: Outbox = createMemoryOutbox(), outboxLimit = 1000) => {
    outbox = sinon.spy(over)
    failed = []
    emptied = sinon.stub()
    sender = new Sender(
      { clock, random: () => 1 },
      { outbox, outboxLimit },
      { failed: (event) => failed.push(event), emptied },
    )
  }

  const open = (limits: Partial<Limits> = {}) => {
    socket = new StubSocket({ role: 'vendor' })
    sender.open(socket, { ...welcome.limits, ...limits })
  }

  const publish = (orderId: string): Promise<Accepted> => {
    const published = sender.publish('pickup', order(orderId))
    published.catch(() => {})
    return published
  }
  const transit = (orderId: string): Promise<Accepted> => {
    const published = sender.publish('in-transit', { store: 'acme', orderId })
    published.catch(() => {})
    return published
  }

  beforeEach(() => {
    clock = createManualClock()
    createSender()
  })

  describe('before it is sent', () => {
    beforeEach(() => open())

    it('[LK10] rejects a malformed event at once, naming the field, and keeps it out of the outbox', async () => {
      const fault = await sender.publish('pickup', { ...order('1'), customer: '' }).catch((error) => error)
      expect(fault).to.include({ name: 'Fault', code: 'malformed' })
      expect(fault.message).to.include('customer')
      sinon.assert.notCalled(outbox.add)
      expect(sender.unconfirmed).to.equal(0)
    })

    it('[LK10] rejects an event that does not exist', async () => {
      const publishing = sender.publish('toString' as 'pickup', order('1'))
      expect(await outcomeOf(publishing)).to.equal('malformed')
    })

    it('[LK10] rejects an event above the limit that the hub told', async () => {
      open({ eventBytes: 50 })
      expect(await outcomeOf(publish('1'))).to.equal('too-large')
      sinon.assert.notCalled(outbox.add)
    })

    it('[LK22] rejects when the outbox holds as many events as it may', async () => {
      createSender(createMemoryOutbox(), 2)
      const publishing = [publish('1'), publish('2'), publish('3')]
      expect(await Promise.all(publishing.map(outcomeOf))).to.deep.equal(['open', 'open', 'outbox-full'])
    })

    it('[LK11] sends an event only when the outbox has stored it', () => {
      const stored: (() => void)[] = []
      createSender({ ...createMemoryOutbox(), add: (_item, done) => void stored.push(done) })
      open()
      void publish('1')
      clock.turn()
      expect(socket.published).to.deep.equal([])
      stored[0]?.()
      clock.turn()
      expect(socket.published).to.deep.equal([['1']])
    })

    it('[LK21] sends what was handed over, whatever happens to it afterwards', () => {
      const changing = { ...order('1'), details: { size: { cm: 30 } } }
      void sender.publish('pickup', changing)
      changing.details.size.cm = 40
      changing.orderId = '2' as '1'
      clock.turn()
      expect(socket.valuesOf('publish')).to.deep.equal([
        [{ event: 'pickup', payload: { ...order('1'), details: { size: { cm: 30 } } } }],
      ])
    })

    it('[LK21] sends each time what was handed over then, of one object that changes', () => {
      const changing = { ...order('1') } as { -readonly [K in keyof ReturnType<typeof order>]: string }
      void sender.publish('pickup', changing)
      changing.orderId = '2'
      void sender.publish('pickup', changing)
      clock.turn()
      expect(socket.published).to.deep.equal([['1', '2']])
    })
  })

  it('[LK11] sends nothing without a connection, and everything in order when there is one', () => {
    void publish('1')
    clock.turn()
    void publish('2')
    clock.turn()
    open()
    expect(socket.published).to.deep.equal([['1', '2']])
  })

  it('[LK11] sends on a new connection only what the outbox has stored, and the rest when it has', () => {
    const stored: (() => void)[] = []
    createSender({ ...createMemoryOutbox(), add: (_item, done) => void stored.push(done) })
    void publish('1')
    void publish('2')
    stored[0]?.()
    open()
    expect(socket.published).to.deep.equal([['1']])
    stored[1]?.()
    clock.turn()
    expect(socket.published).to.deep.equal([['1'], ['2']])
  })

  it('[LK19] sends first what an earlier process left', () => {
    createSender({ ...createMemoryOutbox(), pending: () => [item(4, 'old-4'), item(7, 'old-7')] })
    void publish('new')
    open()
    expect(socket.published).to.deep.equal([['old-4', 'old-7', 'new']])
    expect(outbox.add.args.map(([added]) => added.number)).to.deep.equal([8])
  })

  describe('frames', () => {
    it('[LK12] puts what one turn gathers into one frame', () => {
      open()
      for (const id of ['1', '2', '3']) void publish(id)
      expect(socket.published).to.deep.equal([])
      clock.turn()
      void publish('4')
      clock.turn()
      expect(socket.published).to.deep.equal([['1', '2', '3'], ['4']])
    })

    it('[LK12] fills a frame up to the number of events that the hub takes', () => {
      open({ batchLength: 2 })
      for (const id of ['1', '2', '3']) void publish(id)
      clock.turn()
      expect(socket.published).to.deep.equal([['1', '2'], ['3']])
    })

    it('[LK12] fills a frame up to half of the bytes that the hub takes', () => {
      const bytes = JSON.stringify(order('1')).length
      open({ frameBytes: 4 * bytes + 1, eventBytes: 1000 })
      for (const id of ['1', '2', '3', '4', '5']) void publish(id)
      clock.turn()
      expect(socket.published).to.deep.equal([['1', '2'], ['3', '4'], ['5']])
    })

    it('[LK12] sends thousands once each, in their order', async () => {
      createSender(createMemoryOutbox(), 5000)
      open()
      const ids = Array.from({ length: 5000 }, (_, index) => `${index}`)
      const publishing = ids.map(publish)
      clock.turn()
      for (let frame = 0; sender.unconfirmed > 0; frame += 1)
        socket.answer(frame, (socket.published[frame] ?? []).map(accepted))
      expect(socket.published.flat()).to.deep.equal(ids)
      expect((await Promise.all(publishing)).map(({ id }) => id)).to.deep.equal(ids)
    })

    it('[LK12] leaves at most four frames unanswered', () => {
      open({ batchLength: 1 })
      for (const id of ['1', '2', '3', '4', '5', '6']) void publish(id)
      clock.turn()
      expect(socket.published).to.have.length(4)
      socket.answer(1, [accepted('b')])
      expect(socket.published.slice(4)).to.deep.equal([['5']])
    })
  })

  describe('confirmed', () => {
    it('[LK13] resolves with the receipt and leaves the outbox, repeats too', async () => {
      open()
      const publishing = [publish('1'), publish('2')]
      clock.turn()
      socket.answer(0, [accepted('a'), { ...accepted('b'), duplicate: true }])
      expect(await Promise.all(publishing)).to.deep.equal([
        accepted('a'),
        { ok: true, id: 'b', duplicate: true },
      ])
      expect(outbox.confirm.args).to.deep.equal([[[1, 2]]])
      expect([sender.confirmed, sender.unconfirmed]).to.deep.equal([2, 0])
      sinon.assert.calledOnce(emptied)
    })

    it('[LK13] says that it is empty only when nothing is owed', () => {
      open({ batchLength: 1 })
      void publish('1')
      void publish('2')
      clock.turn()
      socket.answer(0, [accepted('a')])
      sinon.assert.notCalled(emptied)
      socket.answer(1, [accepted('b')])
      sinon.assert.calledOnce(emptied)
    })
  })

  describe('refused for now', () => {
    it('[LK14] sends again after a delay that doubles from 200 ms to 5 s', () => {
      open()
      void publish('1')
      clock.turn()
      for (const delayMs of [200, 400, 800, 1600, 3200, 5000, 5000]) {
        socket.answer(-1, [refused('busy', true)])
        const before = socket.published.length
        clock.advance(delayMs - 1)
        expect(socket.published, `before ${delayMs}`).to.have.length(before)
        clock.advance(1)
        expect(socket.published, `after ${delayMs}`).to.have.length(before + 1)
      }
    })

    it('[LK14] waits at least as long as the hub asks for', () => {
      open()
      void publish('1')
      clock.turn()
      socket.answer(0, [refused('rate-limited', true, { retryAfterMs: 9000 })])
      clock.advance(8999)
      expect(socket.published).to.have.length(1)
      clock.advance(1)
      expect(socket.published).to.have.length(2)
    })

    it('[LK14] arms one timer for all of a frame', () => {
      open()
      for (const id of ['1', '2', '3']) void publish(id)
      clock.turn()
      socket.answer(0, [refused('busy', true), accepted('b'), refused('busy', true)])
      expect(clock.armed).to.equal(1)
      clock.advance(200)
      expect(socket.published).to.deep.equal([
        ['1', '2', '3'],
        ['1', '3'],
      ])
    })

    it('[LK15] holds back later events of the order until it is confirmed, and no others', () => {
      open()
      void transit('1')
      clock.turn()
      socket.answer(0, [refused('busy', true)])
      void sender.publish('delivered', { store: 'acme', orderId: '1' })
      void publish('2')
      clock.turn()
      expect(socket.published).to.deep.equal([['1'], ['2']])
      clock.advance(200)
      expect(socket.published.slice(2)).to.deep.equal([['1']])
      socket.answer(2, [accepted('a')])
      expect(socket.valuesOf('publish').slice(3)).to.deep.equal([
        [{ event: 'delivered', payload: { store: 'acme', orderId: '1' } }],
      ])
    })

    it('[LK15] lets later events of the order go when it has failed', () => {
      open()
      void transit('1')
      clock.turn()
      socket.answer(0, [refused('busy', true)])
      void sender.publish('delivered', { store: 'acme', orderId: '1' })
      clock.advance(200)
      socket.answer(1, [refused('held-by-another', false)])
      expect(socket.published).to.deep.equal([['1'], ['1'], ['1']])
    })

    it('[LK15] holds back over an event of the order that fails in between', () => {
      open()
      void transit('1')
      void publish('1')
      clock.turn()
      void sender.publish('delivered', { store: 'acme', orderId: '1' })
      socket.answer(0, [refused('busy', true), refused('identity-conflict', false)])
      clock.advance(200)
      expect(socket.published.slice(1)).to.deep.equal([['1']])
      socket.answer(1, [accepted('a')])
      expect(socket.published.slice(2)).to.deep.equal([['1']])
    })

    it('[LK15] keeps the order of three events of one order through refusals', async () => {
      open()
      const publishing = [
        publish('1'),
        transit('1'),
        sender.publish('delivered', { store: 'acme', orderId: '1' }),
      ]
      clock.turn()
      socket.answer(0, [
        refused('busy', true),
        refused('unknown-order', true),
        refused('out-of-order', false),
      ])
      clock.advance(200)
      for (const [frame, id] of [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ] as const)
        socket.answer(frame, [accepted(id)])
      expect(socket.valuesOf('publish').slice(1).flat()).to.have.length(3)
      expect((await Promise.all(publishing)).map(({ id }) => id)).to.deep.equal(['a', 'b', 'c'])
    })

    it('[LK16] takes out-of-order as temporary behind an event of the order that was still owed', async () => {
      open({ batchLength: 1 })
      void transit('1')
      const delivered = sender.publish('delivered', { store: 'acme', orderId: '1' })
      clock.turn()
      socket.answer(1, [refused('out-of-order', false)])
      socket.answer(0, [accepted('a')])
      clock.advance(200)
      socket.answer(2, [accepted('b')])
      expect(await outcomeOf(delivered)).to.equal('b')
    })

    it('[LK16] takes out-of-order as permanent when nothing of the order was owed', async () => {
      open()
      const publishing = transit('1')
      clock.turn()
      socket.answer(0, [refused('out-of-order', false)])
      expect(await outcomeOf(publishing)).to.equal('out-of-order')
    })
  })

  describe('refused for good', () => {
    it('[LK17] rejects with the code, moves to the failed ones and says so', async () => {
      open()
      const publishing = [publish('1'), publish('2')]
      clock.turn()
      socket.answer(0, [refused('identity-conflict', false), accepted('b')])
      expect(await Promise.all(publishing.map(outcomeOf))).to.deep.equal(['identity-conflict', 'b'])
      const event = {
        event: 'pickup',
        payload: order('1'),
        code: 'identity-conflict',
        message: 'refused: identity-conflict',
      }
      expect(failed).to.deep.equal([event])
      expect(outbox.fail.args).to.deep.equal([[1, event]])
      expect(outbox.failed()).to.deep.equal([event])
      expect(sender.unconfirmed).to.equal(0)
    })

    it('[LK17] fails an event that turns out to be above the limit, and sends the others', async () => {
      const large = sender.publish('pickup', { ...order('1'), details: { text: 'x'.repeat(200) } })
      void publish('2')
      open({ eventBytes: 200 })
      expect(await outcomeOf(large)).to.equal('too-large')
      expect(socket.published).to.deep.equal([['2']])
      expect(failed).to.have.length(1)
    })
  })

  describe('a frame refused as a whole', () => {
    it('[LK20] goes out again as it was, if for now', () => {
      open()
      void publish('1')
      void publish('2')
      clock.turn()
      socket.answer(0, refused('rate-limited', true))
      clock.advance(200)
      expect(socket.published).to.deep.equal([
        ['1', '2'],
        ['1', '2'],
      ])
    })

    it('[LK20] goes out one by one, if for good, so that only the offender fails', async () => {
      open()
      const publishing = ['1', '2', '3'].map(publish)
      clock.turn()
      void publish('4')
      socket.answer(0, refused('malformed', false))
      expect(socket.published).to.deep.equal([['1', '2', '3'], ['1'], ['2'], ['3'], ['4']])
      socket.answer(1, [accepted('a')])
      socket.answer(2, refused('malformed', false))
      socket.answer(3, [accepted('c')])
      expect(await Promise.all(publishing.map(outcomeOf))).to.deep.equal(['a', 'malformed', 'c'])
    })

    it('[LK20] is asked again when the answer has fewer receipts than events', () => {
      open()
      void publish('1')
      void publish('2')
      clock.turn()
      socket.answer(0, [accepted('a')])
      clock.advance(200)
      expect(socket.published).to.deep.equal([['1', '2'], ['2']])
    })
  })

  describe('on the next connection', () => {
    it('[LK18] sends everything unconfirmed again, in order, and ignores answers of the old one', async () => {
      open({ batchLength: 1 })
      const publishing = ['1', '2', '3', '4', '5'].map(publish)
      clock.turn()
      socket.answer(1, [accepted('b')])
      socket.answer(2, [refused('busy', true)])
      const old = socket
      sender.broke()
      old.answer(0, [accepted('late')])
      open()
      expect(socket.published).to.deep.equal([['1', '3', '4', '5']])
      socket.answer(0, ['a', 'c', 'd', 'e'].map(accepted))
      expect(await Promise.all(publishing.map(outcomeOf))).to.deep.equal(['a', 'b', 'c', 'd', 'e'])
    })

    it('[LK18] leaves no timer of the old one', () => {
      open()
      void publish('1')
      clock.turn()
      socket.answer(0, [refused('busy', true)])
      sender.broke()
      expect(clock.armed).to.equal(0)
    })

    it('[LK18] sends one by one again what was being sent one by one', () => {
      open()
      void publish('1')
      void publish('2')
      clock.turn()
      socket.answer(0, refused('malformed', false))
      sender.broke()
      open()
      expect(socket.published).to.deep.equal([['1'], ['2']])
    })
  })

  it('rejects what waits, and what comes, when it has ended', async () => {
    open()
    const waiting = publish('1')
    sender.end(Object.assign(new Error('closed'), { code: 'closed', name: 'Fault' }) as Fault)
    expect([await outcomeOf(waiting), await outcomeOf(publish('2'))]).to.deep.equal(['closed', 'closed'])
    clock.turn()
    expect([socket.published, clock.armed, sender.unconfirmed]).to.deep.equal([[], 0, 1])
  })
})
