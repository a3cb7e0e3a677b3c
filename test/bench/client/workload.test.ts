import { expect } from 'chai'
import type { EventName, HandedEvent } from '../../../shared/protocol.ts'
import type { OpenParticipant, ParticipantSettings } from './participant.ts'
import { Workload } from './workload.ts'

const handed = (event: EventName, payload: { store: string; orderId: string }): HandedEvent => ({
  id: `${event}-${payload.orderId}`,
  event,
  time: '',
  payload: { customer: '', address: '', ...payload },
  entry: '1',
  attempt: 1,
})

/** Hands everything over in the turn after it was published; `distort` may give another list of events. */
const fakeHub = (
  distort: (event: HandedEvent) => HandedEvent[] = (event) => [event],
  { keepsOrder = true } = {},
) => {
  const vendors = new Map<string, ParticipantSettings>()
  const drivers: ParticipantSettings[] = []
  const open: { most: number; now: number } = { most: 0, now: 0 }
  const published: (EventName | 'confirmed')[] = []
  const receiverOf = ({ event, payload }: HandedEvent) =>
    event === 'pickup' ? drivers[0]! : vendors.get(payload.store)!
  const count = (event: EventName) => {
    if (event === 'pickup') open.now += 1
    if (event === 'delivered') open.now -= 1
    open.most = Math.max(open.most, open.now)
  }
  const openParticipant: OpenParticipant = async (settings) => {
    const { identity } = settings
    if (identity.role === 'vendor') vendors.set(identity.store, settings)
    else drivers.push(settings)
    return {
      keepsOrder,
      publish(event, payload, confirmed) {
        count(event)
        published.push(event)
        queueMicrotask(() => {
          published.push('confirmed')
          confirmed()
          for (const each of distort(handed(event, payload))) receiverOf(each).handed(each)
        })
      },
      close: async () => {},
    }
  }
  return { openParticipant, open, drivers, published }
}

const openWith = (hub: ReturnType<typeof fakeHub>, open = 3) =>
  Workload.open({ url: '', vendors: 2, drivers: 1, open }, hub.openParticipant)

const faultOf = (running: Promise<unknown>): Promise<string> =>
  running.then(
    () => 'none',
    (error: Error) => error.message,
  )

describe('the workload of the benchmark', () => {
  it('runs so many orders to their end, window after window, with so many open at a time', async () => {
    const hub = fakeHub()
    const workload = await openWith(hub)
    const measured = await workload.run(50)
    expect(measured.elapsedMs).to.be.above(0)
    await workload.run(20)
    expect(workload.delivered).to.equal(70)
    expect(hub.open).to.deep.equal({ most: 3, now: 0 })
  })

  it('measures an order from its pickup to its end', async () => {
    const workload = await openWith(fakeHub())
    const { p50Ms, p99Ms } = await workload.run(20)
    expect(p50Ms).to.be.above(0)
    expect(p99Ms).to.be.at.least(p50Ms)
  })

  for (const keepsOrder of [true, false])
    it(`publishes delivered ${keepsOrder ? 'with' : 'after the confirmation of'} in-transit where the client ${keepsOrder ? 'keeps' : 'does not keep'} their order`, async () => {
      const hub = fakeHub(undefined, { keepsOrder })
      const workload = await openWith(hub, 1)
      await workload.run(1)
      const { published } = hub
      const behind = published.slice(published.indexOf('in-transit') + 1)
      expect(behind.slice(0, behind.indexOf('delivered'))).to.deep.equal(keepsOrder ? [] : ['confirmed'])
    })

  for (const event of ['pickup', 'in-transit', 'delivered'] as const)
    it(`fails when a ${event} comes twice`, async () => {
      const workload = await openWith(fakeHub((each) => (each.event === event ? [each, each] : [each])))
      expect(await faultOf(workload.run(5))).to.match(new RegExp(`${event} of order-0.* twice`))
    })

  it('fails when an order is delivered before it is in transit', async () => {
    const workload = await openWith(fakeHub((event) => (event.event === 'in-transit' ? [] : [event])))
    expect(await faultOf(workload.run(5))).to.equal('delivered of order-0 came twice or out of order')
  })

  it('fails with what a participant says, in this window and in the next one', async () => {
    const hub = fakeHub(() => [])
    const workload = await openWith(hub)
    const running = faultOf(workload.run(5))
    hub.drivers[0]!.failed('pickup: busy')
    expect(await running).to.equal('pickup: busy')
    expect(await faultOf(workload.run(5))).to.equal('pickup: busy')
    expect(await faultOf(workload.close())).to.equal('pickup: busy')
  })
})
