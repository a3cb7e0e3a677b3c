import { expect } from 'chai'
import { Erasures } from '../../../../hub/delivery/erasures.ts'
import type { Entry, Retry } from '../../../../hub/domain/entry.ts'
import { ERASED } from '../../../../hub/domain/erasure.ts'
import { addHistory, settleEntry } from '../../../../hub/domain/order.ts'
import { changed, dispatched, keyOf } from '../../../../hub/domain/order-record.ts'
import { newParticipant } from '../../../../hub/domain/participant.ts'
import { upkeepLedger } from '../../../../hub/ledger-ports.ts'
import { DeadLetters } from '../../../../hub/upkeep/dead-letters.ts'
import { Eraser } from '../../../../hub/upkeep/erase.ts'
import type { UpkeepLedger } from '../../../../hub/upkeep/ports.ts'
import { Turns } from '../../../../hub/upkeep/turns.ts'
import type { OrderKey } from '../../../../shared/ids.ts'
import { vendorId } from '../../../../shared/ids.ts'
import { commit } from '../../../support/ledger.ts'
import { order, waitingOrder } from '../../../support/orders.ts'
import { describePostgres, queryAt } from '../../../support/postgres.ts'
import { newDatabase, type OpenedTest, openAt } from './databases.ts'

const MAIN = vendorId('acme', 'main')
const WAITING = waitingOrder()
const RECORD = { ...WAITING, owed: 1, dispatch: dispatched(WAITING.dispatch, { place: 'none', position: 0 }) }
const KEY = keyOf(RECORD)
const CUSTOMER = order().customer
const ENTRY: Omit<Entry, 'position'> = {
  ...{ id: RECORD.events[0]!.id, event: 'pickup', time: RECORD.time, payload: order() },
}
const NO_REPORTS = {
  ...{ expired: () => {}, dropped: () => {}, replayed: () => {}, ordersRemoved: () => {} },
  ...{ erased: () => {}, scrubbed: () => {} },
}

/** A hub's upkeep, with what its connections would know of erasures. */
const upkeepOf = ({ ledger, hubs }: Pick<OpenedTest, 'ledger' | 'hubs'>) => {
  const handed = new Erasures()
  hubs.onErased((all) => {
    for (const { order: key, erasure } of all) handed.note(key, erasure)
  })
  const reading = upkeepLedger(ledger)
  const eraserOn = (through: UpkeepLedger = reading) =>
    new Eraser({ ledger: through, handed, reports: NO_REPORTS, turns: new Turns() })
  const lettersOn = (through: UpkeepLedger = reading) =>
    new DeadLetters({ ledger: through, handed, reports: NO_REPORTS, turns: new Turns() })
  return { handed, reading, eraserOn, lettersOn }
}

