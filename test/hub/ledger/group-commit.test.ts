/** When work of the LevelDB ledger is settled: seen on a database whose syncs the test holds back. */
import { setImmediate as nextLoop } from 'node:timers/promises'
import { expect } from 'chai'
import { orderKeyOf } from '../../../hub/domain/entry.ts'
import { keyOf } from '../../../hub/domain/order-record.ts'
import { newParticipant } from '../../../hub/domain/participant.ts'
import type { Database } from '../../../hub/ledger/level/database.ts'
import type { LevelLedger } from '../../../hub/ledger/level/level-ledger.ts'
import { ledgerOn } from '../../../hub/ledger/level/open.ts'
import type { Transaction } from '../../../hub/ledger/level/transaction.ts'
import type { Fault } from '../../../shared/fault.ts'
import { FLEET } from '../../../shared/ids.ts'
import { CrashingDatabase } from '../../support/crashing-database.ts'
import { commitNow, openTestLedger, turning } from '../../support/ledger.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { order, waitingOrder } from '../../support/orders.ts'
import { entryOf } from './ledger-contract.ts'

const ONE = waitingOrder(order('one'))
const TWO = waitingOrder(order('two'))

/** What ends a process, and would end this one, while `run` runs. */
const unhandledDuring = async (run: () => Promise<void>): Promise<unknown[]> => {
  const unhandled: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error) => unhandled.push(error))
  await run()
  process.removeAllListeners('unhandledRejection')
  for (const listener of listeners) process.on('unhandledRejection', listener)
  return unhandled
}

