import { expect } from 'chai'
import type { History } from '../../../hub/domain/history.ts'
import { newParticipant } from '../../../hub/domain/participant.ts'
import { encode } from '../../../hub/ledger/level/codec.ts'
import type { LevelLedger } from '../../../hub/ledger/level/level-ledger.ts'
import { ledgerOn } from '../../../hub/ledger/level/open.ts'
import type { Transaction } from '../../../hub/ledger/level/transaction.ts'
import { orderKey, vendorId } from '../../../shared/ids.ts'
import { CrashingDatabase } from '../../support/crashing-database.ts'
import { commitNow, turning } from '../../support/ledger.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { order, waitingOrder } from '../../support/orders.ts'
import { entryOf } from './ledger-contract.ts'

const MAIN = vendorId('acme', 'main')
const ORDER = waitingOrder(order('one'))
const KEY = orderKey('acme', 'one')
const ALL = { after: 0, upTo: 1000, limit: 1000 }

describe('the journal', () => {
  const clock = createManualClock(0)
  let db: CrashingDatabase
  let ledger: LevelLedger

  const open = async (found: CrashingDatabase, longestJournal = 1_000_000) => {
    db = found
    ledger = await ledgerOn(db, clock, { longestJournal })
  }
  const commit = <R>(decide: (transaction: Transaction) => R): Promise<R> =>
    commitNow({ ledger, clock }, { orders: [KEY], participants: [MAIN], stores: ['acme'], decide })
  const enter = () => commit((transaction) => transaction.putParticipant(newParticipant(MAIN, 0)))
  const append = () => commit((transaction) => transaction.append(MAIN, entryOf('one')))
  const take = (position: number) => commit((transaction) => transaction.take('queue', MAIN, position))
  const retry = (position: number) => ({ position, ...entryOf('one'), failures: [], dueMs: 0 })
  const fail = (from: 'queue' | 'retry', position: number) =>
    commit((transaction) => {
      transaction.take(from, MAIN, position)
      transaction.addRetry(MAIN, retry(position))
    })
  /** Twice, each durable: what was there before the first one has left the journal then. */
  const heartbeats = async () => {
    for (const _ of 'ab') {
      ledger.markAlive()
      await clock.settle()
    }
  }
  const refusalOf = (found: CrashingDatabase) =>
    ledgerOn(found, clock).then(
      () => null,
      ({ code, message }: { code: string; message: string }) => ({ code, message }),
    )
  const keys = async (...prefixes: string[]) =>
    (await db.keys({}).all()).filter((key) => prefixes.some((prefix) => key.startsWith(prefix)))

  beforeEach(async () => {
    await open(new CrashingDatabase())
    await enter()
  })

  it('[LG17] keeps an entry that is taken soon from ever getting a key of its own', async () => {
    const position = await append()
    await take(position)
    await heartbeats()
    expect(await keys('q/', 'r/', 'x/', 'j/')).to.deep.equal([])
    await commit((transaction) => transaction.participant(MAIN)?.queued).then((queued) =>
      expect(queued).to.equal(0),
    )
  })

  it('[LG17] lets everything go at the second heartbeat, to where it is looked for', async () => {
    await append()
    await commit((transaction) => transaction.putOrder(ORDER))
    expect(await keys('q/', 'o/')).to.deep.equal([])
    await heartbeats()
    expect(await keys('q/', 'o/', 'j/')).to.deep.equal([`o/${KEY}`, 'q/vendor/acme/main/00000000001'])
  })

  it('[LG17] lets everything go when it is closed', async () => {
    await append()
    await turning(clock, ledger.close())
    db.open()
    expect(await keys('q/', 'j/')).to.deep.equal(['q/vendor/acme/main/00000000001'])
  })

  it('[LG17] never holds more than its length and one group', async () => {
    await open(db.crash(), 2000)
    for (const _ of Array(50)) await append()
    const values = await db.iterator({ gt: 'j/', lt: 'j0' }).all()
    const group = Math.max(...values.map(([, text]) => text.length))
    expect(values.reduce((sum, [, text]) => sum + text.length, 0)).to.be.below(2000 + 2 * group)
    expect(await ledger.reads.closedEntries('queue', MAIN, ALL)).to.have.length(50)
  })

  it('[LG17] forgets an entry for good that came back to where it had been written to before it was taken', async () => {
    const position = await append()
    await fail('queue', position)
    await heartbeats()
    await fail('retry', position)
    await commit((transaction) => transaction.take('retry', MAIN, position))
    await open(db.crash())
    expect(await ledger.reads.closedEntries('retry', MAIN, ALL)).to.deep.equal([])
    expect(await keys('r/')).to.deep.equal([])
  })

  it('[LG17] makes changes again on a row that was written back later', async () => {
    await commit((transaction) => transaction.putOrder(ORDER))
    await heartbeats()
    const changed = { ...ORDER, owed: 7, history: `${ORDER.history},${ORDER.history}` as History }
    await commit((transaction) => transaction.putOrder(changed))
    const values = await db.iterator({ gt: 'j/', lt: 'j0' }).all()
    await heartbeats()
    // As if the group had not left: its changes are made on a row that has them already.
    const first = values[0]![0].slice('j/'.length)
    const found = db.crash()
    for (const [key, value] of values) await found.put(key, value)
    await found.put('m/journal', encode('m/journal', Number.parseInt(first, 36)))
    await open(found)
    expect(await commit((transaction) => transaction.order(KEY))).to.deep.equal(changed)
  })

  it('[LG17] keeps a group of any size, in several values, and finds it whole', async () => {
    const details = { text: 'x'.repeat(8000) }
    const appended = await commit((transaction) =>
      Array.from({ length: 300 }, () =>
        transaction.append(MAIN, { ...entryOf('one'), payload: { ...order('one'), details } }),
      ),
    )
    expect((await keys('j/')).length).to.be.above(2)
    await open(db.crash())
    const found = await ledger.reads.closedEntries('queue', MAIN, ALL)
    expect(found.map(({ position }) => position)).to.deep.equal(appended)
  })

  it('[LG11][LG17] is refused when it is damaged', async () => {
    await append()
    const found = db.crash()
    const values = await found.iterator({ gt: 'j/', lt: 'j0' }).all()
    const [key] = values.find(([, text]) => text.includes('event of one'))!
    found.damage(key, (value) => value.replace('event', 'eveng'))
    const fault = await refusalOf(found)
    expect(fault?.code).to.equal('corrupt')
    expect(fault?.message).to.contain(key)
  })

  it('[LG11][LG17] is refused when a value in its middle is gone', async () => {
    await append()
    await append()
    const found = db.crash()
    const [, second, third] = await found.keys({ gt: 'j/', lt: 'j0' }).all()
    const batch = found.batch()
    batch.del(second!)
    await batch.write({ sync: true })
    const fault = await refusalOf(found)
    expect(fault?.code).to.equal('corrupt')
    expect(fault?.message).to.contain(third)
  })
})
