import { expect } from 'chai'
import { areVendorsDone, type Books, gapsIn, summaryLines, togetherOf } from '../../bin/simulation/books.ts'
import { SIMULATION_SETTINGS } from '../../bin/simulation/config.ts'
import { untilComplete } from '../../bin/simulation/counted-run.ts'
import { environmentFor } from '../../bin/simulation/fleet.ts'
import {
  type ActorPlan,
  type ClusterHubs,
  type Plan,
  planOf,
  sharesOf,
  type VendorPlan,
} from '../../bin/simulation/plan.ts'
import { deathLines, endText, fatalCodeOf, startCommand } from '../../bin/simulation/wording.ts'
import { driverId, vendorId } from '../../shared/ids.ts'
import type { HubReport, VendorReport } from '../../shared/run-report.ts'
import { type Environment, readSettings } from '../../shared/settings.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { driverSettingsOf, hubSettingsOf, vendorSettingsOf } from './actor-flags.ts'

const plan = (flags: Record<string, string> = {}, environment: Environment = {}): Plan =>
  planOf(
    { ...readSettings(SIMULATION_SETTINGS, { flags, environment: {} }), environment },
    { port: 4000, cluster: null, dataDir: '/tmp/data', drawnSeed: '99' },
  )

describe('plan of a simulation', () => {
  it('[AL1] has a hub, two vendors of different stores and four drivers', () => {
    const { hubs, vendors, drivers, counted } = plan()
    expect([...hubs, ...vendors, ...drivers].map(({ name }) => name)).to.deep.equal([
      'hub',
      '1-206-flowers',
      'acme-widgets',
      'driver-1',
      'driver-2',
      'driver-3',
      'driver-4',
    ])
    expect(counted).to.equal(null)
  })

  it('[AL1] is as large as asked for, and gives everybody a name of its own', () => {
    const { vendors, drivers } = plan({ vendors: '3', tills: '2', drivers: '5' })
    const names = [...vendors, ...drivers].map(({ name }) => name)
    expect([names.length, new Set(names).size]).to.deep.equal([11, 11])
    expect(new Set(vendors.map(({ store }) => store)).size).to.equal(3)
  })

  it('[AL1] gives its actors flags that they take', () => {
    const { hubs, vendors, drivers } = plan({ orders: '10', tills: '3' })
    const hubSettings = hubSettingsOf(hubs[0]!)
    expect([hubSettings.port, hubSettings.dataDir]).to.deep.equal([4000, '/tmp/data'])
    expect(hubSettings.driverGraceMs).to.be.below(30_000)
    for (const vendor of vendors) {
      const settings = vendorSettingsOf(vendor)
      expect([settings.stores, settings.id]).to.deep.equal([[vendor.store], vendor.till])
      expect(settings.url).to.equal('http://127.0.0.1:4000')
    }
    expect(drivers.map((driver) => driverSettingsOf(driver).id)).to.deep.equal(['driver-1', 'driver-2'])
  })

  it('[TL7] sends its actors to https if the hub has a certificate', () => {
    const { vendors, drivers } = plan({}, { CAPS_TLS_CERT: 'cert.pem', CAPS_TLS_KEY: 'key.pem' })
    const settings = [...vendors.map(vendorSettingsOf), ...drivers.map(driverSettingsOf)]
    expect([...new Set(settings.map(({ url }) => url))]).to.deep.equal(['https://localhost:4000'])
  })

  it('[AL1] leaves to the environment what it sets', () => {
    const environment = { CAPS_DRIVER_GRACE_MS: '1234', CAPS_TRAVEL_MS: '77', CAPS_CAPACITY: '' }
    const { hubs, drivers } = plan({}, environment)
    expect(hubSettingsOf(hubs[0]!).driverGraceMs).to.equal(1234)
    expect(driverSettingsOf(drivers[0]!)).to.include({ travelMs: 77, capacity: 6 })
  })

  it('[AL2] shares the orders and the rate out over the tills', () => {
    expect(sharesOf(10, 4)).to.deep.equal([3, 3, 2, 2])
    const { vendors } = plan({ orders: '10', rate: '50', tills: '2' })
    const settings = vendors.map(vendorSettingsOf)
    expect(settings.map(({ orders }) => orders)).to.deep.equal([3, 3, 2, 2])
    expect(settings.map(({ rate }) => rate)).to.deep.equal([12.5, 12.5, 12.5, 12.5])
  })

  it('[AL2] lets a till without a share only listen', () => {
    const settings = plan({ orders: '1', rate: '5' }).vendors.map(vendorSettingsOf)
    expect(settings.map(({ orders, rate }) => [orders, rate])).to.deep.equal([
      [1, 5],
      [0, 0],
    ])
  })

  it('[AL2] gives every vendor of a counted run the same seed, drawn if none is given', () => {
    const seeds = (flags: Record<string, string>) => plan(flags).vendors.map((v) => vendorSettingsOf(v).seed)
    expect(seeds({ orders: '10', seed: '7' })).to.deep.equal(['7', '7'])
    expect(seeds({ orders: '10' })).to.deep.equal(['99', '99'])
    expect(seeds({})).to.deep.equal([null, null])
  })
})

