import { expect } from 'chai'
import sinon from 'sinon'
import { atEndOfTest } from '../support/cleanup.ts'
import { driverOf, orderOf, stopReading, vendorOf } from '../support/client.ts'
import { startTestHub } from '../support/hub.ts'
import { RawReader } from '../support/raw-reader.ts'
import { createInbox, eventOf } from '../support/waiting.ts'

/** Much more than both sides' operating system takes for a connection that nobody reads. */
const QUESTIONS = 4000
const DETAILS = { text: 'x'.repeat(8000), more: 'x'.repeat(8000) }

describe('a peer that does not read', () => {
  it('[SK8] is cut when too much waits for it, and finds all of its queue when it is back', async () => {
    const { url, reports } = await startTestHub()
    const cuts = createInbox<string>('a cut')
    sinon.stub(reports, 'cut').callsFake(cuts.put)
    const [slow, driver] = [await vendorOf(url, 'acme'), await driverOf(url, 'd')]
    for (const orderId of ['o-1', 'o-2']) {
      await slow.ask('pickup', { ...orderOf('acme', orderId), details: DETAILS })
      ;(await driver.handed.next()).reply()
    }
    await driver.ask('assignments')
    const reader = stopReading(slow)
    for (const orderId of ['o-1', 'o-2'])
      expect(await driver.ask('in-transit', { store: 'acme', orderId })).to.include({ ok: true })
    const closed = eventOf(slow.socket, 'disconnect')
    for (let asked = 0; asked < QUESTIONS; asked += 1) slow.socket.emit('track', { orderId: 'o-1' }, () => {})
    expect(await cuts.next()).to.equal('vendor/acme/main')
    reader.resume()
    await closed
    const again = await vendorOf(url, 'acme')
    for (const orderId of ['o-1', 'o-2']) {
      const { event, reply } = await again.handed.next()
      expect(event).to.deep.include({ event: 'in-transit', attempt: 1 })
      expect(event.payload.orderId).to.equal(orderId)
      reply()
    }
    expect(cuts.all).to.have.length(1)
  })

  it('[SK15] is cut at once when it does not answer the ping, whatever waits for it', async () => {
    const { port, reports } = await startTestHub({ options: { pingIntervalMs: 50, pingTimeoutMs: 50 } })
    const ends = createInbox<string>('an end')
    sinon.stub(reports, 'disconnected').callsFake((_, reason) => ends.put(reason))
    const reader = await RawReader.openFrozen(port, { role: 'vendor', store: 'acme' })
    atEndOfTest(() => reader.destroy())
    expect(await ends.next()).to.equal('ping timeout')
    // Without the cut the WebSocket waits longer for an answer to its close frame than this test may take.
    await reader.ended()
  })
})