describe('group commit', () => {
  let db: CrashingDatabase
  let ledger: LevelLedger
  let clock: ManualClock
  let syncs: number
  let told: string[]
  let faults: Fault[]

  const open = async (database: CrashingDatabase, cachedRows = 1000, readOnTheSpot = 0): Promise<void> => {
    db = database
    clock = createManualClock()
    ledger = await ledgerOn(db, clock, { cachedRows, readOnTheSpot })
    ledger.onFault((fault) => faults.push(fault))
    db.onSync(() => {
      syncs += 1
    })
  }

  beforeEach(async () => {
    syncs = 0
    told = []
    faults = []
    await open(new CrashingDatabase())
  })

  /** Notes `decided …` and `settled …`. */
  const submit = (name: string, decide: (transaction: Transaction) => void = () => {}): void =>
    ledger.submit({
      orders: [keyOf(ONE), keyOf(TWO)],
      participants: [FLEET],
      decide: (transaction) => {
        told.push(`decided ${name}`)
        decide(transaction)
      },
      settled: () => void told.push(`settled ${name}`),
    })
  const puts = (name: string, owed = 1): void =>
    submit(name, (transaction) => transaction.putOrder({ ...ONE, owed }))
  const storedOwed = async (): Promise<number | undefined> =>
    commitNow(
      { ledger, clock },
      { orders: [keyOf(ONE)], decide: (transaction) => transaction.order(keyOf(ONE))?.owed },
    )

  it('[LG2] settles nothing before the sync of its group', async () => {
    db.hold()
    puts('a')
    submit('b')
    await clock.settle()
    expect(db.isSyncHeld).to.equal(true)
    expect(told).to.deep.equal(['decided a', 'decided b'])
    db.release()
    await clock.settle()
    expect(told.slice(2)).to.deep.equal(['settled a', 'settled b'])
  })

  it('[LG2][LG3] writes all that was submitted in one turn with one sync', async () => {
    for (let number = 0; number < 500; number += 1) puts(`${number}`, number)
    await clock.settle()
    expect(syncs).to.equal(1)
    expect(told.filter((what) => what.startsWith('settled'))).to.have.length(500)
  })

  it('[LG3] gathers the next group while one syncs, and writes one at a time', async () => {
    db.hold()
    puts('a')
    await clock.settle()
    puts('b', 2)
    await clock.settle()
    puts('c', 3)
    await clock.settle()
    expect(told).to.deep.equal(['decided a', 'decided b', 'decided c'])
    expect([syncs, db.unsynced]).to.deep.equal([1, 1])
    db.release()
    await clock.settle()
    expect(told.slice(3)).to.deep.equal(['settled a', 'settled b', 'settled c'])
    expect(syncs).to.equal(2)
  })

  it('[LG4] does not settle what has read a row that is not durable yet', async () => {
    db.hold()
    puts('write', 7)
    await clock.settle()
    let seen: number | undefined
    submit('read', (transaction) => {
      seen = transaction.order(keyOf(ONE))?.owed
    })
    await clock.settle()
    expect([seen, told]).to.deep.equal([7, ['decided write', 'decided read']])
    db.release()
    await clock.settle()
    expect(told.slice(2)).to.deep.equal(['settled write', 'settled read'])
  })

  it('[LG4] needs no sync for work that only reads what is durable', async () => {
    submit('read')
    await clock.settle()
    expect([syncs, told]).to.deep.equal([0, ['decided read', 'settled read']])
  })

  it('[LG1] decides on rows that no cache holds any more while they are being written', async () => {
    await open(new CrashingDatabase(), 1)
    db.hold()
    submit('both', (transaction) => {
      transaction.putOrder({ ...ONE, owed: 5 })
      transaction.putOrder(TWO)
    })
    await clock.settle()
    const add = (transaction: Transaction) => {
      const record = transaction.order(keyOf(ONE))!
      transaction.putOrder({ ...record, owed: record.owed + 1 })
      transaction.putOrder(TWO)
    }
    submit('during', add)
    await clock.settle()
    db.release()
    submit('after', add)
    await clock.settle()
    expect(await storedOwed()).to.equal(7)
  })

  it('[LG18] reads a few rows in the turn, and waits for more of them', async () => {
    await open(new CrashingDatabase(), 1000, 3)
    submit('with three rows')
    clock.turn()
    expect(told).to.deep.equal(['decided with three rows'])
    await open(new CrashingDatabase(), 1000, 2)
    submit('with one too many')
    clock.turn()
    expect(told).to.not.include('decided with one too many')
    await clock.settle()
    expect(told).to.include('decided with one too many')
  })

  it('[LG26] has the orders of what was read of a queue at hand when they are wanted', async () => {
    const pickup = entryOf('one')
    const enter = (transaction: Transaction) => {
      transaction.putParticipant(newParticipant(FLEET, 0))
      transaction.putOrder({ ...ONE, key: orderKeyOf(pickup) })
      transaction.append(FLEET, pickup)
    }
    await commitNow({ ledger, clock }, { orders: [orderKeyOf(pickup)], participants: [FLEET], decide: enter })
    await turning(clock, ledger.close())
    db.open()
    await open(db)
    const acknowledge = {
      orders: [orderKeyOf(pickup)],
      decide: () => void told.push('decided'),
      settled() {},
    }
    await turning(clock, ledger.reads.entries(FLEET, { after: 0, limit: 9 }))
    await clock.settle()
    ledger.submit(acknowledge)
    clock.turn()
    expect(told).to.deep.equal(['decided'])
  })

  it('[LG5] announces what was appended when it is durable, and not before', async () => {
    await commitNow(
      { ledger, clock },
      {
        participants: [FLEET],
        decide: (transaction) => transaction.putParticipant(newParticipant(FLEET, 0)),
      },
    )
    ledger.onCommitted(({ appended }) =>
      told.push(`announced ${appended.get(FLEET)?.map(({ payload }) => payload.orderId)}`),
    )
    db.hold()
    submit('a', (transaction) => void transaction.append(FLEET, entryOf('one')))
    await clock.settle()
    submit('b', (transaction) => void transaction.append(FLEET, entryOf('two')))
    await clock.settle()
    expect(told).to.deep.equal(['decided a', 'decided b'])
    db.release()
    await clock.settle()
    expect(told.slice(2)).to.deep.equal(['settled a', 'announced one', 'settled b', 'announced two'])
  })

  it('[LG23] neither announces nor writes what is taken in the turn in which it was appended', async () => {
    await commitNow(
      { ledger, clock },
      {
        participants: [FLEET],
        decide: (transaction) => transaction.putParticipant(newParticipant(FLEET, 0)),
      },
    )
    ledger.onDecided((transaction) => {
      const [first] = transaction.appendedTo(FLEET)
      if (first !== undefined) transaction.take('queue', FLEET, first.position)
    })
    ledger.onCommitted(({ appended }) =>
      told.push(`announced ${appended.get(FLEET)?.map(({ payload }) => payload.orderId)}`),
    )
    submit('a', (transaction) => void transaction.append(FLEET, entryOf('one')))
    submit('b', (transaction) => void transaction.append(FLEET, entryOf('two')))
    await clock.settle()
    expect(told).to.include('announced two')
    const [, journal] = (await db.iterator({ gt: 'j/', lt: 'j0' }).all()).at(-1)!
    expect([journal.includes('two'), journal.includes('one')]).to.deep.equal([true, false])
  })

  describe('after a crash', () => {
    it('[LG10] has nothing of a group whose sync had not ended, or all of it', async () => {
      for (const kept of [0, 1]) {
        await open(new CrashingDatabase())
        puts('before', 1)
        await clock.settle()
        db.hold()
        puts('during', 2)
        submit('too', (transaction) => transaction.putOrder(TWO))
        await clock.settle()
        await open(db.crash(kept))
        const found = await commitNow(
          { ledger, clock },
          {
            orders: [keyOf(ONE), keyOf(TWO)],
            decide: (transaction) => [ONE, TWO].map((record) => transaction.order(keyOf(record))?.owed),
          },
        )
        expect(found).to.deep.equal(kept === 0 ? [1, undefined] : [2, 1])
      }
    })

    it('[LG10] has everything that was settled', async () => {
      for (const owed of [1, 2, 3]) {
        puts('more', owed)
        await clock.settle()
        expect(told.at(-1)).to.equal('settled more')
        await open(db.crash())
        expect(await storedOwed()).to.equal(owed)
      }
    })

    it('[LG10] knows when a hub was last alive, as far as that was synced', async () => {
      expect(ledger.lastAliveMs).to.equal(null)
      const aliveMs = clock.now()
      ledger.markAlive()
      await clock.settle()
      db.hold()
      clock.advance(1000)
      ledger.markAlive()
      await clock.settle()
      await open(db.crash())
      expect(ledger.lastAliveMs).to.equal(aliveMs)
    })

    it('[LG6] never hands out a position again that somebody may have seen', async () => {
      const seen: number[] = []
      const append = (entries: number) =>
        commitNow(
          { ledger, clock },
          {
            participants: [FLEET],
            decide: (transaction) => {
              for (let count = 0; count < entries; count += 1)
                seen.push(transaction.append(FLEET, entryOf('one')))
            },
          },
        )
      // Some of what is set aside, then more than that.
      for (const entries of [3, 100_001, 3, 2]) {
        await append(entries)
        await open(db.crash())
      }
      expect(seen.every((position, index) => index === 0 || position > seen[index - 1]!)).to.equal(true)
    })
  })

  describe('when the data cannot be written', () => {
    const full = new Error('no space left on device')

    it('[LG13] settles nothing, announces nothing, and tells its owner once what is wrong', async () => {
      ledger.onCommitted(() => void told.push('announced'))
      db.failWrites(full)
      puts('a')
      await clock.settle()
      puts('b')
      ledger.markAlive()
      await clock.settle()
      expect(told).to.deep.equal(['decided a'])
      expect(faults.map(({ code, cause }) => [code, cause])).to.deep.equal([['ledger', full]])
      expect(faults[0]?.message).to.contain('cannot be written').and.to.contain(full.message)
    })

    it('[LG13] settles nothing of the group that gathered meanwhile, and writes no more', async () => {
      db.hold()
      puts('a')
      await clock.settle()
      puts('b', 2)
      await clock.settle()
      db.failWrites(full)
      db.release()
      await clock.settle()
      expect([syncs, told]).to.deep.equal([1, ['decided a', 'decided b']])
    })

    it('[LG13] settles nothing that syncs or gathers when a read finds the data damaged', async () => {
      puts('a')
      await clock.settle()
      await open(db.crash())
      told = []
      db.damage(`o/${keyOf(ONE)}`, (value) => `${value} `)
      db.hold()
      ledger.submit({
        orders: [keyOf(TWO)],
        decide: (transaction) => transaction.putOrder(TWO),
        settled: () => void told.push('settled, though the ledger had failed'),
      })
      await clock.settle()
      submit('b')
      await clock.settle()
      expect(faults.map(({ code }) => code)).to.deep.equal(['corrupt'])
      db.release()
      await clock.settle()
      expect(told).to.deep.equal([])
    })

    it('[LG13] writes nothing that was about to be decided', async () => {
      submit('a', (transaction) => void transaction.append(FLEET, entryOf('one')))
      await clock.settle()
      await open(db.crash())
      syncs = 0
      db.damage('q/fleet/00000000001', (value) => `${value} `)
      // The rows of the work are on their way when another read fails.
      const read = ledger.reads.entries(FLEET, { after: 0, limit: 9 }).catch(({ code }: Fault) => code)
      puts('b')
      clock.turn()
      await clock.settle()
      expect([await read, faults.length, syncs, told]).to.deep.equal([
        'corrupt',
        1,
        0,
        ['decided a', 'settled a'],
      ])
    })

    it('[LG13] closes all the same', async () => {
      db.failWrites(full)
      puts('a')
      const closed = ledger.close()
      await clock.settle()
      await closed
      expect(faults).to.have.length(1)
    })

    it('[LG13] does not take a mistake of its own for one of the disk', async () => {
      const mistake = new Error('a mistake')
      ledger.submit({
        decide: () => {},
        settled: () => {
          throw mistake
        },
      })
      expect(await unhandledDuring(() => clock.settle())).to.deep.equal([mistake])
      expect(faults).to.deep.equal([])
    })
  })

  describe('when the data is damaged', () => {
    const damaged = async (key: string): Promise<void> => {
      await commitNow(
        { ledger, clock },
        {
          orders: [keyOf(ONE)],
          participants: [FLEET],
          decide: (transaction) => {
            transaction.putOrder(ONE)
            transaction.putParticipant(newParticipant(FLEET, 0))
            transaction.append(FLEET, entryOf('one'))
          },
        },
      )
      await open(db.crash())
      db.damage(key, (value) => value.replace(/.$/, '!'))
    }

    for (const key of [`o/${keyOf(ONE)}`, 'p/fleet'])
      it(`[LG11] decides nothing on a row like ${key}, and names it`, async () => {
        await damaged(key)
        submit('a')
        await clock.settle()
        expect(told).to.deep.equal([])
        expect(faults.map(({ code }) => code)).to.deep.equal(['corrupt'])
        expect(faults[0]?.message).to.contain(key)
      })

    it('[LG11] serves nothing from a range that holds such a value, and tells its owner', async () => {
      const key = 'q/fleet/00000000001'
      await damaged(key)
      const read = await ledger.reads.entries(FLEET, { after: 0, limit: 9 }).catch((fault: Fault) => fault)
      expect(read).to.have.property('code', 'corrupt')
      expect((read as Fault).message).to.contain(key)
      expect(faults).to.deep.equal([read])
    })

    it('[LG11] does not open on it', async () => {
      for (const key of ['m/format', 'm/position']) {
        await open(new CrashingDatabase())
        await damaged(key)
        const opened: Promise<unknown> = openTestLedger(clock, db as Database)
        const fault = await opened.catch((error: Fault) => error)
        expect(fault).to.have.property('code', 'corrupt')
        expect((fault as Fault).message).to.contain(key)
      }
    })
  })

  it('[LG2] leaves no timer and no work behind when it is closed', async () => {
    puts('a')
    const closed = ledger.close()
    await clock.settle()
    await closed
    await nextLoop()
    expect([told, clock.armed]).to.deep.equal([['decided a', 'settled a'], 0])
  })
})