const CLUSTER: ClusterHubs = {
  ports: [5001, 5002],
  database: { place: 'a database', variables: { CAPS_DATABASE_URL: 'postgres://caps@127.0.0.1:9/caps' } },
}

const clusterPlan = (cluster: ClusterHubs = CLUSTER): Plan =>
  planOf(
    { ...readSettings(SIMULATION_SETTINGS, { flags: {}, environment: {} }), environment: {} },
    { port: 4000, cluster, dataDir: '/tmp/data', drawnSeed: '99' },
  )

describe('plan of a cluster', () => {
  it('[AL14] has hubs of names and ports of their own on one database, and sends the others to the balancer', () => {
    const { hubs, vendors, drivers, place } = clusterPlan()
    expect(hubs.map(({ name }) => name)).to.deep.equal(['hub-1', 'hub-2'])
    expect(hubs.map((hub) => hubSettingsOf(hub).port)).to.deep.equal([5001, 5002])
    const urls = [
      ...vendors.map((vendor) => vendorSettingsOf(vendor).url),
      ...drivers.map((driver) => driverSettingsOf(driver).url),
    ]
    expect([...new Set(urls)]).to.deep.equal(['http://127.0.0.1:4000'])
    expect(place).to.equal('a database')
  })

  it('[AL14][AL10] tells only the hubs of the database', () => {
    const { hubs, vendors } = clusterPlan()
    const environment = { CAPS_DATABASE_URL: 'postgres://me:secret@db/caps' }
    expect(environmentFor(hubs[0]!, environment, false)).to.deep.equal(CLUSTER.database.variables)
    expect(environmentFor(vendors[0]!, environment, false)).to.deep.equal({})
  })

  it('[AL14][AL3] shows a command that starts a hub again on the same database, and no password', () => {
    const starting = { starter: 'npm run', hasTokens: false, hasDatabase: false }
    expect(startCommand(clusterPlan().hubs[1]!, starting)).to.match(
      /^CAPS_DATABASE_URL=postgres:\/\/caps@127\.0\.0\.1:9\/caps npm run hub -- --port 5002 /,
    )
    const { hubs, drivers } = clusterPlan({ ...CLUSTER, database: { place: '', variables: {} } })
    const told = (actor: ActorPlan) => deathLines(actor, 1, { ...starting, hasDatabase: true }).join()
    expect(told(hubs[0]!)).to.include('with the same CAPS_DATABASE_URL:').and.include('  npm run hub ')
    expect(told(drivers[0]!)).to.not.include('CAPS_DATABASE_URL')
  })

  it('[AL14] goes on without a hub that is refused', () => {
    expect(fatalCodeOf(clusterPlan().hubs[1]!, 3, 2)).to.equal(null)
  })

  it('[AL14] adds up what its hubs have done, and not what they share', () => {
    const one = { ...HUB, owed: 3, deadLetters: 1, waiting: 0 }
    const other = { ...HUB, accepted: 5, owed: 2, deadLetters: 1, waiting: 1 }
    expect(togetherOf([one, other])).to.deep.equal({
      ...{ actor: 'hub', accepted: 35, repeats: 2, refused: 0, handovers: 62, redelivered: 2 },
      ...{ acknowledged: 60, owed: 3, deadLetters: 1, waiting: 1 },
    })
    expect(togetherOf([])).to.equal(null)
  })
})

