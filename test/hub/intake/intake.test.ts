import { expect } from 'chai'
import fc from 'fast-check'
import sinon from 'sinon'
import { assign, buryPickup, giveBack, leaseTo, pickupEntry } from '../../../hub/domain/dispatch.ts'
import { itemsOf } from '../../../hub/domain/history.ts'
import type { Sender } from '../../../hub/domain/order.ts'
import { keyOf, type OrderRecord } from '../../../hub/domain/order-record.ts'
import { newParticipant, type ParticipantRecord } from '../../../hub/domain/participant.ts'
import { Intake, type IntakeOptions, type Publisher } from '../../../hub/intake/intake.ts'
import type { IntakeLedger, IntakeReports, Pressure } from '../../../hub/intake/ports.ts'
import type { LevelLedger } from '../../../hub/ledger/level/level-ledger.ts'
import { ledgerOn } from '../../../hub/ledger/level/open.ts'
import { driverId, FLEET, orderKey, type ParticipantId, vendorId } from '../../../shared/ids.ts'
import type { Receipt, Refused } from '../../../shared/protocol.ts'
import { CrashingDatabase } from '../../support/crashing-database.ts'
import { commitNow, type TestWork } from '../../support/ledger.ts'
import { EVENT_LIMITS, NO_RATES } from '../../support/limits.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { driver, order, vendor, waitingOrder } from '../../support/orders.ts'

const MAIN = vendorId('acme', 'main')
const TILL = vendorId('acme', 'till')
const GLOBEX = vendorId('globex', 'main')
const BOB = driverId('bob')
const NOW = Date.UTC(2026, 0, 1)
const TIME = '2026-01-01T00:00:00.000Z'

const OPTIONS: IntakeOptions = {
  ...EVENT_LIMITS,
  ...NO_RATES,
  batchLength: 5,
  undecidedEvents: 6,
  queueLength: 100,
}

const pickupOf = (orderId: string, more = {}) => ({ event: 'pickup', payload: order(orderId, more) })
const report = (event: 'in-transit' | 'delivered', orderId = 'order-1') => ({
  event,
  payload: { store: 'acme', orderId },
})

/** The code of a refusal, or what kind of acceptance it is. */
const outcomeOf = (receipt: Receipt): string =>
  receipt.ok ? (receipt.duplicate ? 'duplicate' : 'accepted') : receipt.code

