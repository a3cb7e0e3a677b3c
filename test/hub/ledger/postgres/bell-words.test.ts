import { expect } from 'chai'
import type { HubState } from '../../../../hub/ledger/hubs.ts'
import { saidIn, sayingOf } from '../../../../hub/ledger/postgres/bell-words.ts'
import type { PostgresHubs } from '../../../../hub/ledger/postgres/postgres-hubs.ts'
import { type Clock, systemClock } from '../../../../shared/clock.ts'
import { describePostgres } from '../../../support/postgres.ts'
import { createInbox } from '../../../support/waiting.ts'
import { newDatabase, type OpenedTest, openAt } from './databases.ts'

describe('what a hub says when it rings', () => {
  it('[PQ23] is who it is, and its state', () => {
    const state = { free: 3, capacity: 100_000, waiting: 1 }
    expect(saidIn(sayingOf(2, state))).to.deep.equal({ hub: 2, state })
  })

  it('[PQ23] is nothing to go by when it is not what a hub says', () => {
    for (const text of ['', '2', '2 1 1', '2 1 1 1 1', '2 -1 1 1', '2 1 1 x', `2 1 1 ${'9'.repeat(30)}`])
      expect(saidIn(text), text).to.equal(null)
  })
})

const BETWEEN_BEATS_MS = 100

/** Nobody gives a sign of life, or looks by itself, unless the test asks for it. */
const withoutBeats: Clock = {
  ...systemClock,
  after: (delayMs, run) => (delayMs > BETWEEN_BEATS_MS ? () => {} : systemClock.after(delayMs, run)),
}

const IDLE: HubState = { free: 0, capacity: 0, waiting: 0 }

describePostgres('hubs between two signs of life', () => {
  let hubs: OpenedTest[]
  let states: HubState[]
  const withHubs = (all: readonly OpenedTest[]): PostgresHubs[] => all.map((one) => one.hubs)

  beforeEach(async () => {
    const url = await newDatabase()
    hubs = []
    states = [IDLE, IDLE, IDLE]
    for (const _ of states) hubs.push(await openAt(url, { clock: withoutBeats }))
    for (const [index, one] of withHubs(hubs).entries()) await one.start(() => states[index]!)
    for (const one of withHubs(hubs)) await one.beat()
  })

  /** Waits until it has heard of room at another one. */
  const roomHeardBy = ({ ledger }: OpenedTest) => {
    const rung = createInbox<number>('a ring')
    ledger.neighbours.onRung(({ hub, state }) => void (state.free > 0 && rung.put(hub)))
    return async (other: OpenedTest) => {
      while ((await rung.next()) !== other.ledger.identity.hub);
    }
  }

  it('[PQ23] hear at once that drivers have come to one, and lay pickups there', async () => {
    const [one, two] = hubs as [OpenedTest, OpenedTest]
    const roomAt = roomHeardBy(one)
    expect(one.ledger.targets.next()).to.equal(one.ledger.identity.hub)
    states[1] = { free: 3, capacity: 3, waiting: 0 }
    await roomAt(two)
    expect(one.ledger.targets.next()).to.equal(two.ledger.identity.hub)
  })

  it('[PQ23] hear at once of pickups that wait at one; of those that have room the one that has most looks', async () => {
    const looking = createInbox<number>('a look')
    for (const [index, one] of withHubs(hubs).entries()) one.onWaiting(() => looking.put(index))
    const roomAt = roomHeardBy(hubs[0]!)
    states[1] = { free: 2, capacity: 3, waiting: 0 }
    await roomAt(hubs[1]!)
    states[2] = { free: 3, capacity: 3, waiting: 0 }
    await roomAt(hubs[2]!)
    states[0] = { free: 0, capacity: 1, waiting: 1 }
    expect(await looking.next()).to.equal(2)
    expect(looking.all).to.deep.equal([2])
  })
})
