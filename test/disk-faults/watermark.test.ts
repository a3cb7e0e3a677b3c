/** A hub on a small disk that gets low and has room again: only new orders wait for it. */
import { expect } from 'chai'
import { killLeftovers } from '../support/caps-process.ts'
import { orderOf, vendorOf } from '../support/client.ts'
import { type HubProcess, readyHub } from '../support/hub-process.ts'
import { Progress } from '../support/progress.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type BreakableDisk, breakableDisk } from './breakable-disk.ts'
import { buildPrograms, programOn } from './faulty-place.ts'
import { LinkDriver, LinkStore } from './link-actors.ts'
import { expectWhole } from './orders-kept.ts'

const CAPACITY = 3

const startHub = (disk: BreakableDisk): Promise<HubProcess> => {
  const limits = ['--disk-watermark-mb', '16', '--disk-period-ms', '50']
  return readyHub(programOn(disk, 'hub', '--data-dir', disk.folder, '--port', '0', ...limits))
}

describe('a hub whose disk gets low', function () {
  this.timeout(40_000)
  before(buildPrograms)
  afterEach(killLeftovers)

  it('[HB6][IN5] refuses new orders for the time being, goes on with everything else, and takes the orders that waited when there is room again', async function () {
    const disk = await breakableDisk()
    if (disk === null) this.skip()
    const hub = await startHub(disk)
    const progress = new Progress()
    const parts = { progressed: progress.made }
    const store = await LinkStore.open(hub.url, temporaryFolder(), parts)
    const driver = await LinkDriver.open(hub.url, temporaryFolder(), {
      ...parts,
      capacity: CAPACITY,
      holdsAfter: 0,
    })
    store.enough()
    // One more than the driver takes: it waits in the fleet's queue.
    for (let n = 0; n <= CAPACITY; n += 1) store.order()
    await progress.until(
      () => store.confirmed.size === CAPACITY + 1 && driver.handled.length === CAPACITY,
      () => 'orders with the driver',
    )

    disk.fill(8)
    await hub.line('the disk is low')
    const till = await vendorOf(hub.url, 'acme', { id: 'second' })
    expect(await till.ask('pickup', orderOf('acme', 'new'))).to.deep.include({
      ok: false,
      code: 'disk-low',
      temporary: true,
    })
    expect(await till.ask('pickup', orderOf('acme', 'o-1'))).to.include({ ok: true, duplicate: true })
    store.order()
    driver.goOn()
    await progress.until(
      () => store.delivered === CAPACITY + 1,
      () => `deliveries on a low disk; ${store.delivered} of ${CAPACITY + 1}`,
    )
    for (let n = 0; n < 2 * (CAPACITY + 1); n += 1) (await till.handed.next()).reply()
    expect(store.unconfirmed).to.equal(1)

    disk.empty()
    await hub.line('the disk has room again')
    await progress.until(
      () => store.isDone && driver.isDone,
      () => 'the order that waited for room',
    )
    await expectWhole(hub.url, store, driver)
    expect(await till.ask('pickup', orderOf('acme', 'new'))).to.include({ ok: true })
    hub.child.kill('SIGTERM')
    expect(await hub.ended).to.equal(0)
  })
})
