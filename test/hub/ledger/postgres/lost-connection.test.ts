import { expect } from 'chai'
import { keyOf, type OrderRecord } from '../../../../hub/domain/order-record.ts'
import type { PostgresLedger } from '../../../../hub/ledger/postgres/postgres-ledger.ts'
import { type Clock, systemClock } from '../../../../shared/clock.ts'
import { atEndOfTest } from '../../../support/cleanup.ts'
import { commit } from '../../../support/ledger.ts'
import { order, waitingOrder } from '../../../support/orders.ts'
import { describePostgres, ownPostgres, type PostgresServer, queryAt } from '../../../support/postgres.ts'
import { PostgresProxy } from '../../../support/postgres-proxy.ts'
import { faultOfOpening, hastyClock, LONGEST_PAUSE_MS, newDatabase, openAt, untilTrue } from './databases.ts'

/** A commit that takes so long, and one that then takes so much longer. */
const SLOW_MS = 6000
const GIVEN_UP_AFTER_MS = 14_000

const [FIRST, SECOND] = [waitingOrder(order('first')), waitingOrder(order('second'))]

const put = (ledger: PostgresLedger, record: OrderRecord) => {
  const seen = { runs: 0, isSettled: false }
  const done = commit(ledger, {
    orders: [keyOf(record)],
    decide: (transaction) => {
      seen.runs += 1
      transaction.putOrder(record)
    },
  }).then(() => {
    seen.isSettled = true
  })
  return { seen, done }
}

const versionsIn = async (url: string) =>
  (await queryAt(url, 'SELECT key, version::int FROM caps.orders ORDER BY key')).map(Object.values)

describePostgres('a hub that has lost its database', () => {
  let url: string
  let proxy: PostgresProxy

  beforeEach(async () => {
    url = await newDatabase()
    proxy = await PostgresProxy.start(url)
  })

  it('[PQ6] goes on by itself, with what was submitted meanwhile, when the server has ended its connections', async () => {
    const { ledger, told } = await openAt(url, { clock: hastyClock })
    await put(ledger, FIRST).done
    await queryAt(
      url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'caps%' AND datname = current_database()",
    )
    await told.next()
    expect(ledger.isAway).to.equal(true)
    await put(ledger, SECOND).done
    expect(ledger.isAway).to.equal(false)
    expect(told.all).to.deep.equal(['away', 'back'])
    expect(await versionsIn(url)).to.deep.equal([
      [keyOf(FIRST), 1],
      [keyOf(SECOND), 1],
    ])
  })

  it('[PQ6] settles nothing and answers no read until the database is back, however long that takes', async () => {
    const { ledger, told, faults } = await openAt(proxy.url, { clock: hastyClock })
    await put(ledger, FIRST).done
    proxy.close()
    await told.next()
    const { seen, done } = put(ledger, SECOND)
    const reading = ledger.reads.orderRecords([keyOf(FIRST)])
    let isRead = false
    const read = reading.then((records) => {
      isRead = true
      return records
    })
    for (let turns = 0; turns < 50; turns += 1) await queryAt(url, 'SELECT 1')
    expect([seen.isSettled, isRead, ledger.isAway]).to.deep.equal([false, false, true])
    await proxy.open()
    await done
    expect(await read).to.deep.equal([FIRST])
    expect(faults).to.deep.equal([])
  })

  it('[PQ6] tries again when what it has begun anew is lost while it is being made', async () => {
    const { ledger, told } = await openAt(proxy.url, { clock: hastyClock })
    proxy.isTripping = true
    proxy.loseClients()
    await put(ledger, FIRST).done
    expect([proxy.isTripping, told.all]).to.deep.equal([false, ['away', 'back']])
  })

  it('[PQ6] waits longer from try to try, and never quite the same', async () => {
    const waits: number[] = []
    const clock = {
      ...hastyClock,
      after: (delayMs: number, run: () => void) => {
        if (delayMs <= LONGEST_PAUSE_MS) waits.push(delayMs)
        return hastyClock.after(delayMs, run)
      },
    }
    let draws = 0
    const random = () => (draws++ % 2 === 0 ? 0 : 1)
    const { told } = await openAt(proxy.url, { clock, random })
    proxy.close()
    await told.next()
    while (waits.length < 6) await queryAt(url, 'SELECT 1')
    await proxy.open()
    await told.next()
    expect(waits.slice(0, 6)).to.deep.equal([100, 400, 400, 1600, 1600, 5000])
  })

  it('[PQ8] finds out that what it was writing was written, and settles it without deciding it again', async () => {
    const { ledger } = await openAt(proxy.url, { clock: hastyClock })
    await put(ledger, FIRST).done
    proxy.isDeaf = true
    const { seen, done } = write(ledger)
    await untilTrue(url, `SELECT count(*) = 1 FROM caps.orders WHERE version = 2`)
    expect(seen).to.deep.equal({ runs: 1, isSettled: false })
    proxy.isDeaf = false
    proxy.loseClients()
    await done
    expect(seen).to.deep.equal({ runs: 1, isSettled: true })
    expect(await versionsIn(url)).to.deep.equal([[keyOf(FIRST), 2]])
  })

  it('[PQ8] finds out that what it was writing was not written, and decides it again', async () => {
    const { ledger, told } = await openAt(proxy.url, { clock: hastyClock })
    await put(ledger, FIRST).done
    proxy.isMute = true
    const { seen, done } = write(ledger)
    while (seen.runs === 0) await queryAt(url, 'SELECT 1')
    proxy.isMute = false
    proxy.loseClients()
    await done
    expect(seen).to.deep.equal({ runs: 2, isSettled: true })
    expect(told.all).to.include('redecided')
    expect(await versionsIn(url)).to.deep.equal([[keyOf(FIRST), 2]])
  })

  it('[PQ8] is away when a commit is not answered, and takes it for lost if it never is', async () => {
    let giveUp = () => {}
    const after = (delayMs: number, run: () => void) => {
      const isSlow = proxy.isDeaf && delayMs === SLOW_MS
      if (delayMs !== GIVEN_UP_AFTER_MS) return hastyClock.after(isSlow ? 1 : delayMs, run)
      giveUp = run
      return () => {}
    }
    const { ledger, told } = await openAt(proxy.url, { clock: { ...hastyClock, after } })
    await put(ledger, FIRST).done
    proxy.isDeaf = true
    const { seen, done } = write(ledger)
    await told.next()
    expect([ledger.isAway, seen.isSettled]).to.deep.equal([true, false])
    await untilTrue(url, 'SELECT count(*) = 1 FROM caps.orders WHERE version = 2')
    proxy.isDeaf = false
    giveUp()
    await done
    expect([seen.runs, ledger.isAway]).to.deep.equal([1, false])
    expect(await versionsIn(url)).to.deep.equal([[keyOf(FIRST), 2]])
  })
})