describePostgres('an order that another hub has entries of', () => {
  let url: string
  let one: OpenedTest
  let other: OpenedTest
  let position: number

  beforeEach(async () => {
    url = await newDatabase()
    one = await openAt(url)
    other = await openAt(url)
    // Above what the one has reserved, which may still add entries below.
    position = await commit(other.ledger, {
      orders: [KEY],
      participants: [MAIN],
      stores: ['acme'],
      decide: (transaction) => {
        transaction.putParticipant(newParticipant(MAIN, 0))
        transaction.putOrder(RECORD)
        return transaction.append(MAIN, ENTRY)
      },
    })
  })

  const entriesThere = async (): Promise<(Entry & Partial<Retry> & { place: string })[]> => {
    const rows = await queryAt(url, 'SELECT place, entry FROM caps.entries ORDER BY position')
    return rows.map(({ place, entry }) => ({ place, ...JSON.parse(String(entry)) }))
  }
  const customersThere = async () => (await entriesThere()).map(({ payload }) => payload.customer)

  /** As a connection of a hub fails to hand it over. */
  const fail = ({ ledger }: OpenedTest, handed: Erasures, from: 'queue' | 'retry', failures: number) =>
    commit(ledger, {
      orders: [KEY],
      participants: [MAIN],
      decide: (transaction) => {
        transaction.take(from, MAIN, position)
        const record = transaction.order(KEY)!
        const item = { what: 'not-acknowledged', participant: MAIN, event: 'pickup' } as const
        transaction.putOrder(addHistory(record, item, transaction.nowMs))
        const failed = Array.from({ length: failures }, () => ({ time: RECORD.time, reason: 'late' }))
        const retry = { ...ENTRY, position, failures: failed, dueMs: 0 }
        transaction.addRetry(MAIN, handed.written(retry))
      },
    })

  it('[PQ29] finds it where another hub may still add some below', async () => {
    await queryAt(url, `INSERT INTO caps.blocks (first, last, hub) VALUES (${position}, ${position}, 99)`)
    await upkeepOf(one).eraserOn().erase(KEY)
    expect(await customersThere()).to.deep.equal([ERASED])
  })

  it('[PQ28] lets the other one write it erased, also what that one has decided before it knows', async () => {
    const { handed } = upkeepOf(other)
    await commit(other.ledger, { orders: [KEY], decide: (transaction) => transaction.order(KEY) })
    await upkeepOf(one).eraserOn().erase(KEY)
    expect(handed.formOf({ ...ENTRY, position }).payload.customer).to.equal(CUSTOMER)
    await fail(other, handed, 'queue', 1)
    expect(await customersThere()).to.deep.equal([ERASED])
    const [row] = await queryAt(url, 'SELECT details, history FROM caps.orders')
    expect(row?.details).to.not.include(CUSTOMER)
    expect(String(row?.history).match(/erased|not-acknowledged/g)).to.deep.equal([
      'erased',
      'not-acknowledged',
    ])
  })

  it('[PQ28] is known to hubs that start afterwards', async () => {
    await upkeepOf(one).eraserOn().erase(KEY)
    const third = await openAt(url)
    const { handed } = upkeepOf(third)
    await third.hubs.start(() => ({ free: 0, capacity: 0, waiting: 0 }))
    expect(handed.formOf({ ...ENTRY, position }).payload.customer).to.equal(ERASED)
  })

  it('[PQ28][PQ29] is replayed erased by a hub that has read its dead letter before', async () => {
    await commit(other.ledger, {
      participants: [MAIN],
      decide: (transaction) => {
        transaction.take('queue', MAIN, position)
        transaction.addDeadLetter(MAIN, { ...ENTRY, position, failures: [], deadMs: 0 })
      },
    })
    const { reading, lettersOn } = upkeepOf(other)
    const submit: UpkeepLedger['submit'] = (work) => {
      if (work.orders === undefined) return reading.submit(work)
      upkeepOf(one)
        .eraserOn()
        .erase(KEY)
        .then(() => reading.submit(work))
    }
    expect(await lettersOn({ ...reading, submit }).replay(MAIN, [position])).to.equal(1)
    expect(await customersThere()).to.deep.equal([ERASED])
  })

  for (const [what, from, failures] of [
    ['has become a retry', 'queue', 1],
    ['has failed once more', 'retry', 2],
  ] as const)
    it(`[PQ28][PQ29] is left as the other one has made it when it ${what} since it was read`, async () => {
      const { handed } = upkeepOf(other)
      if (from === 'retry') await fail(other, handed, 'queue', 1)
      const { reading, eraserOn } = upkeepOf(one)
      let hasFailed = false
      const closedEntries: UpkeepLedger['closedEntries'] = async (place, id, range) => {
        const found = await reading.closedEntries(place, id, range)
        if (place === from && !hasFailed) {
          hasFailed = true
          await fail(other, handed, from, failures)
        }
        return found
      }
      await eraserOn({ ...reading, closedEntries }).erase(KEY)
      const [entry, ...more] = await entriesThere()
      expect([entry?.place, entry?.payload.customer, entry?.failures?.length, more.length]).to.deep.equal([
        'retry',
        ERASED,
        failures,
        0,
      ])
    })

  it('[PQ28] is forgotten by each when it has ended and nothing of it is owed, whoever has settled the last of it', async () => {
    const [eraser, told] = [upkeepOf(one), upkeepOf(other)]
    await eraser.eraserOn().erase(KEY)
    await other.hubs.beat()
    const forget = async () => {
      for (const upkeep of [eraser, told]) await upkeep.eraserOn().forgetSettled()
      return [eraser, told].map(({ handed }) => [...handed.noted])
    }
    expect(await forget()).to.deep.equal([[KEY], [KEY]])
    await commit(other.ledger, {
      orders: [KEY],
      participants: [MAIN],
      decide: (transaction) => {
        transaction.take('queue', MAIN, position)
        const item = { what: 'acknowledged', participant: MAIN, event: 'pickup' } as const
        const settled = settleEntry(transaction.order(KEY)!, item, transaction.nowMs)
        transaction.putOrder(changed(settled, { endedMs: transaction.nowMs }))
      },
    })
    expect(await forget()).to.deep.equal([[], []])
  })

  it('[PQ28] is told of for a day', async () => {
    const told: OrderKey[] = []
    await queryAt(
      url,
      `INSERT INTO caps.erasures (key, erasure, told_at) VALUES ('acme/old', '{}', now() - interval '25 hours')`,
    )
    await upkeepOf(one).eraserOn().erase(KEY)
    for (const { key } of await queryAt(url, 'SELECT key FROM caps.erasures')) told.push(key as OrderKey)
    expect(told).to.deep.equal([KEY])
  })
})
