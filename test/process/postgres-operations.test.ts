/** What docs/OPERATIONS.md says about backups and failover, carried out with its own commands and settings while a hub works. */
import { readFileSync, rmSync } from 'node:fs'
import { delimiter } from 'node:path'
import { expect } from 'chai'
import { postgresPrograms } from '../../bin/postgres/programs.ts'
import { PostgresServer, runAsServer, type Settings, serverFolder } from '../../bin/postgres/server.ts'
import { connectHub } from '../../shared/link/connect-hub.ts'
import { Gate } from '../chaos/gate.ts'
import { untilTrue } from '../hub/ledger/postgres/databases.ts'
import { killLeftovers, startCapsWith } from '../support/caps-process.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { type HubProcess, readyHub } from '../support/hub-process.ts'
import { describePostgres, queryAt } from '../support/postgres.ts'
import { Progress } from '../support/progress.ts'
import { expectAll } from './outcome.ts'
import { PlainDriver, PlainStore } from './plain-actors.ts'

const UNDER_WAY = 10

/** What stands in fences in a section of the document, of a language. */
const fenced = (section: string, language: string): string[] => {
  const document = readFileSync('docs/OPERATIONS.md', 'utf8')
  const text = document.split(/^## /m).find((part) => part.startsWith(`${section}\n`))!
  const fences = [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)]
  return fences.flatMap(([, name, body]) => (name === language ? [body!] : []))
}

const settingsIn = (lines: string): Settings =>
  Object.fromEntries(
    [...lines.matchAll(/^ *(\w+) = (?:'(.*?)'|(\S+))/gm)].map(([, name, quoted, bare]) => [
      name,
      quoted ?? bare,
    ]),
  )

const RESTORE = 'To a point in time'
const STANDBY = 'A primary with a synchronous standby'

const [archiving, restoring] = fenced(RESTORE, '')
const [backUp, unpack] = fenced(RESTORE, 'sh')
const { synchronous_standby_names: standbys } = settingsIn(fenced(STANDBY, '').at(-1)!)

const startServer = async (settings: Settings): Promise<PostgresServer> => {
  const server = await PostgresServer.start({ programs: postgresPrograms()!, settings })
  atEndOfTest(() => server.remove())
  return server
}

const hubOn = (url: string, ...flags: string[]): Promise<HubProcess> =>
  readyHub(startCapsWith({ CAPS_DATABASE_URL: url }, 'hub', '--port', '0', ...flags))

const workAt = (url: string) => {
  const progress = new Progress()
  const stores = ['acme', 'other'].map(
    (name) => new PlainStore(url, name, { underWay: UNDER_WAY, progressed: progress.made }),
  )
  const drivers = ['d-1', 'd-2'].map((name) => new PlainDriver(url, name, progress.made))
  const isDone = () => [...stores, ...drivers].every((actor) => actor.isDone)
  const finish = async () => {
    for (const store of stores) store.enough()
    await progress.until(isDone, () => 'every order to be delivered')
    expectAll(stores, drivers)
  }
  return { progress, stores, drivers, finish }
}

/** Holds of every committed state: what is owed of an order lies somewhere, or is leased, and every counter says what lies there. */
const HALVES = `SELECT
  (SELECT count(*) FROM caps.orders o WHERE owed <> CASE WHEN o.dispatch::jsonb ->> 'place' = 'leased' THEN 1 ELSE 0 END + (SELECT count(*) FROM caps.entries e
    WHERE e.entry::jsonb #>> '{payload,store}' || '/' || (e.entry::jsonb #>> '{payload,orderId}') = o.key)) AS orders,
  (SELECT count(*) FROM caps.participants p WHERE p.id LIKE 'vendor/%' AND
    p.queued + (SELECT coalesce(sum(c.queued), 0) FROM caps.counts c WHERE c.participant = p.id) <> (SELECT count(*) FROM caps.entries e
      WHERE e.participant = p.id AND e.place = 'queue')) AS queues`

const numberOf = (orderId: string): number => Number(orderId.split('-')[1])

