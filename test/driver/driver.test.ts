import { expect } from 'chai'
import { Driver } from '../../driver/driver.ts'
import { createActorEventLog } from '../../shared/actor-log.ts'
import { Fault } from '../../shared/fault.ts'
import type { Assignment } from '../../shared/protocol.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { connected, createStubLink, createStubLog, eventOfOrder } from '../support/stub-link.ts'

const TRAVEL_MS = 1500

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
  const take = (orderId: string) => void stub.hand(eventOfOrder('pickup', orderId))
  const sent = () => stub.published.map(({ event, payload }) => `${event} ${payload.orderId}`)
  const answer = async (how: 'accept' | 'refuse' = 'accept', code = 'held-by-another') => {
    for (const publication of stub.published) publication[how](code)
    await clock.settle()
  }
  return { ...stub, clock, driver, lines, take, sent, answer }
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
    const { hand, clock, sent } = createTrial({ capacity: 1 })
    const acknowledged: string[] = []
    for (const orderId of ['a', 'b'])
      void hand(eventOfOrder('pickup', orderId)).then(() => acknowledged.push(orderId))
    await clock.settle()
    expect(acknowledged).to.deep.equal(['a', 'b'])
    expect(sent()).to.deep.equal(['in-transit a'])
  })

  it('[DR2] reports in transit, travels, reports delivered, and logs each when the hub has confirmed it', async () => {
    const { take, clock, sent, answer, lines, driver } = createTrial()
    take('a')
    expect(lines).to.deep.equal([])
    await answer()
    expect(lines).to.deep.equal(['info DRIVER: picked up a'])
    await clock.advanceAsync(TRAVEL_MS - 1)
    expect(sent()).to.deep.equal(['in-transit a'])
    await clock.advanceAsync(1)
    expect(sent()).to.deep.equal(['in-transit a', 'delivered a'])
    expect(lines.length).to.equal(1)
    await answer()
    expect(lines.at(-1)).to.equal('info DRIVER: delivered a')
    expect(driver.report()).to.include({ pickedUp: 1, delivered: 1, dropped: 0, carrying: 0 })
  })

  it('[DR3] carries no more parcels than it has room for; the others follow in their order', async () => {
    const { take, clock, sent, answer, driver } = createTrial({ capacity: 2 })
    for (const orderId of ['a', 'b', 'c', 'd']) take(orderId)
    expect(sent()).to.deep.equal(['in-transit a', 'in-transit b'])
    expect(driver.report().carrying).to.equal(4)
    await answer()
    await clock.advanceAsync(TRAVEL_MS)
    await answer()
    expect(sent().slice(4)).to.deep.equal(['in-transit c', 'in-transit d'])
  })

  it('[DR4] finds its parcels at a welcome: assigned ones are picked up, those in transit only delivered', async () => {
    const { tell, link, clock, sent, lines } = createTrial()
    link.assignments.resolves([assignment('a', 'assigned'), assignment('b', 'in-transit')])
    tell(connected())
    await clock.settle()
    expect(sent()).to.deep.equal(['in-transit a'])
    expect(JSON.stringify(lines)).to.include('DRIVER: goes on with 2 open parcels')
    await clock.advanceAsync(TRAVEL_MS)
    expect(sent()).to.deep.equal(['in-transit a', 'delivered b'])
  })

  it('[DR4] begins nothing twice that it carries or has delivered, whatever the hub tells it', async () => {
    const { tell, link, take, clock, sent, answer } = createTrial()
    take('a')
    link.assignments.resolves([assignment('a', 'assigned')])
    tell(connected())
    await clock.settle()
    await answer()
    await clock.advanceAsync(TRAVEL_MS)
    await answer()
    link.assignments.resolves([assignment('a', 'in-transit')])
    tell(connected())
    take('a')
    await clock.advanceAsync(TRAVEL_MS)
    expect(sent()).to.deep.equal(['in-transit a', 'delivered a'])
  })

  it('[DR4] asks again for its parcels when the hub has not answered', async () => {
    const { tell, link, clock, sent } = createTrial()
    link.assignments.onFirstCall().rejects(new Fault('not-connected', 'no answer'))
    link.assignments.onSecondCall().resolves([assignment('a', 'assigned')])
    tell(connected())
    await clock.advanceAsync(1000)
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
    await clock.advanceAsync(1000 + TRAVEL_MS)
    expect(sent()).to.deep.equal(['delivered a'])
  })

  it('[DR9] does not ask again for events of its own', async () => {
    const { tell, take, link, clock } = createTrial()
    take('a')
    link.counts.returns({ ...link.counts(), unconfirmed: 1 })
    tell(connected())
    await clock.advanceAsync(10_000)
    expect(link.assignments.callCount).to.equal(1)
  })

  it('[DR5] drops a parcel whose event the hub refuses for good, with a warning, and takes the next one', async () => {
    const { take, sent, answer, lines, driver } = createTrial({ capacity: 1 })
    take('a')
    take('b')
    await answer('refuse')
    expect(lines).to.deep.equal(['warn DRIVER: gives up a: refused as held-by-another (held-by-another)'])
    expect(sent()).to.deep.equal(['in-transit a', 'in-transit b'])
    expect(driver.report()).to.include({ dropped: 1, carrying: 1 })
  })

  it('[DR5] keeps a parcel when only the link has ended', async () => {
    const { take, answer, driver, lines } = createTrial()
    take('a')
    await answer('refuse', 'closed')
    expect(driver.report()).to.include({ dropped: 0, carrying: 1 })
    expect(lines).to.deep.equal([])
  })

  it('[DR6] sends its position once a second while it carries something, and else nothing', async () => {
    const { take, clock, link, answer } = createTrial()
    await clock.advanceAsync(3000)
    expect(link.position.called).to.equal(false)
    take('a')
    await answer()
    await clock.advanceAsync(1000)
    expect(link.position.callCount).to.equal(1)
    await clock.advanceAsync(500)
    await answer()
    await clock.advanceAsync(3000)
    expect(link.position.callCount).to.equal(1)
  })

  it('[DR8] goes no further with its parcels once it is stopped, and leaves no timer', async () => {
    const { take, clock, driver, sent, answer } = createTrial()
    take('a')
    take('b')
    await answer()
    driver.stop()
    take('c')
    await clock.advanceAsync(TRAVEL_MS)
    expect(sent()).to.deep.equal(['in-transit a', 'in-transit b'])
    expect(clock.armed).to.equal(0)
  })

  it('[DR8] is not held up by what is confirmed while it stops', async () => {
    const { take, clock, driver, sent, answer } = createTrial()
    take('a')
    driver.stop()
    await answer()
    expect(sent()).to.deep.equal(['in-transit a'])
    // The log's own second.
    expect(clock.armed).to.equal(1)
  })
})
