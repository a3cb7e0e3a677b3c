/** Several hubs as processes on one PostgreSQL, killed and paused at any moment, with stores and drivers at different ones. */
import { expect } from 'chai'
import { SCHEMA_VERSION } from '../../hub/ledger/postgres/schema.ts'
import { killLeftovers, startCapsWith } from '../support/caps-process.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { orderOf, vendorOf } from '../support/client.ts'
import { type HubProcess, readyHub } from '../support/hub-process.ts'
import { describePostgres, queryAt, sharedPostgres } from '../support/postgres.ts'
import { Progress } from '../support/progress.ts'
import { seeded } from '../support/seeded.ts'
import { expectAll } from './outcome.ts'
import { PlainDriver, PlainStore } from './plain-actors.ts'

const HUBS = 3
const KILLS = 6
const PAUSES = 3
const UNDER_WAY = 20

const hubOn = (url: string, port = 0): Promise<HubProcess> =>
  readyHub(
    startCapsWith({ CAPS_DATABASE_URL: url }, 'hub', '--port', String(port), '--driver-grace-ms', '2000'),
  )

describePostgres('several hubs on PostgreSQL as processes', function () {
  this.timeout(120_000)
  afterEach(killLeftovers)

  const begin = async () => {
    const database = await (await sharedPostgres()).database()
    const hubs: HubProcess[] = []
    for (let number = 0; number < HUBS; number += 1) hubs.push(await hubOn(database))
    const progress = new Progress()
    const urls = hubs.map(({ url }) => url)
    const stores = urls.map(
      (url, index) =>
        new PlainStore(url, `store-${index}`, { underWay: UNDER_WAY, progressed: progress.made }),
    )
    const drivers = urls.map((url, index) => new PlainDriver(url, `d-${index}`, progress.made))
    const finish = async () => {
      for (const store of stores) store.enough()
      const actors = [...stores, ...drivers]
      await progress.until(
        () => actors.every(({ isDone }) => isDone),
        () => 'every order to be delivered',
      )
      expect(stores.flatMap(({ refused }) => refused)).to.deep.equal([])
      // A driver whose hub was gone for longer than the grace time comes too late for what was leased to it.
      const codes = drivers.flatMap(({ refused }) => refused.map((one) => one.ok || one.code))
      expect(codes.filter((code) => code !== 'held-by-another')).to.deep.equal([])
      expectAll(stores, drivers)
    }
    return { database, hubs, progress, finish }
  }

  it('[PQ1][PQ10] say at the start of a second one what is wrong with its access or its version, and leave the first as it is', async () => {
    const server = await sharedPostgres()
    const database = await server.database()
    await server.query('postgres', 'CREATE ROLE newcomer LOGIN')
    atEndOfTest(() => server.query('postgres', 'DROP ROLE newcomer'))
    const hub = await hubOn(database)
    const endOfSecond = async (url: string) => {
      const { ended, lines } = startCapsWith({ CAPS_DATABASE_URL: url }, 'hub', '--port', '0')
      return { code: await ended, said: lines.join('\n') }
    }
    const stranger = await endOfSecond(server.url(new URL(database).pathname.slice(1), 'newcomer'))
    expect(stranger.said).to.match(/may not do .* what a hub must/)
    await queryAt(database, `INSERT INTO caps.schema_version (version) VALUES (${SCHEMA_VERSION + 1})`)
    const older = await endOfSecond(database)
    expect(older.said).to.match(new RegExp(`version ${SCHEMA_VERSION + 1}.*version ${SCHEMA_VERSION}`))
    expect([stranger.code, older.code]).to.deep.equal([2, 3])
    const till = await vendorOf(hub.url, 'acme')
    expect(await till.ask('pickup', orderOf('acme', 'o-1'))).to.include({ ok: true })
    hub.child.kill('SIGTERM')
    expect(await hub.ended).to.equal(0)
  })

  it(`[PQ20] have everything that they confirmed, in order and once, after ${KILLS} kills of any of them`, async () => {
    const random = seeded(20_261_130)
    const { database, hubs, progress, finish } = await begin()
    for (let kills = 0; kills < KILLS; kills += 1) {
      await progress.steps(random.whole(20, 200))
      const at = random.whole(0, HUBS - 1)
      const { child, ended, port } = hubs[at]!
      child.kill('SIGKILL')
      await ended
      await progress.steps(random.whole(1, 50))
      hubs[at] = await hubOn(database, port)
    }
    await finish()
    const left = 'SELECT count(*)::int FROM caps.entries'
    let count: unknown
    while (count !== 0) count = (await queryAt(database, left))[0]?.count
    for (const { child, ended } of hubs) {
      child.kill('SIGTERM')
      expect(await ended).to.equal(0)
    }
  })

  it(`[PQ18] lose and double nothing when one of them is paused, taken for dead and woken, ${PAUSES} times`, async () => {
    const random = seeded(20_261_201)
    const { database, hubs, progress, finish } = await begin()
    const isDead = async (hub: number) => {
      const [row] = await queryAt(database, `SELECT is_live FROM caps.hubs WHERE hub = ${hub}`)
      return row?.is_live === false
    }
    for (let pauses = 0; pauses < PAUSES; pauses += 1) {
      await progress.steps(random.whole(20, 100))
      const { child, ended, port } = hubs[pauses]!
      const before = await queryAt(database, 'SELECT hub FROM caps.hubs WHERE is_live ORDER BY hub')
      child.kill('SIGSTOP')
      const numbers = before.map(({ hub }) => Number(hub))
      let dead: number | undefined
      while (dead === undefined) for (const hub of numbers) if (await isDead(hub)) dead = hub
      await progress.steps(1)
      child.kill('SIGCONT')
      expect(await ended).to.equal(3)
      hubs[pauses] = await hubOn(database, port)
    }
    await finish()
  })
})
