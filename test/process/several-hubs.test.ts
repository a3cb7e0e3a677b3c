/** Several hubs as processes on one PostgreSQL, killed and paused at any moment, with stores and drivers at different ones. */
import { expect } from 'chai'
import { killLeftovers, startCapsWith } from '../support/caps-process.ts'
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
