import { expect } from 'chai'
import { noteLedger } from '../../../hub/ledger-ports.ts'
import { Audit } from '../../../hub/watch/audit.ts'
import { vendorId } from '../../../shared/ids.ts'
import { openTestLedger, type TestLedger, turning } from '../../support/ledger.ts'
import { WatchedHub } from './watched-hub.ts'

const ACME = vendorId('acme', 'main')

describe('what operators have done', () => {
  let world: TestLedger
  let audit: Audit

  const begin = async (): Promise<void> => {
    audit = new Audit({
      ledger: noteLedger(world.ledger),
      act: async (action) => ({ ok: true, done: Number(action.participant.slice('driver/'.length)) }),
      now: () => world.clock.now(),
      audited: () => {},
    })
    await turning(world.clock, audit.load())
  }
  const act = (...numbers: number[]) =>
    turning(
      world.clock,
      Promise.all(
        numbers.map((number) =>
          audit.act('operator/max', { action: 'pause', participant: `driver/${number}` }),
        ),
      ),
    )
  const numbers = () => audit.lines.map(({ done }) => done)
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

  beforeEach(async () => {
    world = await openTestLedger()
    await begin()
  })

  afterEach(() => turning(world.clock, world.ledger.close()))

  it('[WA18] is answered when its line is durable', async () => {
    await act(1)
    const [note] = await world.ledger.reads.notes('audit', '', 9)
    expect(note?.value).to.deep.equal(audit.lines[0])
  })

  it('[WA18] is there in its order after a restart, and goes on behind it', async () => {
    await act(...range(1, 12))
    await begin()
    expect(numbers()).to.deep.equal(range(1, 12))
    await act(13)
    await begin()
    expect(numbers()).to.deep.equal(range(1, 13))
  })

  it('[WA18] is kept of the newest thousand, in memory and in the ledger', async () => {
    await act(...range(1, 998))
    await begin()
    await act(...range(999, 1003))
    expect(numbers()).to.deep.equal(range(4, 1003))
    expect((await world.ledger.reads.notes('audit', '', 2000)).length).to.equal(1000)
    await begin()
    expect(numbers()).to.deep.equal(range(4, 1003))
    await act(1004)
    await begin()
    expect(numbers()).to.deep.equal(range(5, 1004))
  })
})

describe('a hub that starts again', () => {
  it('[WA17][WA18] goes on with the pauses of before, tells since when they hold, and who has made them', async () => {
    const world = await WatchedHub.open()
    const first = await world.watcher()
    const vendor = await world.vendor()
    await world.driver()
    await world.pickups(vendor, 'A')
    await first.ask('act', { action: 'pause', participant: ACME })
    await first.ask('act', { action: 'pause', participant: 'fleet' })
    const sinceMs = world.clock.now()
    await world.restart(5000)
    const [till, bob, watcher] = [await world.vendor(), await world.driver(), await world.watcher()]
    await bob.say('in-transit', { store: 'acme', orderId: 'A' })
    await world.pickups(till, 'B')
    await world.advance(1000)
    expect([till.names, bob.names]).to.deep.equal([[], ['pickup A']])
    expect(watcher.last('audit').map(({ action, target }) => `${action} ${target}`)).to.deep.equal([
      `pause ${ACME}`,
      'pause fleet',
    ])
    const paused = watcher.last('summary').troubles.filter(({ kind }) => kind === 'paused')
    expect(paused).to.have.deep.members([
      { kind: 'paused', participant: ACME, sinceMs },
      { kind: 'paused', participant: 'fleet', sinceMs },
    ])
    const { list } = await watcher.look({ view: 'queues', search: ACME })
    expect(list.rows[0]).to.include({ participant: ACME, paused: true, pausedMs: sinceMs })
    for (const participant of [ACME, 'fleet']) await watcher.ask('act', { action: 'resume', participant })
    await world.settle()
    expect([till.names, bob.names]).to.deep.equal([['in-transit A'], ['pickup A', 'pickup B']])
  })
})
