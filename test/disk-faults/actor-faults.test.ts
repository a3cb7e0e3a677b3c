/** A vendor and a driver whose own disk fails for good: they end, have sent only what their outbox keeps, and a restart on a disk that is well finishes the work. */
import { expect } from 'chai'
import { orderIdOf } from '../../vendor/orders.ts'
import { type CapsProcess, killLeftovers } from '../support/caps-process.ts'
import { startHub } from '../support/hub-process.ts'
import { Progress } from '../support/progress.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type DiskFault, FULL, READ_ONLY, SYNC_FAILS, WRITE_FAILS } from './disk-faults.ts'
import { expectSentAfterSync, hasFailed } from './evidence.ts'
import { buildPrograms, faultyPlace } from './faulty-place.ts'
import { LinkDriver, LinkStore } from './link-actors.ts'
import { keptEvents } from './orders-kept.ts'

const ORDERS = 60
const THANKED_FIRST = 5
const UNDER_WAY = 10
const SEED = '5'
const THANKS = /Thank you for delivering ([\w-]+)/

const thanksOf = ({ lines }: CapsProcess): string[] => lines.flatMap((line) => THANKS.exec(line)?.[1] ?? [])

/** It has said what is wrong and what to do in one sentence, and nothing of a stack. */
const expectTold = ({ lines }: CapsProcess, actor: string, { words }: DiskFault): void => {
  const told = lines.filter((line) => !line.startsWith('{'))
  expect(told).to.have.length(1)
  expect(told[0])
    .to.match(new RegExp(`^${actor}: its (outbox|journal) cannot be written`))
    .and.to.match(words)
    .and.to.include('then start it again')
}

describe('an actor whose disk', function () {
  this.timeout(40_000)
  before(buildPrograms)
  afterEach(killLeftovers)

  for (const fault of [FULL, READ_ONLY, SYNC_FAILS, WRITE_FAILS])
    it(`[PG7][LK23][OB9] ${fault.name} ends as a vendor, has sent only what its outbox keeps, and finishes its run when it is started on a healthy disk`, async function () {
      const place = await faultyPlace(fault)
      if (place === null) this.skip()
      const hub = await startHub(temporaryFolder())
      const driver = await LinkDriver.open(hub.url, temporaryFolder(), {
        progressed: () => {},
        holdsAfter: THANKED_FIRST,
      })
      const run = ['--store', 'acme', '--orders', String(ORDERS), '--seed', SEED, '--rate', '60']
      const start = () => place.start('vendor', '--data-dir', place.folder, '--url', hub.url, ...run)
      const vendor = start()
      for (let thanks = 0; thanks < THANKED_FIRST; thanks += 1) await vendor.line('Thank you for delivering')
      await place.strike()
      // However many orders it has made by now, there is something left to write.
      driver.goOn()
      expect(await vendor.ended).to.equal(1)
      expectTold(vendor, 'VENDOR', fault)
      const calls = place.calls()
      if (calls !== null) {
        expect(hasFailed(calls), 'a failed write or sync in the trace').to.equal(true)
        expectSentAfterSync(calls)
      }

      await place.mend()
      const again = start()
      await again.line(`thanked for ${ORDERS} of ${ORDERS} orders`)
      expect(await again.ended).to.equal(0)
      const orders = Array.from({ length: ORDERS }, (_, n) =>
        orderIdOf({ seed: SEED, store: 'acme', till: 'main' }, n),
      )
      const thanks = [...thanksOf(vendor), ...thanksOf(again)]
      expect(new Set(thanks).size, 'no order is thanked for twice').to.equal(thanks.length)
      expect(orders).to.include.members(thanks)
      const kept = await keptEvents(hub.url, orders)
      expect(kept).to.deep.equal(
        orders.flatMap((orderId) => [`pickup ${orderId}`, `in-transit ${orderId}`, `delivered ${orderId}`]),
      )
    })

  it(`[PG7][LK23] ${READ_ONLY.name} ends as a driver, and delivers what it had when it is started on a healthy disk`, async function () {
    const place = await faultyPlace(READ_ONLY)
    if (place === null) this.skip()
    const hub = await startHub(temporaryFolder())
    const progress = new Progress()
    const store = await LinkStore.open(hub.url, temporaryFolder(), { progressed: progress.made })
    store.keepUnderWay(UNDER_WAY)
    const common = ['--url', hub.url, '--data-dir', place.folder, '--id', 'd', '--travel-ms', '20']
    const start = () => place.start('driver', ...common, '--capacity', String(UNDER_WAY))
    const driver = start()
    await driver.line('delivered')
    await place.strike()
    expect(await driver.ended).to.equal(1)
    expectTold(driver, 'DRIVER', READ_ONLY)

    store.enough()
    await place.mend()
    const again = start()
    await progress.until(
      () => store.isDone,
      () => `all ${store.made.length} orders; ${store.delivered} are delivered`,
    )
    const whole = store.made.flatMap(() => ['pickup', 'in-transit', 'delivered'])
    expect((await keptEvents(hub.url, store.made)).map((key) => key.split(' ')[0])).to.deep.equal(whole)
    again.child.kill('SIGTERM')
    expect(await again.ended).to.equal(0)
  })
})
