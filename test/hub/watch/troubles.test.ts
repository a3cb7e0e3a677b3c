import { expect } from 'chai'
import { newParticipant, type ParticipantRecord } from '../../../hub/domain/participant.ts'
import { Lasting } from '../../../hub/watch/troubles/lasting.ts'
import { OldEvents } from '../../../hub/watch/troubles/old-events.ts'
import { ParticipantTroubles } from '../../../hub/watch/troubles/participants.ts'
import { worstOf } from '../../../hub/watch/troubles/worst.ts'
import { driverId, FLEET, vendorId } from '../../../shared/ids.ts'
import type { Trouble } from '../../../shared/watch.ts'
import { WatchedHub } from './watched-hub.ts'

const TILL = vendorId('acme', 'main')
const MINUTE_MS = 60_000

const kindsOf = (troubles: readonly Trouble[]) =>
  troubles.map(({ kind, participant }) => `${kind} ${participant}`)

describe('troubles', () => {
  it('[WA12] lets kinds take turns, the heaviest and oldest of each first, and counts all', () => {
    const away = Array.from(
      { length: 100 },
      (_, index): Trouble => ({
        kind: 'away-with-events',
        participant: `driver/${index}`,
        count: index,
      }),
    )
    const old: Trouble[] = [
      { kind: 'old-event', participant: 'younger', sinceMs: 2 },
      { kind: 'old-event', participant: 'older', sinceMs: 1 },
    ]
    const disk: Trouble = { kind: 'disk-low', value: 5 }
    const { worst, count } = worstOf([...away, ...old, disk], 7)
    expect(count).to.equal(103)
    expect(kindsOf(worst)).to.deep.equal([
      'disk-low undefined',
      'away-with-events driver/99',
      'away-with-events driver/98',
      'away-with-events driver/97',
      'old-event older',
      'old-event younger',
      'away-with-events driver/96',
    ])
  })

  it('[WA12] tells a figure above its bound for some seconds, at its worst', () => {
    const lasting = new Lasting(100)
    lasting.note(99, 0)
    lasting.note(null, 1000)
    expect(lasting.trouble(1000)).to.equal(null)
    lasting.note(200, 2000)
    lasting.note(150, 3000)
    lasting.note(1, 12_999)
    expect(lasting.trouble(12_999)).to.deep.equal({ sinceMs: 2000, value: 200 })
    expect(lasting.trouble(13_000)).to.equal(null)
    lasting.note(120, 14_000)
    expect(lasting.trouble(14_000)).to.deep.equal({ sinceMs: 14_000, value: 120 })
  })

  describe('of participants', () => {
    const troublesWith = (connected: readonly string[] = []) =>
      new ParticipantTroubles({
        isConnected: (id) => connected.includes(id),
        loadOf: () => 0,
        now: () => 0,
        unseenSinceMs: 77,
      })
    const row = (more: Partial<ParticipantRecord>): ParticipantRecord => ({
      ...newParticipant(TILL, 0),
      ...more,
    })

    it('[WA12] are away ones with events, since they left or were seen last, and dead letters', () => {
      const troubles = troublesWith()
      const dead = { closed: { reason: 'expired', upTo: 9, closedMs: 1, entries: 2 } } as const
      troubles.seen({ key: TILL, before: null, after: row({ queued: 3, retrying: 1, dead: 1, ...dead }) })
      expect([...troubles.troubles()]).to.deep.equal([
        { kind: 'away-with-events', participant: TILL, count: 4, sinceMs: 77 },
        { kind: 'dead-letters', participant: TILL, count: 3 },
      ])
      troubles.seen({ key: TILL, before: null, after: row({ queued: 1, awaySinceMs: 5 }) })
      expect([...troubles.troubles()].map(({ sinceMs }) => sinceMs)).to.deep.equal([5])
      troubles.seen({ key: TILL, before: null, after: row({}) })
      expect([...troubles.troubles()]).to.deep.equal([])
    })

    it('[WA12] are no connected ones, nor the fleet, which is always there', () => {
      const troubles = troublesWith([TILL])
      troubles.seen({ key: TILL, before: null, after: row({ queued: 3 }) })
      troubles.seen({ key: FLEET, before: null, after: { ...newParticipant(FLEET, 0), queued: 3 } })
      expect([...troubles.troubles()]).to.deep.equal([])
      expect(troubles.owed).to.equal(6)
    })

    it('[WA12] are known by name up to a bound, and summed beyond it', () => {
      const troubles = troublesWith()
      for (let number = 0; number < 10_050; number += 1) {
        const id = driverId(String(number))
        troubles.seen({ key: id, before: null, after: { ...newParticipant(id, 0), dead: 1, queued: 1 } })
      }
      expect([...troubles.troubles()].length).to.equal(20_000)
      expect(troubles.owed).to.equal(10_050)
    })
  })

  it('[WA12] looks at all busy queues in turn, some at a time', () => {
    const queues = Array.from({ length: 1500 }, (_, index) => ({
      participant: vendorId('s', String(index)),
      oldestTime: new Date(index < 1499 ? MINUTE_MS : 0).toISOString(),
      isPaused: index === 1498,
    }))
    const fleet = () => null
    const old = new OldEvents({
      busyQueues: () => queues.values(),
      fleet,
      fleetOwedSinceMs: fleet,
      oldestTime: async () => null,
    })
    const nowMs = MINUTE_MS + 1
    old.look(nowMs)
    expect([...old.troubles(nowMs)]).to.deep.equal([])
    old.look(nowMs)
    expect(kindsOf([...old.troubles(nowMs)])).to.deep.equal([
      'paused vendor/s/1498',
      'old-event vendor/s/1499',
    ])
  })

  describe('of a hub', () => {
    let world: WatchedHub
    beforeEach(async () => {
      world = await WatchedHub.open({ isDiskLow: () => false })
    })

    it('[WA12] are a vendor that leaves with events owed to it, until it is back and has them', async () => {
      const vendor = await world.vendor()
      const driver = await world.driver()
      const watcher = await world.watcher()
      await world.pickups(vendor, 'A')
      await vendor.leave()
      const leftMs = world.clock.now()
      await world.carry(driver, 'A', 'in-transit')
      await world.advance(1000)
      expect(watcher.last('summary').troubles).to.deep.equal([
        { kind: 'away-with-events', participant: TILL, count: 1, sinceMs: leftMs },
      ])
      const back = await world.vendor()
      await back.acknowledge()
      await world.advance(1000)
      expect(watcher.last('summary').troubleCount).to.equal(0)
    })

    it('[WA12] are pickups that nobody takes for a minute', async () => {
      const vendor = await world.vendor()
      const watcher = await world.watcher()
      const acceptedMs = world.clock.now()
      await world.pickups(vendor, 'A', 'B')
      await world.advance(60_000)
      expect(watcher.last('summary').troubles).to.deep.equal([])
      await world.advance(2000)
      expect(watcher.last('summary').troubles).to.deep.equal([
        { kind: 'old-event', participant: FLEET, count: 2, sinceMs: acceptedMs },
      ])
    })

    it('[WA12] are events that a connected vendor leaves unanswered for a minute', async () => {
      const hub = await WatchedHub.open({ options: { ackTimeoutMs: 3_600_000 } })
      const vendor = await hub.vendor()
      const driver = await hub.driver()
      await hub.pickups(vendor, 'A')
      await hub.carry(driver, 'A', 'in-transit', 'delivered')
      const watcher = await hub.watcher()
      await hub.advance(62_000)
      expect(kindsOf(watcher.last('summary').troubles)).to.deep.equal([`old-event ${TILL}`])
      await vendor.leave()
      await hub.advance(1000)
      expect(kindsOf(watcher.last('summary').troubles)).to.deep.equal([`away-with-events ${TILL}`])
    })

    it('[WA12] are a driver that is away with a parcel, and one of which nothing is heard for a minute', async () => {
      const vendor = await world.vendor()
      const driver = await world.driver('bob')
      await world.pickups(vendor, 'A')
      await world.carry(driver, 'A', 'in-transit')
      await vendor.acknowledge()
      const watcher = await world.watcher()
      const silentMs = world.clock.now()
      await world.advance(60_000)
      expect(watcher.last('summary').troubles).to.deep.equal([])
      await world.advance(1000)
      const silent = { kind: 'silent-driver', participant: driverId('bob'), count: 1 }
      expect(watcher.last('summary').troubles).to.deep.equal([{ ...silent, sinceMs: silentMs }])
      driver.socket.send('position', { lat: 1, lng: 1 })
      await world.advance(1000)
      expect(watcher.last('summary').troubles).to.deep.equal([])
      await driver.leave()
      const leftMs = world.clock.now()
      await world.advance(1000)
      expect(watcher.last('summary').troubles).to.deep.equal([{ ...silent, sinceMs: leftMs }])
    })

    it('[WA12] are found again after a restart', async () => {
      const vendor = await world.vendor()
      const driver = await world.driver('bob')
      await world.pickups(vendor, 'A')
      await world.carry(driver, 'A', 'in-transit')
      await world.restart(60_000)
      const watcher = await world.watcher()
      await world.advance(1000)
      expect(kindsOf(watcher.last('summary').troubles)).to.deep.equal([
        'silent-driver driver/bob',
        `away-with-events ${TILL}`,
      ])
    })

    it('[WA12] are a disk without room and a participant to whom delivery was stopped', async () => {
      const hub = await WatchedHub.open({ isDiskLow: () => true })
      const watcher = await hub.watcher()
      await hub.vendor()
      await watcher.ask('act', { action: 'pause', participant: TILL })
      await hub.advance(1000)
      expect(watcher.last('summary').troubles).to.deep.equal([
        { kind: 'disk-low', value: 1000 },
        { kind: 'paused', participant: TILL, sinceMs: hub.clock.now() - 1000 },
      ])
    })
  })
})
