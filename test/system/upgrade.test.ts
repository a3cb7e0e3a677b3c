/** A connection that begins with long polling and goes over to a WebSocket while messages are under way. */
import { expect } from 'chai'
import { driverOf, openClient, orderOf } from '../support/client.ts'
import { startTestHub } from '../support/hub.ts'
import { eventOf } from '../support/waiting.ts'

const COUNT = 300

describe('a connection that is upgraded', () => {
  it('[SK13] gets every answer and every event once, those of an order in its order, over one transport and the other', async () => {
    const hub = await startTestHub()
    const vendor = openClient(
      hub.url,
      { role: 'vendor', store: 's' },
      { transports: ['polling', 'websocket'] },
    )
    const upgraded = eventOf(vendor.socket.io.engine, 'upgrade')
    const driver = await driverOf(hub.url, 'd')
    const ids = Array.from({ length: COUNT }, (_, n) => `o-${n}`)
    const asked: Promise<unknown>[] = []
    const half = COUNT / 2
    for (const id of ids.slice(0, half)) asked.push(vendor.ask('pickup', orderOf('s', id)))
    await upgraded
    for (const id of ids.slice(half)) asked.push(vendor.ask('pickup', orderOf('s', id)))
    for (const answer of await Promise.all(asked)) expect(answer).to.include({ ok: true })
    for (let n = 0; n < COUNT; n += 1) {
      const { event, reply } = await driver.handed.next()
      reply()
      const { orderId } = event.payload
      expect(orderId).to.equal(ids[n])
      for (const step of ['in-transit', 'delivered'])
        expect(await driver.ask(step, { store: 's', orderId })).to.include({ ok: true })
    }
    const told: string[] = []
    for (let n = 0; n < 2 * COUNT; n += 1) {
      const { event, reply } = await vendor.handed.next()
      reply()
      told.push(`${event.event} ${event.payload.orderId}`)
    }
    const ofEach = ids.map((id) => told.filter((one) => one.endsWith(` ${id}`)))
    expect(ofEach).to.deep.equal(ids.map((id) => [`in-transit ${id}`, `delivered ${id}`]))
    expect(hub.reports.counts).to.include({ ignored: 0, failedHandovers: 0 })
  })
})