describe('words of the launcher', () => {
  const driver = {
    name: 'driver-1',
    program: 'driver',
    participant: driverId('driver-1'),
    flags: ['--id', 'driver-1', '--data-dir', 'my data'],
  } as const

  it('[AL3] says who has ended, why, and how to start it again', () => {
    expect(
      deathLines(driver, 'SIGKILL', { starter: 'npm run', hasTokens: false, hasDatabase: false }),
    ).to.deep.equal([
      'driver-1 has ended (killed by SIGKILL); the others go on. To start it again:',
      '  npm run driver -- --id driver-1 --data-dir "my data"',
    ])
  })

  it('[AL3] puts exit codes into words', () => {
    expect([3, 4, 99].map(endText)).to.deep.equal([
      'exit code 3, its port, its data folder or its name is in use',
      'exit code 4, another process took its place',
      'exit code 99',
    ])
  })

  it('[AL3] gives a command that works without npm too', () => {
    expect(
      startCommand(driver, { starter: 'node bin/caps.js', hasTokens: false, hasDatabase: false }),
    ).to.equal('node bin/caps.js driver --id driver-1 --data-dir "my data"')
  })

  it('[AL12] gives a command that makes a token where the hub asks for one, and shows none', () => {
    const { hubs, vendors } = plan()
    const hub = hubs[0]!
    const withTokens = (of: ActorPlan, starter: string) =>
      startCommand(of, { starter, hasTokens: true, hasDatabase: false })
    expect(withTokens(vendors[0]!, 'npm run')).to.match(
      /^CAPS_TOKEN="\$\(npx caps token --role vendor --store 1-206-flowers --id main --lifetime 12h\)" npm run vendor /,
    )
    expect(withTokens(driver, 'node bin/caps.js')).to.match(
      /^CAPS_TOKEN="\$\(node bin\/caps\.js token --role driver --id driver-1 --lifetime 12h\)" node /,
    )
    expect(withTokens(hub, 'npm run')).to.match(/^npm run hub /)
    expect(deathLines(hub, 1, { starter: 'npm run', hasTokens: true, hasDatabase: false })[0]).to.include(
      'with the same CAPS_SECRET',
    )
  })
})

describe('environment of an actor', () => {
  const environment = { PATH: '/bin', CAPS_SECRET: 'a key', CAPS_TOKEN: 'of somebody' }

  it('[AL10] holds the key only for the hub', () => {
    const { hubs, vendors, drivers } = plan()
    expect(environmentFor(hubs[0]!, environment, true)).to.include({ CAPS_SECRET: 'a key' })
    for (const actor of [...vendors, ...drivers])
      for (const hasTokens of [true, false])
        expect(environmentFor(actor, environment, hasTokens)).to.not.have.property('CAPS_SECRET')
  })

  it('[AL10] says that the tokens come from the launcher, where there are tokens', () => {
    const { drivers } = plan()
    const tokens = [true, false].map((has) => environmentFor(drivers[0]!, environment, has).CAPS_TOKEN)
    expect(tokens).to.deep.equal(['launcher', 'of somebody'])
  })
})

describe('end of an actor', () => {
  it('[AL4] ends the simulation when its configuration is not usable, or the hub cannot have its port or folder', () => {
    const { hubs, drivers } = plan()
    const hub = hubs[0]!
    expect([fatalCodeOf(hub, 2, 1), fatalCodeOf(drivers[0]!, 2, 1)]).to.deep.equal([
      'configuration',
      'configuration',
    ])
    expect(fatalCodeOf(hub, 3, 1)).to.equal('in-use')
  })

  it('[AL4] leaves the others going in any other case', () => {
    const { hubs, drivers } = plan()
    const hub = hubs[0]!
    const ends = [
      fatalCodeOf(drivers[0]!, 3, 1),
      fatalCodeOf(hub, 1, 1),
      fatalCodeOf(hub, 'SIGKILL', 1),
      fatalCodeOf(drivers[0]!, 4, 1),
    ]
    expect(ends).to.deep.equal([null, null, null, null])
  })
})

const HUB: HubReport = {
  actor: 'hub',
  accepted: 30,
  repeats: 1,
  refused: 0,
  handovers: 31,
  redelivered: 1,
  acknowledged: 30,
  owed: 0,
  deadLetters: 0,
  waiting: 0,
}

const vendorReport = (report: Partial<VendorReport> = {}): VendorReport => ({
  actor: 'vendor',
  participant: 'vendor/acme/main',
  seed: '7',
  created: 10,
  thanked: 10,
  failed: 0,
  confirmed: 10,
  handled: 20,
  repeatsDropped: 2,
  redelivered: 0,
  latenciesMs: [30, 10, 20],
  ...report,
})