describe('intake', () => {
  let db: CrashingDatabase
  let clock: ManualClock
  let ledger: LevelLedger
  let intake: Intake
  let nextId: number
  let reports: sinon.SinonStubbedInstance<IntakeReports>
  let pressure: sinon.SinonStubbedInstance<Pressure>

  const commit = <R>(work: TestWork<R>): Promise<R> => commitNow({ ledger, clock }, work)

  const intakeOn = (on: IntakeLedger, options: Partial<IntakeOptions> = {}): Intake =>
    new Intake({
      ledger: on,
      ids: {
        next: () => {
          nextId += 1
          return `id-${nextId}`
        },
      },
      reports,
      pressure,
      now: () => clock.now(),
      options: { ...OPTIONS, ...options },
    })

  const open = async (database: CrashingDatabase, options: Partial<IntakeOptions> = {}): Promise<void> => {
    db = database
    clock = createManualClock(NOW)
    ledger = await ledgerOn(db, clock)
    intake = intakeOn(ledger, options)
  }

  const enter = (...ids: readonly ParticipantId[]): Promise<void> =>
    commit({
      participants: ids,
      stores: ['acme', 'globex'],
      decide: (transaction) => {
        for (const id of ids) transaction.putParticipant(newParticipant(id, transaction.lastPosition))
      },
    })

  beforeEach(async () => {
    nextId = 0
    reports = { accepted: sinon.stub(), repeated: sinon.stub(), refused: sinon.stub() }
    pressure = { isDiskLow: sinon.stub<[], boolean>().returns(false) }
    await open(new CrashingDatabase())
    await enter(FLEET, MAIN, TILL, GLOBEX)
  })

  /** Publishes a frame and ends the turn. The receipts; null if none came. */
  const publish = async (
    publisher: Publisher,
    frame: unknown,
  ): Promise<readonly Receipt[] | Refused | null> => {
    const reply = sinon.stub<[readonly Receipt[] | Refused], void>()
    publisher.publish(frame, reply)
    await clock.settle()
    return reply.callCount === 0 ? null : reply.args[0]![0]
  }
  const outcomes = async (sender: Sender, ...frame: readonly unknown[]): Promise<string[]> =>
    ((await publish(intake.open(sender), frame)) as Receipt[]).map(outcomeOf)

  const stored = (orderId = 'order-1'): Promise<OrderRecord | undefined> => {
    const key = orderKey('acme', orderId)
    return commit({ orders: [key], decide: (transaction) => transaction.order(key) })
  }
  const participant = (id: ParticipantId): Promise<ParticipantRecord | undefined> =>
    commit({ participants: [id], decide: (transaction) => transaction.participant(id) })
  const entriesOf = (id: ParticipantId) => ledger.reads.entries(id, { after: 0, limit: 99 })
  const eventsOf = async (id: ParticipantId): Promise<string[]> =>
    (await entriesOf(id)).map(({ event, payload }) => `${event} ${payload.orderId}`)

  /** Puts an order into the ledger as the fleet would have, its pickup lying where the order says. */
  const place = (record: OrderRecord): Promise<void> =>
    commit({
      orders: [keyOf(record)],
      participants: [FLEET],
      decide: (transaction) => {
        const { position: _, ...entry } = pickupEntry(record)
        const position = transaction.append(FLEET, entry)
        const whole = { position, ...entry, failures: [], dueMs: 0, deadMs: 0 }
        if (record.dispatch.place !== 'queue') transaction.take('queue', FLEET, position)
        if (record.dispatch.place === 'retry') transaction.addRetry(FLEET, whole)
        if (record.dispatch.place === 'dead') transaction.addDeadLetter(FLEET, whole)
        transaction.putOrder({ ...record, dispatch: { ...record.dispatch, position } })
      },
    })

  const leased = leaseTo(waitingOrder(), 'bob', NOW)

  describe('a receipt', () => {
    it('[IN1] leaves when its event is durable, and not before', async () => {
      const reply = sinon.stub<[Receipt], void>()
      db.hold()
      intake.open(vendor()).publishOne('pickup', order(), reply)
      await clock.settle()
      expect(db.isSyncHeld).to.equal(true)
      sinon.assert.notCalled(reply)
      sinon.assert.notCalled(reports.accepted)
      db.release()
      await clock.settle()
      sinon.assert.calledOnceWithExactly(reply, { ok: true, id: 'id-1' })
      sinon.assert.calledOnce(reports.accepted)
      expect(await open(db.crash()).then(() => stored())).to.include({ state: 'waiting' })
    })

    it("[IN1] of a repeat leaves when the first is durable, with the first's id", async () => {
      const first = sinon.stub<[Receipt], void>()
      const repeat = sinon.stub<[Receipt], void>()
      db.hold()
      intake.open(vendor()).publishOne('pickup', order(), first)
      await clock.settle()
      intake.open(vendor('acme', 'till')).publishOne('pickup', order(), repeat)
      await clock.settle()
      sinon.assert.notCalled(repeat)
      db.release()
      await clock.settle()
      sinon.assert.calledOnceWithExactly(repeat, { ok: true, id: 'id-1', duplicate: true })
      sinon.assert.callOrder(first, repeat)
      sinon.assert.calledOnceWithExactly(reports.repeated, 'pickup')
    })

    it('[IN1] that never left promises nothing: after a crash the event is new again', async () => {
      db.hold()
      expect(await publish(intake.open(vendor()), [pickupOf('order-1')])).to.equal(null)
      await open(db.crash())
      expect(await outcomes(vendor(), pickupOf('order-1'))).to.deep.equal(['accepted'])
    })

    it('[IN1] never leaves when the disk fails', async () => {
      db.failWrites(new Error('no space left'))
      expect(await publish(intake.open(vendor()), [pickupOf('order-1')])).to.equal(null)
    })
  })

  describe('a frame', () => {
    it('[IN2] is decided in order, each event alone', async () => {
      const receipts = await publish(intake.open(vendor()), [
        pickupOf('order-1'),
        pickupOf('order-2', { customer: '' }),
        pickupOf('order-1'),
        pickupOf('order-1', { customer: 'Eve' }),
        pickupOf('order-3', { store: 'globex' }),
      ])
      expect((receipts as Receipt[]).map(outcomeOf)).to.deep.equal([
        'accepted',
        'malformed',
        'duplicate',
        'identity-conflict',
        'foreign-store',
      ])
      expect(await eventsOf(FLEET)).to.deep.equal(['pickup order-1'])
      expect(reports.refused.args).to.have.deep.members(
        ['malformed', 'identity-conflict', 'foreign-store'].map((code) => [code, MAIN]),
      )
    })

    it('[IN2] gets the receipts that its events would get one by one', async () => {
      const publication = fc.oneof(
        fc
          .record({ orderId: fc.constantFrom('a', 'b'), customer: fc.constantFrom('Ada', 'Eve', '') })
          .map(({ orderId, customer }) => pickupOf(orderId, { customer })),
        fc.constantFrom(pickupOf('c', { store: 'globex' }), report('delivered', 'a'), 'nonsense'),
      )
      const receiptsOf = async (frames: readonly (readonly unknown[])[]) => {
        nextId = 0
        await open(new CrashingDatabase(), { batchLength: 20, undecidedEvents: 20, pickupsPerSecond: 2 })
        await enter(FLEET, MAIN)
        const publisher = intake.open(vendor())
        const receipts: Receipt[] = []
        for (const frame of frames) receipts.push(...((await publish(publisher, frame)) as Receipt[]))
        return receipts
      }
      await fc.assert(
        fc.asyncProperty(fc.array(publication, { maxLength: 20, size: 'max' }), async (frame) => {
          expect(await receiptsOf([frame])).to.deep.equal(await receiptsOf(frame.map((one) => [one])))
        }),
        { numRuns: 50 },
      )
    })

    it('[IN2] of single events that came together gets each the receipt that it would get alone', async () => {
      const replies: [string, string][] = []
      const orders = ['a', 'b', 'a', '', 'c'].map((orderId) => ({
        ...pickupOf(orderId),
        reply: (receipt: Receipt) => void replies.push([orderId, outcomeOf(receipt)]),
      }))
      intake.open(vendor()).publishEach(orders)
      await clock.settle()
      expect(replies).to.deep.equal([
        ['a', 'accepted'],
        ['b', 'accepted'],
        ['a', 'duplicate'],
        ['', 'malformed'],
        ['c', 'accepted'],
      ])
    })

    it('[IN3] that is no array gets one refusal and changes nothing', async () => {
      for (const frame of [undefined, null, 'pickup', 7, pickupOf('order-1'), { length: 1, 0: {} }])
        expect(await publish(intake.open(vendor()), frame)).to.include({ ok: false, code: 'malformed' })
      expect(await entriesOf(FLEET)).to.deep.equal([])
      expect(reports.refused.args.map(([code]) => code)).to.deep.equal(Array(6).fill('malformed'))
    })

    it('[IN3] that is too long gets one refusal and changes nothing', async () => {
      const frame = ['1', '2', '3', '4', '5', '6'].map((orderId) => pickupOf(orderId))
      expect(await publish(intake.open(vendor()), frame)).to.include({ ok: false, code: 'batch-too-long' })
      expect(await entriesOf(FLEET)).to.deep.equal([])
      expect(await publish(intake.open(vendor()), frame.slice(0, 5))).to.have.length(5)
    })

    it('[IN2] without events gets no receipts', async () => {
      expect(await publish(intake.open(vendor()), [])).to.deep.equal([])
    })

    it('[IN4][PM1] has nothing looked up for events that are malformed or not permitted', () => {
      const submit = sinon.stub<Parameters<IntakeLedger['submit']>, void>()
      const frame = [
        pickupOf('order-1', { address: 7 }),
        report('delivered'),
        pickupOf('x', { store: 'globex' }),
      ]
      intakeOn({ submit, isAway: false }).open(vendor()).publish(frame, sinon.stub())
      for (const [{ orders, stores }] of submit.args) expect([orders, stores]).to.deep.equal([[], []])
    })
  })

  describe('an accepted event', () => {
    it('[IN7][PM2] puts a pickup into the queue of the fleet', async () => {
      await outcomes(vendor(), pickupOf('order-1', { details: { fragile: true } }))
      const [entry] = await entriesOf(FLEET)
      const payload = order('order-1', { details: { fragile: true } })
      expect(entry).to.deep.equal({
        position: entry!.position,
        id: 'id-1',
        event: 'pickup',
        time: TIME,
        payload,
      })
      expect(await stored()).to.deep.include({ state: 'waiting', owed: 1, order: payload })
      expect((await stored())!.dispatch).to.include({ position: entry!.position, place: 'queue' })
      expect([await eventsOf(MAIN), await eventsOf(BOB)]).to.deep.equal([[], []])
    })

    it("[IN7][PM2] puts a driver's report into the queue of every participant of the store", async () => {
      await place(leased)
      await outcomes(driver(), report('in-transit'), report('delivered'))
      for (const id of [MAIN, TILL])
        expect(await eventsOf(id)).to.deep.equal(['in-transit order-1', 'delivered order-1'])
      expect([await eventsOf(GLOBEX), await eventsOf(FLEET)]).to.deep.equal([[], []])
      const record = await stored()
      expect(record).to.include({ state: 'delivered', driver: 'bob', owed: 4, endedMs: NOW })
      expect((await entriesOf(MAIN))[1]).to.deep.include({
        id: 'id-2',
        payload: { ...order(), driver: 'bob' },
      })
    })

    it('[IN7] is there after a crash with its order, its history and all its entries, or not at all', async () => {
      const before = db
      await place(leased)
      for (const kept of [0, 1]) {
        const next = before.crash()
        await open(next)
        next.hold()
        await publish(intake.open(driver()), [report('in-transit')])
        await open(next.crash(kept))
        const record = (await stored())!
        const queued = await Promise.all([MAIN, TILL].map(async (id) => (await participant(id))!.queued))
        expect([record.state, record.owed, itemsOf(record.history).at(-1)!.what]).to.deep.equal(
          kept === 0 ? ['waiting', 1, 'leased'] : ['in-transit', 2, 'in-transit'],
        )
        expect(queued).to.deep.equal(kept === 0 ? [0, 0] : [1, 1])
        for (const id of [MAIN, TILL]) expect(await entriesOf(id)).to.have.length(kept)
      }
    })

    it('[IN7] is reported with its payload', async () => {
      await outcomes(vendor(), pickupOf('order-1'))
      sinon.assert.calledOnce(reports.accepted)
      expect(reports.accepted.firstCall.args).to.deep.equal([
        { id: 'id-1', event: 'pickup', time: TIME, payload: order() },
      ])
    })
  })

  describe('a driver that takes a waiting order', () => {
    const back = { what: 'rejected', reason: 'full', timeMs: NOW } as const
    const given = giveBack(leased, 'bob', back)
    const PLACES = {
      queue: { ...given, dispatch: { ...given.dispatch, place: 'queue' } },
      retry: given,
    } as const
    const records: Record<string, OrderRecord> = { ...PLACES, 'dead letters': buryPickup(given, NOW) }
    for (const [where, record] of Object.entries(records))
      it(`[IN8] takes its pickup out of the fleet's ${where} in the same step`, async () => {
        await place(record)
        expect(await outcomes(driver(), report('in-transit'))).to.deep.equal(['accepted'])
        await open(db.crash())
        expect(await participant(FLEET)).to.include({ queued: 0, retrying: 0, dead: 0 })
        const range = { after: 0, upTo: 1000, limit: 9 }
        for (const lying of ['queue', 'retry', 'dead'] as const)
          expect(await ledger.reads.closedEntries(lying, FLEET, range)).to.deep.equal([])
        const taken = (await stored())!
        expect(taken).to.include({ state: 'in-transit', driver: 'bob', owed: 2 })
        expect(taken.dispatch).to.include({ place: 'none', lease: null })
      })

    it('[IN8] takes a leased one too, which lies nowhere', async () => {
      await place(leased)
      expect(await outcomes(driver(), report('in-transit'))).to.deep.equal(['accepted'])
      expect(await participant(FLEET)).to.include({ queued: 0, retrying: 0, dead: 0 })
      expect(await stored()).to.include({ state: 'in-transit', owed: 2 })
    })

    it('[IN8] leaves an assigned one as it is: nothing of it is owed any more', async () => {
      await place(assign(leased, NOW))
      await outcomes(driver(), report('in-transit'))
      expect(await participant(FLEET)).to.include({ queued: 0, retrying: 0, dead: 0 })
      expect(await stored()).to.include({ state: 'in-transit', owed: 2 })
    })
  })

  describe('limits', () => {
    /** What must never be refused for a limit: a repeat, and the reports about an accepted order. */
    const expectOthersAccepted = async (): Promise<void> => {
      expect(await outcomes(vendor(), { event: 'pickup', payload: order() })).to.deep.equal(['duplicate'])
      const reported = await outcomes(
        driver(),
        report('in-transit'),
        report('delivered'),
        report('delivered'),
      )
      expect(reported).to.deep.equal(['accepted', 'accepted', 'duplicate'])
    }

    const refusedWith = async (publication: unknown): Promise<Refused> => {
      const [receipt] = (await publish(intake.open(vendor()), [publication])) as Receipt[]
      if (receipt!.ok) throw new Error('it was accepted')
      expect(receipt).to.include({ temporary: true })
      expect(receipt!.retryAfterMs).to.be.greaterThan(0)
      return receipt!
    }

    for (const id of [FLEET, TILL])
      it(`[IN5] refuse new orders while the queue of ${id} is full, and nothing else`, async () => {
        await open(db, { queueLength: 3 })
        await place(leased)
        const fill = (queued: number) =>
          commit({
            participants: [id],
            decide: (transaction) =>
              transaction.putParticipant({ ...transaction.participant(id)!, queued, dead: 9 }),
          })
        await fill(3)
        expect(await refusedWith(pickupOf('order-2'))).to.include({ code: 'queue-full' })
        await expectOthersAccepted()
        await fill(2)
        expect(await outcomes(vendor(), pickupOf('order-2'))).to.deep.equal(['accepted'])
      })

    it('[IN5] look at the queues of the own store only', async () => {
      await open(db, { queueLength: 3 })
      await commit({
        participants: [GLOBEX],
        decide: (transaction) => transaction.putParticipant({ ...newParticipant(GLOBEX, 0), queued: 3 }),
      })
      expect(await outcomes(vendor(), pickupOf('order-2'))).to.deep.equal(['accepted'])
      expect(await outcomes(vendor('globex'), pickupOf('order-2', { store: 'globex' }))).to.deep.equal([
        'queue-full',
      ])
    })

    it('[IN5] refuse new orders while the disk is low, and nothing else', async () => {
      await place(leased)
      pressure.isDiskLow.returns(true)
      expect(await refusedWith(pickupOf('order-2'))).to.include({ code: 'disk-low' })
      await expectOthersAccepted()
      pressure.isDiskLow.returns(false)
      expect(await outcomes(vendor(), pickupOf('order-2'))).to.deep.equal(['accepted'])
    })

    const sendOver = async (publisher: Publisher, ...orderIds: string[]) =>
      (
        (await publish(
          publisher,
          orderIds.map((orderId) => pickupOf(orderId)),
        )) as Receipt[]
      ).map(outcomeOf)

    it("[IN5][LM3] refuse new orders above a participant's rate, on a new connection too, and nothing else", async () => {
      await open(db, { pickupsPerSecond: 2 })
      await place(leased)
      // A repeat takes nothing of the rate.
      expect(await sendOver(intake.open(vendor()), 'order-1', '2', '3', '4', '2')).to.deep.equal([
        'duplicate',
        'accepted',
        'accepted',
        'rate-limited',
        'duplicate',
      ])
      expect(await refusedWith(pickupOf('5'))).to.include({ code: 'rate-limited', retryAfterMs: 500 })
      expect(await outcomes(vendor('acme', 'till'), pickupOf('6'))).to.deep.equal(['accepted'])
      await expectOthersAccepted()
      clock.advance(500)
      expect(await sendOver(intake.open(vendor()), '4', '7')).to.deep.equal(['accepted', 'rate-limited'])
    })

    it("[LM3] count every event that is decided towards the sender's rate, and refuse only new orders for it", async () => {
      await open(db, { batchLength: 20, undecidedEvents: 20, senderEventsPerSecond: 4 })
      await place(leased)
      const vendors = intake.open(vendor())
      expect(await sendOver(vendors, 'order-1', 'order-1', '2', '3', '4')).to.deep.equal([
        'duplicate',
        'duplicate',
        'accepted',
        'accepted',
        'rate-limited',
      ])
      const repeats = Array<string>(8).fill('order-1')
      expect(await sendOver(vendors, ...repeats)).to.deep.equal(repeats.map(() => 'duplicate'))
      await expectOthersAccepted()
      clock.advance(2000)
      // What was owed is paid, and nothing is left over.
      expect(await sendOver(vendors, '5')).to.deep.equal(['rate-limited'])
      clock.advance(1000)
      expect(await sendOver(vendors, '5')).to.deep.equal(['accepted'])
    })

    it('[LM3] let as many new orders through as the rate says, however many more are tried again and again', async () => {
      await open(db, { batchLength: 20, undecidedEvents: 20, senderEventsPerSecond: 4 })
      const publisher = intake.open(vendor())
      const waiting = Array.from({ length: 20 }, (_, index) => `o-${index}`)
      for (let seconds = 0; waiting.length > 0; seconds += 1) {
        expect(seconds).to.be.lessThan(5)
        const taken = await sendOver(publisher, ...waiting)
        waiting.splice(0, taken.filter((outcome) => outcome === 'accepted').length)
        clock.advance(1000)
      }
    })

    it('[LM4] tell for how long no more bytes of a sender should be read, on a new connection too', async () => {
      await open(db, { senderBytesPerSecond: 1000 })
      expect(intake.open(vendor()).heard(999)).to.equal(0)
      expect(intake.open(vendor()).heard(501)).to.equal(501)
      expect(intake.open(vendor('globex')).heard(999)).to.equal(0)
      clock.advance(501)
      expect(intake.open(vendor()).heard(0)).to.equal(0)
    })

    it('[LM1] refuse an event that is too large by itself', async () => {
      await open(db, { eventBytes: 6000 })
      const [large, small] = [{ a: 'x'.repeat(7000) }, { a: 'x'.repeat(5000) }]
      const receipts = (await publish(intake.open(vendor()), [
        pickupOf('order-1', { details: large }),
        pickupOf('order-2', { details: small }),
      ])) as Receipt[]
      expect(receipts.map(outcomeOf)).to.deep.equal(['too-large', 'accepted'])
      expect(receipts[0]).to.include({ temporary: false })
    })

    it('[IN6] refuse further events as busy while too many wait for the disk', async () => {
      db.hold()
      const replies = sinon.stub<[readonly Receipt[] | Refused], void>()
      intake.open(vendor()).publish(
        ['1', '2', '3', '4', '5'].map((orderId) => pickupOf(orderId)),
        replies,
      )
      expect(await publish(intake.open(vendor()), [pickupOf('6'), pickupOf('7')])).to.deep.equal(
        Array(2).fill({
          ok: false,
          code: 'busy',
          temporary: true,
          message: 'Too many events wait for the disk.',
          retryAfterMs: 200,
        }),
      )
      expect(await publish(intake.open(vendor()), [pickupOf('6')])).to.equal(null)
      db.release()
      await clock.settle()
      sinon.assert.calledOnce(replies)
      expect(await outcomes(vendor(), pickupOf('7'), pickupOf('8'))).to.deep.equal(['accepted', 'accepted'])
      expect(reports.refused.args).to.deep.equal([
        ['busy', MAIN],
        ['busy', MAIN],
      ])
    })

    it('[IN6] let a frame pass that is longer than what may wait, when nothing else does', async () => {
      await open(db, { undecidedEvents: 2 })
      const frame = ['1', '2', '3'].map((orderId) => pickupOf(orderId))
      expect(await outcomes(vendor(), ...frame)).to.deep.equal(['accepted', 'accepted', 'accepted'])
      db.hold()
      void publish(intake.open(vendor()), [pickupOf('4')])
      expect(await outcomes(vendor(), ...frame)).to.deep.equal(['busy', 'busy', 'busy'])
    })

    it('[IN6] let of single events that come together as many pass as may wait', async () => {
      db.hold()
      const replies = new Map<string, string>()
      const singles = (...orderIds: string[]) =>
        orderIds.map((orderId) => ({
          ...pickupOf(orderId),
          reply: (receipt: Receipt) => void replies.set(orderId, outcomeOf(receipt)),
        }))
      const publisher = intake.open(vendor())
      publisher.publishEach(singles('1', '2', '3', '4'))
      publisher.publishEach(singles('5', '6', '7', '8'))
      expect([...replies]).to.deep.equal([
        ['7', 'busy'],
        ['8', 'busy'],
      ])
      db.release()
      await clock.settle()
      expect([...replies].slice(2)).to.deep.equal(
        ['1', '2', '3', '4', '5', '6'].map((orderId) => [orderId, 'accepted']),
      )
    })

    it('[IN6] refuse everything as draining while the hub stops, and finish what is under way', async () => {
      const underWay = sinon.stub<[Receipt], void>()
      intake.open(vendor()).publishOne('pickup', order(), underWay)
      intake.drain()
      expect(await outcomes(vendor(), pickupOf('order-1'), report('delivered'))).to.deep.equal([
        'draining',
        'draining',
      ])
      sinon.assert.calledOnceWithExactly(underWay, { ok: true, id: 'id-1' })
    })
  })
})
