/** A hub whose disk takes its time: it answers, gathers what comes, and confirms nothing early. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Receipt } from '../../shared/protocol.ts'
import { killLeftovers } from '../support/caps-process.ts'
import { openClient, orderOf, vendorOf } from '../support/client.ts'
import { readyHub, startHub } from '../support/hub-process.ts'
import { Progress } from '../support/progress.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { callsIn, mayTrace } from '../support/trace.ts'
import { eventOf } from '../support/waiting.ts'
import { breakableDisk } from './breakable-disk.ts'
import { expectConfirmedAfterSync, syncsOf } from './evidence.ts'
import { attachStrace, buildPrograms, SENDS_AND_WRITES, TRACING, tracedProgramOn } from './faulty-place.ts'
import { LinkDriver, LinkStore } from './link-actors.ts'
import { expectWhole, historiesOf } from './orders-kept.ts'

const SYNC_MS = 500
const TILLS = 5
const ORDERS_A_TILL = 20
const ORDERS = 10

const isReady = async (url: string): Promise<boolean> => (await fetch(`${url}/readyz`)).status === 200

describe('a hub whose disk', function () {
  this.timeout(40_000)
  before(buildPrograms)
  afterEach(killLeftovers)

  it('[LG3][IN1] hangs answers and lets in meanwhile, and confirms all that came with the next sync when it goes on', async function () {
    const disk = mayTrace() ? await breakableDisk() : null
    if (disk === null) this.skip()
    const file = join(temporaryFolder(), 'trace')
    const hub = await readyHub(
      tracedProgramOn(
        disk,
        file,
        'hub',
        '--data-dir',
        disk.folder,
        '--port',
        '0',
        '--disk-watermark-mb',
        '0',
      ),
    )
    const tills = await Promise.all(
      Array.from({ length: TILLS }, (_, n) => vendorOf(hub.url, 'acme', { id: `t-${n}`, receive: false })),
    )
    const confirmed: Receipt[] = []
    const sent: Promise<unknown>[] = []
    const send = (till: number, orderId: string) =>
      sent.push(
        tills[till]!.ask('pickup', orderOf('acme', orderId)).then((receipt) => confirmed.push(receipt)),
      )
    // Is answered at once, in the order of what was sent: then the hub has all of that.
    const received = () =>
      Promise.all(
        tills.map(async ({ ask }) => expect(await ask('publish', 'no list')).to.include({ ok: false })),
      )

    const ordersOf = (till: number) => Array.from({ length: ORDERS_A_TILL }, (_, n) => `o-${till}-${n}`)
    disk.freeze()
    send(0, 'first')
    await received()
    for (let till = 0; till < TILLS; till += 1) for (const orderId of ordersOf(till)) send(till, orderId)
    await received()
    const newcomer = openClient(hub.url, { role: 'vendor', store: 'other' })
    await eventOf(newcomer.socket.io, 'open')
    expect(await isReady(hub.url)).to.equal(true)
    expect(confirmed).to.deep.equal([])

    disk.thaw()
    await Promise.all(sent)
    await newcomer.welcomes.next()
    hub.child.kill('SIGTERM')
    expect(await hub.ended).to.equal(0)
    expect(confirmed.map(({ ok }) => ok)).to.deep.equal(Array(1 + TILLS * ORDERS_A_TILL).fill(true))
    const calls = callsIn(readFileSync(file, 'utf8'))
    expectConfirmedAfterSync(calls)
    const ids = confirmed.map((receipt) => (receipt as { id: string }).id)
    expect(syncsOf(calls, ids), 'syncs for all that came meanwhile').to.be.at.most(2)
  })

  it(`[LG3][DL5][FL5] takes ${SYNC_MS} ms a sync gives every event once, loses no lease and is ready all the time`, async function () {
    if (!mayTrace()) this.skip()
    const file = join(temporaryFolder(), 'trace')
    const hub = await startHub(temporaryFolder(), 0, '--ack-timeout-ms', '5000', '--driver-grace-ms', '3000')
    const progress = new Progress()
    const store = await LinkStore.open(hub.url, temporaryFolder(), { progressed: progress.made })
    const driver = await LinkDriver.open(hub.url, temporaryFolder(), { progressed: progress.made })
    await attachStrace(hub.child, [
      ...TRACING,
      ...['-e', `trace=${SENDS_AND_WRITES}`],
      ...['-e', `inject=fdatasync:delay_enter=${SYNC_MS * 1000}`, '-o', file],
    ])
    store.enough()
    store.keepUnderWay(ORDERS)
    const answers: boolean[] = []
    for (const step of ['pickup', 'in-transit', 'delivered'] as const) {
      const isThere = (key: string) => key.startsWith(step)
      await progress.until(
        () => [...store.confirmed.keys(), ...driver.confirmed.keys()].filter(isThere).length === ORDERS,
        () => `all confirmations of ${step}`,
      )
      answers.push(await isReady(hub.url))
    }
    await progress.until(
      () => store.isDone && driver.isDone,
      () => 'all deliveries',
    )
    expect(answers).to.deep.equal([true, true, true])
    await expectWhole(hub.url, store, driver)
    // The store's acknowledgement of one event and the driver's next event come over two connections, in any order.
    for (const history of await historiesOf(hub.url, store.made)) {
      const isAcknowledged = (what: string) => what === 'acknowledged'
      expect(history.filter((what) => !isAcknowledged(what))).to.deep.equal([
        ...['pickup', 'leased', 'assigned', 'in-transit', 'delivered'],
      ])
      expect(history.filter(isAcknowledged)).to.have.length(2)
    }
    expect([driver.redelivered, driver.handled.length]).to.deep.equal([0, ORDERS])
    hub.child.kill('SIGTERM')
    expect(await hub.ended).to.equal(0)
    const trace = readFileSync(file, 'utf8')
    expect(trace.match(/\(DELAYED\)/g)?.length, 'delayed syncs').to.be.greaterThan(4)
    expectConfirmedAfterSync(callsIn(trace))
  })
})
