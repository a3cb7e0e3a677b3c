import { expect } from 'chai'
import { Driver } from '../../driver/driver.ts'
import { placeOf, placesOf, routeBetween } from '../../driver/route.ts'
import { createActorEventLog } from '../../shared/actor-log.ts'
import { Fault } from '../../shared/fault.ts'
import type { Position } from '../../shared/messages.ts'
import type { Assignment } from '../../shared/protocol.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { connected, createStubLink, createStubLog, eventOfOrder } from '../support/stub-link.ts'

const TRAVEL_MS = 1500
/** No way takes longer. */
const LONGEST_MS = 4 * TRAVEL_MS

const HOME = placeOf('driver/driver-1')
const wayMs = (from: Position, to: Position): number => routeBetween(from, to, TRAVEL_MS).durationMs

const createTrial = ({ capacity = 4 } = {}) => {
  const clock = createManualClock()
  const stub = createStubLink()
  const { log, lines } = createStubLog('info')
  const eventLog = createActorEventLog('DRIVER', log, clock)
  const driver = new Driver(
    { link: stub.link, clock, log, eventLog },
    { participant: 'driver/driver-1', capacity, travelMs: TRAVEL_MS },
  )
  driver.start()
  /** Whether it acknowledges, and when, is DR1's business. */
  const take = (orderId: string, store = 'acme') => void stub.hand(eventOfOrder('pickup', orderId, store))
  const toStore = () => clock.advanceAsync(wayMs(HOME, placesOf({ store: 'acme', orderId: 'a' }).store))
  const sent = () => stub.published.map(({ event, payload }) => `${event} ${payload.orderId}`)
  const answer = async (how: 'accept' | 'refuse' = 'accept', code = 'held-by-another') => {
    for (const publication of stub.published) publication[how](code)
    await clock.settle()
  }
  return { ...stub, clock, driver, lines, take, toStore, sent, answer }
}

const assignment = (orderId: string, state: Assignment['state']): Assignment => ({
  store: 'acme',
  orderId,
  customer: 'Ada',
  address: 'Here 1',
  state,
})

