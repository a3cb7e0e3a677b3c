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

  const open = async (): Promise<Audit> => {
    const opened = new Audit({
      ledger: noteLedger(world.ledger),
      act: async (action) => ({ ok: true, done: Number(action.participant.slice('driver/'.length)) }),
      now: () => world.clock.now(),
      audited: () => {},
    })
    await turning(world.clock, opened.load())
    return opened
  }
  const begin = async (): Promise<void> => {
    audit = await open()
  }
  const actAt = (at: Audit, numbers: readonly number[]) =>
    turning(
      world.clock,
      Promise.all(
        numbers.map((number) => at.act('operator/max', { action: 'pause', participant: `driver/${number}` })),
      ),
    )
  const act = (...numbers: number[]) => actAt(audit, numbers)
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

  it('[WA18] at two hubs is kept of both, in its order', async () => {
    const other = await open()
    const atOnce = [audit, other].map((at, index) =>
      at.act('operator/max', { action: 'pause', participant: `driver/${index + 1}` }),
    )
    await turning(world.clock, Promise.all(atOnce))
    await world.clock.advance(1000)
    await actAt(other, [3])
    await world.clock.advance(1000)
    await act(4)
    await begin()
    expect(numbers().slice(0, 2)).to.have.members([1, 2])
    expect(numbers().slice(2)).to.deep.equal([3, 4])
  })

  it('[WA18] at two hubs is kept of the newest thousand, when one of them has started again', async () => {
    const other = await open()
    await act(...range(1, 600))
    await world.clock.advance(1000)
    await actAt(other, range(601, 1200))
    await begin()
    expect(numbers()).to.deep.equal(range(201, 1200))
    await world.clock.advance(1000)
    await act(1201)
    expect((await world.ledger.reads.notes('audit', '', 2000)).length).to.equal(1000)
    await begin()
    expect(numbers()).to.deep.equal(range(202, 1201))
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
