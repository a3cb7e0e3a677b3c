import { setImmediate as nextLoop } from 'node:timers/promises'
import { expect } from 'chai'
import type { Database } from '../../hub/ledger/level/database.ts'
import { CrashingDatabase } from './crashing-database.ts'

const writeSynced = (db: Database, ...keys: string[]): Promise<void> => {
  const batch = db.batch()
  for (const key of keys) batch.put(key, `value of ${key}`)
  return batch.write({ sync: true })
}

const isPending = async (promise: Promise<unknown>): Promise<boolean> => {
  let pending = true
  const end = () => {
    pending = false
  }
  promise.then(end, end)
  await nextLoop()
  return pending
}

describe('crashing database', () => {
  let db: CrashingDatabase

  beforeEach(() => {
    db = new CrashingDatabase()
  })

  it('reads what was written, in key order, between two keys and up to a limit', async () => {
    await writeSynced(db, 'c', 'a', 'b', 'd')
    expect(await db.keys({}).all()).to.deep.equal(['a', 'b', 'c', 'd'])
    expect(await db.keys({ gt: 'a', lt: 'd' }).all()).to.deep.equal(['b', 'c'])
    expect(await db.iterator({ gt: 'aa', limit: 1 }).all()).to.deep.equal([['b', 'value of b']])
    expect(await db.keys({ gt: 'x', lt: 'y' }).all()).to.deep.equal([])
    expect(await db.getMany(['d', 'e'])).to.deep.equal(['value of d', undefined])
  })

  it('loses with a crash what was not synced', async () => {
    await writeSynced(db, 'synced')
    await db.put('put', 'later')
    expect(await db.keys({}).all()).to.deep.equal(['put', 'synced'])
    expect(await db.crash().keys({}).all()).to.deep.equal(['synced'])
  })

  it('leaves behind what it has confirmed, at whatever step of a write the crash comes', async () => {
    for (let steps = 0; steps < 12; steps += 1) {
      const crashing = new CrashingDatabase()
      let isConfirmed = false
      void writeSynced(crashing, 'synced').then(() => {
        isConfirmed = true
      })
      for (let step = 0; step < steps; step += 1) await null
      const found = await crashing.crash().keys({}).all()
      await nextLoop()
      if (isConfirmed) expect(found, `after ${steps} steps`).to.deep.equal(['synced'])
    }
  })

  it('makes durable with a sync what was put before it', async () => {
    await db.put('put', 'before')
    await writeSynced(db, 'synced')
    expect(await db.crash().keys({}).all()).to.deep.equal(['put', 'synced'])
  })

  it('shows a held write, and what comes behind it, when it is released', async () => {
    db.hold()
    const written = writeSynced(db, 'held')
    const put = db.put('behind', 'it')
    expect(await isPending(Promise.race([written, put]))).to.equal(true)
    expect([db.isSyncHeld, db.unsynced, await db.get('held')]).to.deep.equal([true, 2, undefined])
    db.release()
    await put
    expect([db.isSyncHeld, db.unsynced, await db.get('held')]).to.deep.equal([false, 1, 'value of held'])
  })

  it('keeps of the unsynced writes as many as it is told to, each whole', async () => {
    db.hold()
    void writeSynced(db, 'a', 'b')
    void db.put('c', 'later')
    expect(await db.crash(1).keys({}).all()).to.deep.equal(['a', 'b'])
  })

  it('never answers after a crash', async () => {
    db.hold()
    const written = writeSynced(db, 'a')
    await nextLoop()
    db.crash()
    db.release()
    const pending = [written, db.get('a'), db.put('b', ''), db.keys({}).all(), db.close()]
    expect(await Promise.all(pending.map(isPending))).to.deep.equal([true, true, true, true, true])
  })

  it('fails every write from the first failure on, and writes nothing of it', async () => {
    db.failWrites(new Error('no space left'))
    const results = await Promise.allSettled([writeSynced(db, 'a'), db.put('b', '')])
    expect(results.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected'])
    expect(await db.keys({}).all()).to.deep.equal([])
  })

  it('refuses while it is closed, and goes on when it is open again', async () => {
    await writeSynced(db, 'a')
    await db.close()
    const refused = await db.get('a').catch((error: Error) => error.message)
    db.open()
    expect([refused, await db.get('a')]).to.deep.equal(['the database is closed', 'value of a'])
  })
})