describe('driver', () => {
  it('[DR1] acknowledges a pickup without waiting for anything, also one for which it has no room', async () => {
    const { hand, clock } = createTrial({ capacity: 1 })
    const acknowledged: string[] = []
    for (const orderId of ['a', 'b'])
      void hand(eventOfOrder('pickup', orderId)).then(() => acknowledged.push(orderId))
    await clock.settle()
    expect(acknowledged).to.deep.equal(['a', 'b'])
  })

  it('[DR2] drives to the store, reports in transit, drives to the door, reports delivered', async () => {
    const { take, clock, sent, answer } = createTrial()
    const { store, door } = placesOf({ store: 'acme', orderId: 'a' })
    take('a')
    await clock.advanceAsync(wayMs(HOME, store) - 1)
    expect(sent()).to.deep.equal([])
    await clock.advanceAsync(1)
    expect(sent()).to.deep.equal(['in-transit a'])
    await answer()
    await clock.advanceAsync(wayMs(store, door) - 1)
    expect(sent()).to.deep.equal(['in-transit a'])
    await clock.advanceAsync(1)
    expect(sent()).to.deep.equal(['in-transit a', 'delivered a'])
  })

  it('[DR2] logs each when the hub has confirmed it, and leaves no store before', async () => {
    const { take, toStore, clock, sent, answer, lines, driver } = createTrial()
    take('a')
    await toStore()
    await clock.advanceAsync(LONGEST_MS)
    expect([sent(), lines]).to.deep.equal([['in-transit a'], []])
    await answer()
    expect(lines).to.deep.equal(['info DRIVER: picked up a'])
    await clock.advanceAsync(LONGEST_MS)
    expect(lines.length).to.equal(1)
    await answer()
    expect(lines.at(-1)).to.equal('info DRIVER: delivered a')
    expect(driver.report()).to.include({ pickedUp: 1, delivered: 1, dropped: 0, carrying: 0 })
  })

  it('[DR3] carries no more parcels than it has room for; the others follow in their order, with the next tour', async () => {
    const { take, toStore, clock, sent, answer, driver } = createTrial({ capacity: 2 })
    for (const orderId of ['a', 'b', 'c', 'd']) take(orderId)
    await toStore()
    expect(sent()).to.deep.equal(['in-transit a', 'in-transit b'])
    expect(driver.report().carrying).to.equal(4)
    for (let stop = 0; stop < 3; stop += 1) {
      await answer()
      await clock.advanceAsync(LONGEST_MS)
    }
    expect(sent().slice(2, 4).sort()).to.deep.equal(['delivered a', 'delivered b'])
    expect(sent().slice(4, 6)).to.deep.equal(['in-transit c', 'in-transit d'])
  })

  it('[DR11] goes to all stores first and then from door to door, always to the nearest', async () => {
    const { take, clock, sent, answer } = createTrial()
    const parcels = ['a', 'b', 'c', 'd'].map((orderId, n) => ({ store: `store-${n % 2}`, orderId }))
    for (const { store, orderId } of parcels) take(orderId, store)
    for (let stop = 0; stop < 6; stop += 1) {
      await clock.advanceAsync(LONGEST_MS)
      await answer()
    }
    expect(sent().slice(0, 4).sort()).to.deep.equal([
      'in-transit a',
      'in-transit b',
      'in-transit c',
      'in-transit d',
    ])
    const doors = new Map(parcels.map((parcel) => [parcel.orderId, placesOf(parcel).door]))
    const visited = sent()
      .slice(4)
      .map((text) => text.replace('delivered ', ''))
    expect(visited.length).to.equal(4)
    for (let n = 1; n < visited.length; n += 1) {
      const ways = visited.slice(n).map((orderId) => wayMs(doors.get(visited[n - 1]!)!, doors.get(orderId)!))
      expect(ways[0]).to.equal(Math.min(...ways))
    }
  })

  it('[DR11] takes along what comes before it leaves the last store, and nothing after', async () => {
    const { take, toStore, clock, sent, answer } = createTrial()
    take('a')
    await clock.advanceAsync(1)
    take('b')
    await toStore()
    expect(sent()).to.deep.equal(['in-transit a', 'in-transit b'])
    await answer()
    take('c')
    await clock.advanceAsync(LONGEST_MS)
    await answer()
    await clock.advanceAsync(LONGEST_MS)
    expect(sent().slice(2, 4).sort()).to.deep.equal(['delivered a', 'delivered b'])
    await clock.advanceAsync(LONGEST_MS)
    expect(sent().slice(4, 5)).to.deep.equal(['in-transit c'])
  })

  it('[DR4] finds its parcels at a welcome: assigned ones are picked up, those in transit only delivered', async () => {
    const { tell, link, clock, sent, answer, lines } = createTrial()
    link.assignments.resolves([assignment('a', 'assigned'), assignment('b', 'in-transit')])
    tell(connected())
    for (let stop = 0; stop < 3; stop += 1) {
      await clock.advanceAsync(LONGEST_MS)
      await answer()
    }
    expect(JSON.stringify(lines)).to.include('DRIVER: goes on with 2 open parcels')
    expect([sent()[0], ...sent().slice(1).sort()]).to.deep.equal([
      'in-transit a',
      'delivered a',
      'delivered b',
    ])
  })

  it('[DR4] begins nothing twice that it carries or has delivered, whatever the hub tells it', async () => {
    const { tell, link, take, clock, sent, answer } = createTrial()
    take('a')
    link.assignments.resolves([assignment('a', 'assigned')])
    tell(connected())
    for (let stop = 0; stop < 2; stop += 1) {
      await clock.advanceAsync(LONGEST_MS)
      await answer()
    }
    link.assignments.resolves([assignment('a', 'in-transit')])
    tell(connected())
    take('a')
    await clock.advanceAsync(LONGEST_MS)
    expect(sent()).to.deep.equal(['in-transit a', 'delivered a'])
  })

  it('[DR4] asks again for its parcels when the hub has not answered', async () => {
    const { tell, link, clock, sent } = createTrial()
    link.assignments.onFirstCall().rejects(new Fault('not-connected', 'no answer'))
    link.assignments.onSecondCall().resolves([assignment('a', 'assigned')])
    tell(connected())
    await clock.advanceAsync(1000 + LONGEST_MS)
    expect(sent()).to.deep.equal(['in-transit a'])
  })

  it('[DR9] asks again while the hub has not answered what an earlier process left in the outbox', async () => {
    const { tell, link, clock, sent } = createTrial()
    const unconfirmed = (count: number) => link.counts.returns({ ...link.counts(), unconfirmed: count })
    unconfirmed(1)
    tell(connected())
    await clock.settle()
    unconfirmed(0)
    link.assignments.resolves([assignment('a', 'in-transit')])
    await clock.advanceAsync(1000 + LONGEST_MS)
    expect(sent()).to.deep.equal(['delivered a'])
  })

  it('[DR9] does not ask again for events of its own', async () => {
    const { tell, take, toStore, link, clock } = createTrial()
    take('a')
    await toStore()
    link.counts.returns({ ...link.counts(), unconfirmed: 1 })
    tell(connected())
    await clock.advanceAsync(10_000)
    expect(link.assignments.callCount).to.equal(1)
  })

  it('[DR5] drops a parcel whose event the hub refuses for good, with a warning, and takes the next one', async () => {
    const { take, toStore, clock, sent, answer, lines, driver } = createTrial({ capacity: 1 })
    take('a')
    take('b')
    await toStore()
    await answer('refuse')
    expect(lines).to.deep.equal(['warn DRIVER: gives up a: refused as held-by-another (held-by-another)'])
    await clock.settle()
    expect(sent()).to.deep.equal(['in-transit a', 'in-transit b'])
    expect(driver.report()).to.include({ dropped: 1, carrying: 1 })
  })

  it('[DR5] keeps a parcel when only the link has ended', async () => {
    const { take, toStore, answer, driver, lines } = createTrial()
    take('a')
    await toStore()
    await answer('refuse', 'closed')
    expect(driver.report()).to.include({ dropped: 0, carrying: 1 })
    expect(lines).to.deep.equal([])
  })

  it('[DR6] sends its position twice a second while it has something to carry, and else nothing', async () => {
    const { take, clock, link, answer } = createTrial()
    await clock.advanceAsync(3000)
    expect(link.position.called).to.equal(false)
    take('a')
    await clock.advanceAsync(1000)
    expect(link.position.callCount).to.equal(2)
    for (let stop = 0; stop < 2; stop += 1) {
      await clock.advanceAsync(LONGEST_MS)
      await answer()
    }
    const { callCount } = link.position
    await clock.advanceAsync(3000)
    expect(link.position.callCount).to.equal(callCount)
  })

  it('[DR6] is where its way has brought it, from its home to the store and on', async () => {
    const { take, clock, link } = createTrial()
    const { store } = placesOf({ store: 'acme', orderId: 'a' })
    take('a')
    await clock.advanceAsync(500)
    const [{ lat }] = link.position.lastCall.args
    expect(lat).to.be.closeTo(HOME.lat + ((store.lat - HOME.lat) * 500) / wayMs(HOME, store), 1e-9)
    await clock.advanceAsync(LONGEST_MS)
    expect(link.position.lastCall.args).to.deep.equal([store])
  })

  it('[DR8] goes no further with its parcels once it is stopped, and leaves no timer', async () => {
    const { take, toStore, clock, driver, sent, answer } = createTrial()
    take('a')
    take('b')
    await toStore()
    await answer()
    driver.stop()
    take('c')
    await clock.advanceAsync(LONGEST_MS)
    expect(sent()).to.deep.equal(['in-transit a', 'in-transit b'])
    expect(driver.report().carrying).to.equal(2)
    expect(clock.armed).to.equal(0)
  })

  it('[DR8] is not held up by what is confirmed while it stops', async () => {
    const { take, toStore, clock, driver, sent, answer } = createTrial()
    take('a')
    await toStore()
    driver.stop()
    await answer()
    expect(sent()).to.deep.equal(['in-transit a'])
    // The log's own second.
    expect(clock.armed).to.equal(1)
  })
})