const VENDOR: VendorPlan = {
  name: 'acme',
  program: 'vendor',
  participant: vendorId('acme', 'main'),
  flags: [],
  store: 'acme',
  till: 'main',
  orders: 10,
}

const books = (parts: {
  vendor?: Partial<VendorReport>
  hub?: Partial<HubReport>
  hasLostHub?: boolean
}): Books => ({
  vendors: [
    { plan: VENDOR, report: vendorReport(parts.vendor) },
    { plan: { ...VENDOR, name: 'listener', orders: 0 }, report: null },
  ],
  drivers: [],
  hub: { ...HUB, ...parts.hub },
  hasLostHub: parts.hasLostHub ?? false,
})

describe('books of a counted run', () => {
  it('[AL5] misses nothing when all orders are thanked for and the hub owes nothing', () => {
    expect(gapsIn(books({}))).to.deep.equal([])
    expect(areVendorsDone(books({}))).to.equal(true)
  })

  it('[AL5] says what is missing', () => {
    expect(gapsIn(books({ vendor: { thanked: 7 }, hub: { owed: 3, deadLetters: 2 } }))).to.deep.equal([
      'acme has thanked for 7 of 10 orders',
      'the hub still owes 3 events to somebody',
      '2 events are dead letters',
    ])
    expect(gapsIn({ ...books({ vendor: { thanked: 9, failed: 1 } }), hub: null })).to.deep.equal([
      'acme has thanked for 9 of 10 orders',
      'acme had 1 orders refused for good',
      'the hub has reported nothing',
    ])
  })

  it('[AL5] does not miss the report of a hub that was started again by hand', () => {
    expect(gapsIn({ ...books({ hasLostHub: true }), hub: null })).to.deep.equal([])
  })

  it('[AL7] sums up orders, events, acknowledged, redelivered, repeats dropped, lost and latencies', () => {
    expect(summaryLines({ orders: 10, seed: '7', timeoutMs: 1 }, books({}), 4210)).to.deep.equal([
      '  orders            10 of 10 delivered and thanked for',
      '  events            30',
      '  acknowledged      30',
      '  redelivered       1',
      '  repeats dropped   3',
      '  lost              0',
      '  pickup to thanks  p50 20 ms, p99 30 ms',
      '  time              4.2 s, seed 7',
    ])
  })

  it('[AL7] claims nothing about a hub that it has lost', () => {
    const lines = summaryLines({ orders: 10, seed: '7', timeoutMs: 1 }, books({ hasLostHub: true }), 0)
    expect(lines[1]).to.include('until the hub ended')
    expect(lines[5]).to.include('not known')
  })
})

describe('counted run', () => {
  const TIMEOUT_MS = 60_000

  const createTrial = (start: Books) => {
    const clock = createManualClock()
    const state = { books: start, isOver: false }
    const counted = { orders: 10, seed: '7', timeoutMs: TIMEOUT_MS }
    const over = untilComplete({ ...plan(), counted }, async () => state.books, {
      clock,
      askForReports: () => {},
    })
    void over.then(() => {
      state.isOver = true
    })
    return { clock, state }
  }

  it('[AL5] goes on until every order is done and the hub owes nothing', async () => {
    const { clock, state } = createTrial(books({ vendor: { thanked: 9 }, hub: { owed: 1 } }))
    await clock.advanceAsync(5000)
    state.books = books({ hub: { owed: 1 } })
    await clock.advanceAsync(5000)
    expect(state.isOver).to.equal(false)
    state.books = books({})
    await clock.advanceAsync(1000)
    expect(state.isOver).to.equal(true)
  })

  it('[AL6] ends when its time is over, whatever is missing', async () => {
    const { clock, state } = createTrial(books({ vendor: { thanked: 9 } }))
    await clock.advanceAsync(TIMEOUT_MS - 1000)
    expect(state.isOver).to.equal(false)
    await clock.advanceAsync(2000)
    expect(state.isOver).to.equal(true)
  })

  it('[AL6] waits 15 s at most for the last acknowledgements', async () => {
    const { clock, state } = createTrial(books({ hub: { owed: 1 } }))
    await clock.advanceAsync(14_000)
    expect(state.isOver).to.equal(false)
    await clock.advanceAsync(2000)
    expect(state.isOver).to.equal(true)
  })
})
