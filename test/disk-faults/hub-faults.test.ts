/** A hub whose disk fails for good while a store and a driver work: it ends, has confirmed nothing that it does not keep, and a restart on a disk that is well goes on where it was. */
import { expect } from 'chai'
import { publicationIn } from '../../shared/link/publication.ts'
import { openLevelOutbox } from '../../shared/outbox/level-outbox.ts'
import { killLeftovers } from '../support/caps-process.ts'
import { type HubProcess, readyHub } from '../support/hub-process.ts'
import { Progress } from '../support/progress.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { FULL, READ_ONLY, SYNC_FAILS, WRITE_FAILS } from './disk-faults.ts'
import { expectConfirmedAfterSync, hasFailed } from './evidence.ts'
import { buildPrograms, type FaultyPlace, faultyPlace } from './faulty-place.ts'
import { eventKey, LinkDriver, LinkStore } from './link-actors.ts'
import { expectWhole, keptEvents } from './orders-kept.ts'

const UNDER_WAY = 10

const startHub = (place: FaultyPlace, port = 0): Promise<HubProcess> =>
  readyHub(place.start('hub', '--data-dir', place.folder, '--port', String(port), '--disk-watermark-mb', '0'))

/** What an outbox that nobody has open still owes to the hub. */
const owedBy = async (folder: string): Promise<string[]> => {
  const outbox = await openLevelOutbox({ folder, participant: 'vendor/acme/main' })
  const pending = outbox.pending().map(({ text }) => {
    const { event, payload } = publicationIn(text)
    return eventKey(event, payload.orderId)
  })
  await outbox.close()
  return pending
}

describe('a hub whose disk', function () {
  this.timeout(40_000)
  before(buildPrograms)
  afterEach(killLeftovers)

  for (const fault of [FULL, READ_ONLY, SYNC_FAILS, WRITE_FAILS])
    it(`[HB7][PR4][HB9] ${fault.name} says so and ends, has confirmed only what it keeps, and goes on when it is started on a healthy disk`, async function () {
      const place = await faultyPlace(fault)
      if (place === null) this.skip()
      const progress = new Progress()
      const outbox = temporaryFolder()
      const hub = await startHub(place)
      const store = await LinkStore.open(hub.url, outbox, { progressed: progress.made })
      const driver = await LinkDriver.open(hub.url, temporaryFolder(), { progressed: progress.made })
      store.keepUnderWay(UNDER_WAY)
      await progress.until(
        () => store.delivered > UNDER_WAY,
        () => 'deliveries',
      )

      await place.strike()
      expect(await hub.ended).to.equal(1)
      const told = hub.lines.filter((line) => !line.startsWith('{'))
      expect(told).to.have.length(1)
      expect(told[0])
        .to.include('The data folder cannot be written')
        .and.to.include('start the hub again')
        .and.to.match(fault.words)
      const calls = place.calls()
      if (calls !== null) {
        expect(hasFailed(calls), 'a failed write or sync in the trace').to.equal(true)
        expectConfirmedAfterSync(calls)
      }

      store.enough()
      await store.close()
      const unconfirmed = store.made
        .map((orderId) => eventKey('pickup', orderId))
        .filter((key) => !store.confirmed.has(key))
      const owed = await owedBy(outbox)
      expect(owed.filter((key) => !store.confirmed.has(key))).to.deep.equal(unconfirmed)

      await place.mend()
      const again = await startHub(place, hub.port)
      expect(await keptEvents(again.url, store.made)).to.include.members([
        ...store.confirmed.keys(),
        ...driver.confirmed.keys(),
      ])
      await store.reopen()
      await progress.until(
        () => store.isDone && driver.isDone,
        () => `all ${store.made.length} orders; ${store.delivered} are delivered`,
      )
      await expectWhole(again.url, store, driver)
      again.child.kill('SIGTERM')
      expect(await again.ended).to.equal(0)
    })
})
