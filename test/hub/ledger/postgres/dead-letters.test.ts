import { expect } from 'chai'
import { Erasures } from '../../../../hub/delivery/erasures.ts'
import { keyOf } from '../../../../hub/domain/order-record.ts'
import { newParticipant } from '../../../../hub/domain/participant.ts'
import { upkeepLedger } from '../../../../hub/ledger-ports.ts'
import { DeadLetters } from '../../../../hub/upkeep/dead-letters.ts'
import type { UpkeepLedger } from '../../../../hub/upkeep/ports.ts'
import { Turns } from '../../../../hub/upkeep/turns.ts'
import { vendorId } from '../../../../shared/ids.ts'
import { commit } from '../../../support/ledger.ts'
import { waitingOrder } from '../../../support/orders.ts'
import { describePostgres } from '../../../support/postgres.ts'
import { entryOf } from '../ledger-contract.ts'
import { newDatabase, type OpenedTest, openAt } from './databases.ts'

const MAIN = vendorId('acme', 'main')
const RECORD = { ...waitingOrder(), owed: 1 }
const ENTRY = entryOf(RECORD.order.orderId)
const NO_REPORTS = {
  ...{ expired: () => {}, dropped: () => {}, replayed: () => {}, ordersRemoved: () => {} },
  ...{ erased: () => {}, scrubbed: () => {} },
}

const lettersOn = (ledger: UpkeepLedger) =>
  new DeadLetters({ ledger, reports: NO_REPORTS, turns: new Turns(), handed: new Erasures() })

describePostgres('dead letters at two hubs', () => {
  let one: OpenedTest
  let other: OpenedTest
  let position: number

  beforeEach(async () => {
    const url = await newDatabase()
    one = await openAt(url)
    other = await openAt(url)
    position = await commit(one.ledger, {
      orders: [keyOf(RECORD)],
      participants: [MAIN],
      stores: ['acme'],
      decide: (transaction) => {
        transaction.putParticipant(newParticipant(MAIN, transaction.lastPosition))
        transaction.putOrder(RECORD)
        return transaction.append(MAIN, ENTRY)
      },
    })
    await commit(one.ledger, {
      participants: [MAIN],
      decide: (transaction) => {
        transaction.take('queue', MAIN, position)
        transaction.addDeadLetter(MAIN, { ...ENTRY, position, failures: [], deadMs: 0 })
      },
    })
  })

  /** The other hub has read the letter when the one is asked, and goes on when the one is done. */
  const atBoth = async (first: 'replay' | 'drop', second: 'replay' | 'drop'): Promise<[number, number]> => {
    const ledger = upkeepLedger(other.ledger)
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const hasRead = new Promise<void>((resolve) => {
      const submit: UpkeepLedger['submit'] = (work) => {
        if (work.orders === undefined) return ledger.submit(work)
        resolve()
        released.then(() => ledger.submit(work))
      }
      held = lettersOn({ ...ledger, submit })[second](MAIN, [position])
    })
    await hasRead
    const done = await lettersOn(upkeepLedger(one.ledger))[first](MAIN, [position])
    release()
    return [done, await held]
  }
  let held: Promise<number>

  for (const [first, second, queued, owed] of [
    ['replay', 'replay', 1, 1],
    ['replay', 'drop', 1, 1],
    ['drop', 'replay', 0, 0],
    ['drop', 'drop', 0, 0],
  ] as const)
    it(`[PQ24][UP5] ${first} at the one and ${second} at the other: the first is carried out, the second finds it gone`, async () => {
      expect(await atBoth(first, second)).to.deep.equal([1, 0])
      const entries = await one.ledger.reads.entries(MAIN, { after: 0, limit: 10 })
      const [order] = await one.ledger.reads.orderRecords([keyOf(RECORD)])
      const participant = await one.ledger.reads.participantRecord(MAIN)
      expect([entries.length, participant?.queued, participant?.dead, order?.owed]).to.deep.equal([
        queued,
        queued,
        0,
        owed,
      ])
      expect([one.faults, other.faults]).to.deep.equal([[], []])
    })

  it('[PQ24][UP5] replayed at both at the same moment it comes once', async () => {
    const both = [one, other].map(({ ledger }) => lettersOn(upkeepLedger(ledger)).replay(MAIN, [position]))
    const done = await Promise.all(both)
    expect(done.sort()).to.deep.equal([0, 1])
    expect(await one.ledger.reads.entries(MAIN, { after: 0, limit: 10 })).to.have.lengthOf(1)
  })
})
