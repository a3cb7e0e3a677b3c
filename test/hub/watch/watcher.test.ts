import { expect } from 'chai'
import sinon from 'sinon'
import type { Keys } from '../../../hub/access/keys.ts'
import type { ParticipantId } from '../../../shared/ids.ts'
import type { Look } from '../../../shared/watch.ts'
import { newKeys, tokenFor } from '../../support/tokens.ts'
import { StubWatchSocket, WatchedHub } from './watched-hub.ts'

const ACME = 'vendor/acme/main'

describe('one who watches', () => {
  describe('an open hub', () => {
    let world: WatchedHub
    beforeEach(async () => {
      world = await WatchedHub.open()
    })

    it('[WA1] is an operator, and hears first what hub it is', async () => {
      const startedMs = world.clock.now()
      await world.advance(1500)
      const { sent } = await world.watcher()
      expect(sent.map(({ message }) => message)).to.deep.equal(['hello', 'audit'])
      expect(sent[0]!.argument).to.deep.equal({
        ...{ protocol: 1, version: '1.2.3', settings: { port: 3001 }, role: 'operator', order: null },
        ...{ startedMs, nowMs: startedMs + 1500 },
      })
    })

    it('[WA1] must speak the protocol, and say nothing that is not asked', async () => {
      const codeFor = async (auth: unknown) => (await world.knock(new StubWatchSocket(auth, world)))?.code
      expect(await codeFor({ protocol: 2 })).to.equal('protocol-version')
      expect(await codeFor({ role: 'vendor' })).to.equal('bad-handshake')
      expect(await codeFor('x')).to.equal('bad-handshake')
      expect(await codeFor(undefined)).to.equal(undefined)
    })

    it('[WA4] is told a summary once a second, the same as all others', async () => {
      const watchers = [await world.watcher(), await world.watcher()]
      await world.advance(3000)
      const [one, other] = watchers.map((watcher) => watcher.told('summary'))
      expect(one!.length).to.equal(3)
      expect(other).to.deep.equal(one)
      expect(one![0]!.connections).to.deep.equal({ vendors: 0, drivers: 0, watchers: 2 })
      const late = await world.watcher()
      expect(late.told('summary')).to.deep.equal([one!.at(-1)])
    })

    it('[WA4] is the reason for which the machine is asked, and nobody asks it before and afterwards', async () => {
      const figures = { loopDelayP99Ms: 1, rssBytes: 2, heapBytes: 3, processorShare: 0.5 }
      const machine = { start: sinon.stub(), stop: sinon.stub(), take: sinon.stub().returns(figures) }
      const hub = await WatchedHub.open({ machine })
      await hub.advance(3000)
      expect([machine.start.callCount, machine.take.callCount]).to.deep.equal([0, 0])
      const watchers = [await hub.watcher(), await hub.watcher()]
      await hub.advance(2000)
      expect(watchers[0]!.last('summary').system).to.deep.include({ ...figures, diskFreeBytes: 1000 })
      for (const watcher of watchers) watcher.leave()
      await hub.advance(3000)
      expect([machine.start.callCount, machine.take.callCount, machine.stop.callCount]).to.deep.equal([
        1, 2, 1,
      ])
    })

    it('[WA5] hears where all orders are and what is owed', async () => {
      const [vendor, bob] = [await world.vendor(), await world.driver('bob', { capacity: 3 })]
      const watcher = await world.watcher()
      await world.pickups(vendor, 'A', 'B', 'C', 'D')
      await world.carry(bob, 'A', 'in-transit', 'delivered')
      await bob.say('in-transit', { store: 'acme', orderId: 'B' })
      await vendor.leave()
      await world.advance(1000)
      const { orders, flow, delays, connections } = watcher.last('summary')
      expect(orders).to.deep.equal({ waiting: 1, assigned: 1, inTransit: 1, deliveredToday: 1 })
      expect(flow).to.deep.equal({
        ...{ in: 7, out: 6, acknowledged: 3, redelivered: 0 },
        ...{ ready: 3, unacknowledged: 1 },
      })
      expect(delays).to.deep.equal({ p50Ms: 0, p99Ms: 0 })
      expect(connections).to.deep.equal({ vendors: 0, drivers: 1, watchers: 1 })
    })

    it('[WA5] hears the same after a restart', async () => {
      const [vendor, bob] = [await world.vendor(), await world.driver('bob', { capacity: 2 })]
      await world.pickups(vendor, 'A', 'B', 'C', 'D')
      await world.carry(bob, 'A', 'in-transit')
      await world.restart(1000)
      const watcher = await world.watcher()
      await world.advance(1000)
      const { orders, flow } = watcher.last('summary')
      expect(orders).to.deep.equal({ waiting: 2, assigned: 1, inTransit: 1, deliveredToday: 0 })
      expect([flow.ready, flow.unacknowledged]).to.deep.equal([3, 0])
    })

    it('[WA8] is refused in words what is no look, and goes on', async () => {
      const watcher = await world.watcher()
      const refusals = [
        await watcher.ask('look', null),
        await watcher.ask('look', { view: 'toString' }),
        await watcher.ask('look', { view: 'orders', filter: { state: 'gone' } }),
        await watcher.ask('look', { view: 'orders', filter: { search: '%' } }),
        await watcher.ask('look', { view: 'now', more: 1 }),
        await watcher.ask('act', { action: 'drop', participant: 'nobody', entries: 'all' }),
        await watcher.ask('act', { action: 'explode' }),
      ]
      expect(refusals.map(({ code }) => code)).to.deep.equal(Array(7).fill('malformed'))
      expect((await watcher.ask('publish', [])).code).to.equal('unknown-message')
      expect((await watcher.ask('look', { view: 'order', store: 'acme', orderId: 'none' })).code).to.equal(
        'unknown-order',
      )
      expect(
        (await watcher.ask('look', { view: 'queue', participant: 'driver/none', place: 'queue' })).code,
      ).to.equal('not-found')
      expect((await watcher.look({ view: 'now' })).course.minute).to.deep.equal([])
      watcher.inbound.emit('any')
      expect((await watcher.ask('toString')).code).to.equal('unknown-message')
    })

    it('[WA8] has only so many questions under way', async () => {
      const watcher = await world.watcher()
      const answers: { ok: boolean; code?: string }[] = []
      for (let number = 0; number < 10; number += 1)
        watcher.inbound.emit(
          'any',
          'look',
          { view: 'queues' },
          (answer: { ok: boolean }) => void answers.push(answer),
        )
      await world.settle()
      expect(answers.map(({ ok, code }) => code ?? ok)).to.have.members([
        ...Array(8).fill(true),
        'busy',
        'busy',
      ])
      expect((await watcher.ask('look', { view: 'now' })).ok).to.equal(true)
    })

    it('[WA15] is cut when it does not read', async () => {
      const watcher = await world.watcher()
      watcher.conn.transport.socket.bufferedAmount = 2 ** 21
      await world.advance(1000)
      expect(watcher.conn.close.calledOnceWithExactly(true)).to.equal(true)
      expect(world.reports.counts.cutConnections).to.equal(1)
      expect(watcher.told('summary')).to.deep.equal([])
    })

    it('[WA15] is cut when nothing has left for it for too long', async () => {
      const watcher = await world.watcher()
      watcher.data.connection!.stalled()
      watcher.data.connection!.stalled()
      await world.settle()
      expect(watcher.conn.close.callCount).to.equal(1)
    })

    it('[WA15] is read more slowly when it asks for more than it may', async () => {
      const watcher = await world.watcher()
      for (let number = 0; number < 30; number += 1)
        watcher.conn.emit('packet', { type: 'message', data: '2' })
      expect(watcher.conn.transport.socket.pause.callCount).to.equal(1)
      await world.advance(1000)
      expect(watcher.conn.transport.socket.resume.callCount).to.equal(1)
    })

    it('[WA15] is refused a message that is too large', async () => {
      const watcher = await world.watcher()
      watcher.conn.emit('packet', { type: 'message', data: 'x'.repeat(200_000) })
      expect((await watcher.ask('look', 'x'.repeat(200_000))).code).to.equal('too-large')
    })

    it('[WA15] is one of a thousand at most', async () => {
      const crowd = Array.from({ length: 1001 }, () => world.knock(new StubWatchSocket({}, world)))
      const refused = (await Promise.all(crowd)).filter((refusal) => refusal !== null)
      expect(refused.map(({ code }) => code)).to.deep.equal(['not-ready'])
    })

    it('[WA14] sees what operators have done, the newest fifty at first and each as it happens', async () => {
      const [one, other] = [await world.watcher(), await world.watcher()]
      await world.vendor()
      for (let number = 0; number < 51; number += 1)
        await one.ask('act', { action: number % 2 === 0 ? 'pause' : 'resume', participant: ACME })
      expect(other.told('audit').length).to.equal(52)
      const [line] = other.last('audit')
      expect(line).to.deep.equal({
        timeMs: world.clock.now(),
        who: 'operator/open',
        action: 'pause',
        target: ACME,
        done: 1,
      })
      expect((await world.watcher()).last('audit').length).to.equal(50)
    })

    it('[WA14] sees no line of what was refused', async () => {
      const watcher = await world.watcher()
      expect(
        await watcher.ask('act', { action: 'replay', participant: 'driver/none', entries: 'all' }),
      ).to.include({ ok: false })
      expect(watcher.told('audit')).to.deep.equal([[]])
    })
  })

  describe('a hub with a key', () => {
    let world: WatchedHub
    let keys: Keys
    beforeEach(async () => {
      keys = newKeys()
      world = await WatchedHub.open({ keys })
    })

    const tokenOf = (participant: string, more: object = {}) =>
      tokenFor(keys, participant, { nowMs: world.clock.now(), ...more })
    const watcherAs = async (participant: string, more: object = {}) =>
      world.watcher({ token: await tokenOf(participant, more) })

    it('[WA1] needs the token of an observer or an operator', async () => {
      const codeFor = async (auth: object) => (await world.knock(new StubWatchSocket(auth, world)))?.code
      expect(await codeFor({})).to.equal('token-missing')
      expect(await codeFor({ token: 'x' })).to.equal('token-invalid')
      for (const participant of [ACME, 'driver/bob'])
        expect(await codeFor({ token: await tokenOf(participant) })).to.equal('wrong-role')
      expect((await watcherAs('observer/eve')).last('hello').role).to.equal('observer')
      expect((await watcherAs('operator/max')).last('hello').role).to.equal('operator')
    })

    it('[WA14] may act only as an operator', async () => {
      const [eve, max] = [await watcherAs('observer/eve'), await watcherAs('operator/max')]
      expect((await eve.ask('act', { action: 'pause', participant: 'fleet' })).code).to.equal('not-permitted')
      expect(await max.ask('act', { action: 'pause', participant: 'fleet' })).to.deep.equal({
        ok: true,
        done: 1,
      })
      expect(eve.last('audit')[0]!.who).to.equal('operator/max')
    })

    it('[WA2] with a token for one order looks at that one and hears of nothing else', async () => {
      const guest = await watcherAs('observer/guest', { order: 'acme/A' })
      expect(guest.last('hello')).to.deep.include({ order: 'acme/A', settings: {} })
      const others: Look[] = [
        { view: 'now' },
        { view: 'map' },
        { view: 'queues' },
        { view: 'orders', filter: { search: 'acme/A' } },
        { view: 'order', store: 'acme', orderId: 'B' },
      ]
      for (const look of others) expect((await guest.ask('look', look)).code).to.equal('not-permitted')
      expect((await guest.ask('look', { view: 'order', store: 'acme', orderId: 'A' })).code).to.equal(
        'unknown-order',
      )
      const max = await watcherAs('operator/max')
      await max.ask('act', { action: 'pause', participant: 'fleet' })
      await world.advance(2000)
      expect(guest.sent.map(({ message }) => message)).to.deep.equal(['hello'])
    })

    it('[WA3] is told and cut when its token expires, or is revoked', async () => {
      const eve = await watcherAs('observer/eve', { lifetimeMs: 3000 })
      const max = await watcherAs('operator/max')
      await world.advance(8000)
      expect([eve.last('refused').code, eve.disconnect.calledOnceWithExactly(true)]).to.deep.equal([
        'token-expired',
        true,
      ])
      const revoking = world.hub.access.revoke('operator/max' as ParticipantId)
      await world.settle()
      await revoking
      expect([max.last('refused').code, max.connected]).to.deep.equal(['token-revoked', false])
      expect(world.hub.watch.size).to.equal(0)
    })

    it('[WA3] hears and is answered nothing from the moment at which its token ends', async () => {
      const eve = await watcherAs('observer/eve', { lifetimeMs: 500 })
      world.clock.advance(500)
      const answers: unknown[] = []
      eve.inbound.emit('any', 'look', { view: 'now' }, (answer: unknown) => void answers.push(answer))
      await world.settle()
      expect(answers).to.deep.equal([])
      expect(eve.told('changed')).to.deep.equal([])
    })

    it('[WA3] may renew its token, with one for the same', async () => {
      const eve = await watcherAs('observer/eve', { lifetimeMs: 3000 })
      expect((await eve.ask('token', 'x')).code).to.equal('token-refused')
      expect((await eve.ask('token', await tokenOf('operator/max'))).code).to.equal('token-refused')
      expect((await eve.ask('token', await tokenOf('observer/eve', { order: 'acme/A' }))).code).to.equal(
        'token-refused',
      )
      const renewed = await eve.ask('token', await tokenOf('observer/eve', { lifetimeMs: 60_000 }))
      expect(renewed).to.deep.equal({ ok: true, id: 'observer/eve' })
      await world.advance(10_000)
      expect(eve.connected).to.equal(true)
    })
  })
})