/** Changes an order whose row is at hand. */
const write = (ledger: PostgresLedger) => put(ledger, { ...FIRST, owed: 5 })

describePostgres('a database with a standby', () => {
  let primary: PostgresServer
  let standby: PostgresServer

  before(async function () {
    this.timeout(60_000)
    primary = await ownPostgres()
    standby = await primary.standby()
    await primary.query('postgres', "ALTER SYSTEM SET synchronous_standby_names = '*'")
    await primary.query('postgres', 'SELECT pg_reload_conf()')
  })
  after(() => Promise.all([standby.remove(), primary.remove()]))

  /** Whatever comes of the test, what is closed and removed after it needs the standby. */
  const stopStandby = async () => {
    await standby.stop()
    atEndOfTest(() => standby.isRunning || standby.run())
  }

  it('[PQ9] has a commit that was not replicated confirmed only when it is', async () => {
    const url = await primary.database()
    const { ledger, told } = await openAt(url, { durability: 'replicated', clock: hastyClock })
    await put(ledger, FIRST).done
    await stopStandby()
    const { seen, done } = write(ledger)
    const waiting = "application_name = 'caps hub writer' AND wait_event = 'SyncRep'"
    await untilTrue(url, `SELECT count(*) > 0 FROM pg_stat_activity WHERE ${waiting}`)
    await queryAt(url, `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE ${waiting}`)
    await untilTrue(url, 'SELECT count(*) = 1 FROM caps.orders WHERE version = 2')
    await Promise.race([told.next(), done])
    expect([seen.isSettled, ledger.isAway]).to.deep.equal([false, true])
    await standby.run()
    await done
    expect(seen.runs).to.equal(1)
    expect(
      await queryAt(standby.url(new URL(url).pathname.slice(1)), 'SELECT version::int FROM caps.orders'),
    ).to.deep.equal([{ version: 2 }])
  })

  it('[PQ9] is not waited for if durability is local', async () => {
    const url = await primary.database()
    const { ledger } = await openAt(url, { durability: 'local' })
    await stopStandby()
    await put(ledger, FIRST).done
    await standby.run()
  })

  it('[PQ10] is given up by a hub that starts while no standby confirms, and taken by the next when one does', async () => {
    const url = await primary.database()
    await stopStandby()
    const late: (() => void)[] = []
    const clock: Clock = {
      ...systemClock,
      after: (delayMs, run) => {
        if (delayMs <= LONGEST_PAUSE_MS) return systemClock.after(delayMs, run)
        late.push(run)
        return () => void late.splice(late.indexOf(run), 1)
      },
    }
    const opening = faultOfOpening(url, { durability: 'replicated', clock })
    const waiting = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    await untilTrue(url, waiting)
    for (const run of [...late]) run()
    const fault = await opening
    expect(fault).to.have.property('code', 'ledger')
    expect(fault?.message).to.match(/no synchronous standby answers.*pg_stat_replication/)
    await untilTrue(url, `SELECT NOT (${waiting})`)
    await standby.run()
    expect(await faultOfOpening(url, { durability: 'replicated' })).to.equal(null)
    expect(await queryAt(url, 'SELECT hub FROM caps.hubs')).to.deep.equal([{ hub: 1 }])
  })

  it('[PQ10] is refused on the standby, which is read-only', async () => {
    const fault = await faultOfOpening(standby.url('postgres'))
    expect(fault).to.have.property('code', 'configuration')
    expect(fault?.message).to.match(/read-only standby.*needs the primary/)
  })
})

describePostgres('a database without a standby', () => {
  it('[PQ9] is refused if durability is replicated', async () => {
    const fault = await faultOfOpening(await newDatabase(), { durability: 'replicated' })
    expect(fault).to.have.property('code', 'configuration')
    expect(fault?.message).to.match(/names no synchronous standby.*CAPS_DURABILITY=local/)
  })
})
