/**
 * The hub is killed again and again while plain clients keep it busy. Everything that it ever confirmed must be there in the end, in order, once. The instants are drawn from a seed,
 * in confirmations and events since the hub is back: nothing here depends on how fast the machine is.
 */
import { expect } from 'chai'
import { killLeftovers } from '../support/caps-process.ts'
import { vendorOf } from '../support/client.ts'
import { startHub } from '../support/hub-process.ts'
import { Progress } from '../support/progress.ts'
import { seeded } from '../support/seeded.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { PlainDriver, PlainStore } from './plain-actors.ts'

const SEED = 20_260_101
const KILLS = 12
const UNDER_WAY = 40

/** First and last place at which the store heard an event of an order. */
const placesOf = ({ heard }: PlainStore, orderId: string, name: string) => {
  const own = heard.filter(({ event }) => event.payload.orderId === orderId && event.event === name)
  return {
    first: own[0]?.index ?? Number.NaN,
    last: own.at(-1)?.index ?? Number.NaN,
    ids: new Set(own.map(({ event }) => event.id)),
    drivers: new Set(own.map(({ event }) => event.payload.driver)),
  }
}

const expectWhole = (store: PlainStore, drivers: readonly PlainDriver[], orderId: string): void => {
  const [inTransit, delivered] = [
    placesOf(store, orderId, 'in-transit'),
    placesOf(store, orderId, 'delivered'),
  ]
  expect(inTransit.last, `${orderId} is heard to be in transit before it is delivered`).to.be.below(
    delivered.first,
  )
  const key = `${store.name}/${orderId}`
  const carriers = drivers.filter(({ confirmed }) => confirmed.has(`in-transit ${key}`))
  expect(carriers, `one driver has carried ${key}`).to.have.length(1)
  for (const [event, { ids, drivers: names }] of Object.entries({ 'in-transit': inTransit, delivered })) {
    expect([...names]).to.deep.equal([carriers[0]!.name])
    expect([...ids], `${event} of ${key} is one event`).to.deep.equal([
      carriers[0]!.confirmed.get(`${event} ${key}`),
    ])
  }
}

describe('a hub that is killed', function () {
  this.timeout(120_000)
  afterEach(killLeftovers)

  it(`[HB9] has everything that it confirmed, in order and once, after ${KILLS} kills`, async () => {
    const random = seeded(SEED)
    const folder = temporaryFolder()
    let hub = await startHub(folder, 0, '--log-level', 'info')
    const { url, port } = hub
    const progress = new Progress()
    const stores = ['acme', 'other'].map(
      (name) => new PlainStore(url, name, { underWay: UNDER_WAY, progressed: progress.made }),
    )
    const drivers = ['d-1', 'd-2'].map((name) => new PlainDriver(url, name, progress.made))
    for (let kills = 0; kills < KILLS; kills += 1) {
      await progress.steps(random.whole(1, 400))
      hub.child.kill('SIGKILL')
      expect(await hub.ended).to.equal('SIGKILL')
      hub = await startHub(folder, port)
    }
    for (const store of stores) store.enough()
    const actors = [...stores, ...drivers]
    await progress.until(
      () => actors.every(({ isDone }) => isDone),
      () => 'every order to be delivered',
    )
    expect(actors.flatMap(({ refused }) => refused)).to.deep.equal([])
    for (const store of stores) {
      expect(store.confirmed.size).to.be.greaterThan(UNDER_WAY)
      for (const orderId of store.confirmed.keys()) expectWhole(store, drivers, orderId)
    }
    for (const store of stores) {
      const till = await vendorOf(url, store.name, { id: 'auditor' })
      for (const orderId of store.confirmed.keys())
        expect(await till.ask('track', { orderId })).to.have.nested.property('order.state', 'delivered')
    }
  })
})