describePostgres('a PostgreSQL that is run as docs/OPERATIONS.md says', function () {
  this.timeout(60_000)
  afterEach(killLeftovers)

  it('[PQ2][PQ11] is restored to a moment while hubs worked with all that was confirmed by then, whole, and a hub goes on from there', async () => {
    const folder = serverFolder()
    atEndOfTest(() => rmSync(folder, { recursive: true, force: true }))
    const inFolder = (text: string) => text.replaceAll(/\/(backup|restore)\b/g, `${folder}/$1`)
    const server = await startServer(settingsIn(inFolder(archiving!)))
    const admin = (text: string) => queryAt(server.url(), text)
    const shell = (commands: string) =>
      runAsServer('sh', [
        '-ec',
        `export PATH="${postgresPrograms()}${delimiter}$PATH" PGHOST=127.0.0.1 PGPORT=${server.port} PGUSER=caps; ${commands}`,
      ])
    await shell(`mkdir -p ${folder}/backup/wal ${folder}/restore`)
    const hub = await hubOn(server.url())
    const { progress, stores } = workAt(hub.url)
    await progress.steps(100)
    await shell(inFolder(backUp!))
    await progress.steps(100)
    const confirmed = stores.map((store) => new Map(store.confirmed))
    const [row] = await admin('SELECT now()::text AS moment')
    const lasts = confirmed.map((orders) => Math.max(...[...orders.keys()].map(numberOf)) + UNDER_WAY)
    await progress.steps(100)
    hub.child.kill('SIGKILL')
    await hub.ended
    const [archived] = await admin('SELECT pg_walfile_name(pg_switch_wal()) AS file')
    await untilTrue(server.url(), `SELECT last_archived_wal >= '${archived!.file}' FROM pg_stat_archiver`)
    await server.stop()

    const restored = await PostgresServer.on(
      {
        programs: postgresPrograms()!,
        settings: { ...settingsIn(inFolder(restoring!)), recovery_target_time: String(row!.moment) },
      },
      (data) =>
        shell(
          inFolder(unpack!)
            .replaceAll(`${folder}/restore/data`, data)
            .replace(/base-[\d-]+/, `$(ls ${folder}/backup | grep base)`),
        ),
    )
    atEndOfTest(() => restored.remove())
    await untilTrue(restored.url(), 'SELECT NOT pg_is_in_recovery()')
    expect(await queryAt(restored.url(), HALVES)).to.deep.equal([{ orders: '0', queues: '0' }])
    const keys = (await queryAt(restored.url(), 'SELECT key FROM caps.orders')).map(({ key }) => String(key))
    for (const [index, { name }] of stores.entries()) {
      const own = keys.flatMap((key) => (key.startsWith(`${name}/`) ? [key.slice(name.length + 1)] : []))
      expect(own).to.include.members([...confirmed[index]!.keys()])
      expect(Math.max(...own.map(numberOf))).to.be.at.most(lasts[index]!)
    }

    const next = await hubOn(restored.url())
    for (const name of ['d-1', 'd-2']) new PlainDriver(next.url, name, () => {})
    for (const { name } of stores) {
      const till = await connectHub({ url: next.url, role: 'vendor', store: name })
      atEndOfTest(() => till.close())
      for (const event of ['in-transit', 'delivered'] as const) till.on(event, () => {})
    }
    await untilTrue(restored.url(), "SELECT bool_and(state = 'delivered' AND owed = 0) FROM caps.orders")
    next.child.kill('SIGTERM')
    expect(await next.ended).to.equal(0)
  })

  it('[PQ11] loses its primary, and the hub goes on at the standby that is promoted, with all that it confirmed, once that has a standby', async () => {
    // On loopback, whatever the document says to machines of their own.
    const primary = await startServer({
      ...settingsIn(fenced(STANDBY, '')[0]!),
      listen_addresses: '127.0.0.1',
    })
    const standby = await primary.standby({ synchronous_standby_names: standbys! })
    atEndOfTest(() => standby.remove())
    await queryAt(primary.url(), `ALTER SYSTEM SET synchronous_standby_names = '${standbys}'`)
    await queryAt(primary.url(), 'SELECT pg_reload_conf()')
    await untilTrue(primary.url(), "SELECT sync_state = 'sync' FROM pg_stat_replication")
    const name = await Gate.open(primary.port)
    atEndOfTest(() => name.close())
    const url = new URL(primary.url())
    url.port = String(name.port)
    const hub = await hubOn(url.href, '--durability', 'replicated')
    const { progress, finish } = workAt(hub.url)
    await progress.steps(100)

    name.shut('reset')
    await primary.crash()
    await hub.line('the database is away')
    await standby.promote()
    name.lead(standby.port)
    const next = await standby.standby()
    atEndOfTest(() => next.remove())
    await hub.line('the database is back')
    await progress.steps(100)
    await finish()
    hub.child.kill('SIGTERM')
    expect(await hub.ended).to.equal(0)
  })
})
