/** The hub and `caps migrate` as processes, on a PostgreSQL of the tests. */
import { expect } from 'chai'
import { SCHEMA_VERSION } from '../../hub/ledger/postgres/schema.ts'
import { killLeftovers, startCapsWith } from '../support/caps-process.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { vendorOf } from '../support/client.ts'
import { type HubProcess, readyHub } from '../support/hub-process.ts'
import { describePostgres, ownPostgres, sharedPostgres } from '../support/postgres.ts'
import { Progress } from '../support/progress.ts'
import { seeded } from '../support/seeded.ts'
import { expectAll } from './outcome.ts'
import { PlainDriver, PlainStore } from './plain-actors.ts'

const startOn = (url: string, ...flags: string[]) =>
  startCapsWith({ CAPS_DATABASE_URL: url }, 'hub', '--port', '0', ...flags)
const hubOn = (url: string, port = 0): Promise<HubProcess> =>
  readyHub(startCapsWith({ CAPS_DATABASE_URL: url }, 'hub', '--port', String(port)))

/** What a program said, and how it ended. */
const endOf = async (started: ReturnType<typeof startOn>) => ({
  code: await started.ended,
  said: started.lines.join('\n'),
})

const SECRET = 'gEh3im'
const withPassword = (url: string): string => url.replace('caps@', `caps:${SECRET}@`)

const KILLS = 5
const UNDER_WAY = 30

describePostgres('a hub on PostgreSQL as a process', function () {
  this.timeout(120_000)
  afterEach(killLeftovers)

  const world = (url: string) => {
    const progress = new Progress()
    const stores = ['acme', 'other'].map(
      (name) => new PlainStore(url, name, { underWay: UNDER_WAY, progressed: progress.made }),
    )
    const drivers = ['d-1', 'd-2'].map((name) => new PlainDriver(url, name, progress.made))
    const finish = async () => {
      for (const store of stores) store.enough()
      const actors = [...stores, ...drivers]
      await progress.until(
        () => actors.every(({ isDone }) => isDone),
        () => 'every order to be delivered',
      )
      expect(actors.flatMap(({ refused }) => refused)).to.deep.equal([])
      for (const { confirmed } of stores) expect(confirmed.size).to.be.greaterThan(UNDER_WAY)
      expectAll(stores, drivers)
    }
    return { progress, finish }
  }

  it(`[PQ11] has everything that it confirmed, in order and once, after ${KILLS} kills of the hub`, async () => {
    const random = seeded(20_261_121)
    const database = await (await sharedPostgres()).database()
    let hub = await hubOn(database)
    const { url, port } = hub
    const { progress, finish } = world(url)
    for (let kills = 0; kills < KILLS; kills += 1) {
      await progress.steps(random.whole(1, 300))
      hub.child.kill('SIGKILL')
      await hub.ended
      hub = await hubOn(database, port)
    }
    await finish()
    hub.child.kill('SIGTERM')
    expect(await hub.ended).to.equal(0)
  })

  it(`[PQ11] has everything that it confirmed, in order and once, after ${KILLS} kills of the server`, async () => {
    const random = seeded(20_261_122)
    const server = await ownPostgres()
    atEndOfTest(() => server.remove())
    const hub = await hubOn(await server.database())
    const { progress, finish } = world(hub.url)
    for (let kills = 0; kills < KILLS; kills += 1) {
      await progress.steps(random.whole(1, 300))
      await server.crash()
      await hub.line('the database is away')
      await server.run()
      await hub.line('the database is back')
    }
    await finish()
    hub.child.kill('SIGTERM')
    expect(await hub.ended).to.equal(0)
  })

  it('[PQ10] says what is wrong with a database, with the right exit code and without its password', async () => {
    const server = await sharedPostgres()
    const url = await server.database()
    await server.query('postgres', 'CREATE ROLE stranger LOGIN')
    atEndOfTest(() => server.query('postgres', 'DROP ROLE stranger'))
    const unreachable = new URL(withPassword(url))
    unreachable.port = '1'
    const cases = [
      {
        url: `mysql://me:${SECRET}@db/caps`,
        code: 2,
        says: /CAPS_DATABASE_URL: got a value, expected postgres:/,
      },
      {
        url: withPassword(server.url('no_such')),
        code: 2,
        says: /no such database: 127\.0\.0\.1:\d+\/no_such/,
      },
      {
        url: server.url(new URL(url).pathname.slice(1), 'stranger'),
        code: 2,
        says: /may not do .*GRANT CREATE ON DATABASE/,
      },
      {
        url: server.url('postgres', 'nobody_knows'),
        code: 2,
        says: /does not let this hub in .*nobody_knows/,
      },
      { url: unreachable.href, code: 1, says: /cannot be used: .*ECONNREFUSED.*Start the server/ },
    ]
    for (const { url: given, code, says } of cases) {
      const { code: ended, said } = await endOf(startOn(given))
      expect([ended, said], given).to.deep.equal([code, said])
      expect(said).to.match(says).and.not.include(SECRET).and.not.include('    at ')
    }
    const replicated = await endOf(startOn(withPassword(url), '--durability', 'replicated'))
    expect(replicated.code).to.equal(2)
    expect(replicated.said).to.include('names no synchronous standby')
  })

  it('[PQ10] is told what it lacks if durability is replicated and there is no database', async () => {
    const { code, said } = await endOf(startCapsWith({}, 'hub', '--durability', 'replicated'))
    expect(code).to.equal(2)
    expect(said).to.include('expected local, unless CAPS_DATABASE_URL names a database')
  })

  it('[PQ10] says where its data is without the password', async () => {
    const hub = await hubOn(withPassword(await (await sharedPostgres()).database()))
    expect(hub.lines.join('\n')).to.match(
      /data in the database at 127\.0\.0\.1:\d+\/test_\d+, durability local/,
    )
    expect(hub.lines.join('\n')).to.not.include(SECRET)
    hub.child.kill('SIGTERM')
    expect(await hub.ended).to.equal(0)
  })

  it('[PQ1] is made a schema by caps migrate, which says what it has done, and is refused while a hub runs', async () => {
    const url = await (await sharedPostgres()).database()
    const migrate = () => endOf(startCapsWith({ CAPS_DATABASE_URL: url }, 'migrate'))
    expect(await migrate()).to.deep.equal({
      code: 0,
      said: `The schema is of version ${SCHEMA_VERSION} now; it was not there.`,
    })
    expect(await migrate()).to.deep.equal({
      code: 0,
      said: `The schema is of version ${SCHEMA_VERSION} already.`,
    })
    const hub = await hubOn(url)
    await vendorOf(hub.url, 'acme')
    const meanwhile = await migrate()
    expect(meanwhile.code).to.equal(3)
    expect(meanwhile.said).to.include('hubs run on it')
    expect(await endOf(startCapsWith({}, 'migrate'))).to.have.property('code', 2)
    hub.child.kill('SIGTERM')
    expect(await hub.ended).to.equal(0)
  })
})
