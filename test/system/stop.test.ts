/** How a hub ends: asked to, with peers that make it hard, and with a disk that fails. */
import { expect } from 'chai'
import type { Receipt } from '../../shared/protocol.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { orderOf, stopReading, type TestClient, vendorOf } from '../support/client.ts'
import { CrashingDatabase } from '../support/crashing-database.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'
import { rawConnection } from '../support/raw-http.ts'
import { eventOf, inTime } from '../support/waiting.ts'

const statusOf = async ({ url }: TestHub, path: string): Promise<number> => (await fetch(url + path)).status

const closedInTime = ({ close }: TestHub): Promise<void> => inTime(close(), () => 'the hub to close')

/** Sends pickups, each on its own, that wait for the disk, which is held; resolves when the hub has got them all. */
const sendAll = async (vendor: TestClient, count: number): Promise<Promise<Receipt>[]> => {
  const receipts = Array.from({ length: count }, (_, n) => vendor.ask('pickup', orderOf('acme', `o-${n}`)))
  for (const receipt of receipts) receipt.catch(() => {})
  await vendor.ask('a message that is answered without the disk')
  return receipts
}

/** A hub on a disk that takes its time from now on. */
const startHeldHub = async () => {
  const database = new CrashingDatabase()
  const hub = await startTestHub({ database })
  // Before the hub's own end, which waits for its disk.
  atEndOfTest(() => database.release())
  const vendor = await vendorOf(hub.url, 'acme')
  database.hold()
  return { database, hub, vendor }
}

describe('a hub that stops', () => {
  it('[HB1] is ready from when it listens, is not when it is about to stop, and answers all the while', async () => {
    const { database, hub, vendor } = await startHeldHub()
    expect([await statusOf(hub, '/readyz'), await statusOf(hub, '/livez')]).to.deep.equal([200, 200])
    expect(await statusOf(hub, '/readyz?verbose')).to.equal(200)
    expect([await statusOf(hub, '/nothing'), await statusOf(hub, '/readyz/')]).to.deep.equal([404, 404])
    const [receipt] = await sendAll(vendor, 1)
    const draining = eventOf(vendor.socket, 'draining')
    const closed = hub.close()
    await draining
    expect([await statusOf(hub, '/readyz'), await statusOf(hub, '/livez')]).to.deep.equal([503, 200])
    database.release()
    await receipt
    await closed
    expect(await statusOf(hub, '/readyz').catch(() => 'nobody is there')).to.equal('nobody is there')
  })

  it('[HB5] tells its clients, sends every receipt that is under way, and then closes their connections', async () => {
    const { database, hub, vendor } = await startHeldHub()
    const receipts = await sendAll(vendor, 300)
    const heard: string[] = []
    vendor.socket.onAny((name) => heard.push(name))
    const closed = eventOf<[string]>(vendor.socket, 'disconnect')
    const draining = eventOf(vendor.socket, 'draining')
    const stopped = closedInTime(hub)
    await draining
    // All receipts leave at once, and the hub has nothing to wait for any more.
    database.release()
    const outcomes = await Promise.all(receipts)
    expect(outcomes.filter(({ ok }) => ok)).to.have.length(300)
    expect(heard).to.deep.equal(['draining'])
    expect(await closed).to.include('io server disconnect')
    await stopped
  })

  it('[HB5] ends although requests are only half sent', async () => {
    const hub = await startTestHub()
    const connections = []
    for (const begun of [
      '',
      'GET /readyz HTTP/1.1\r\nHost: localhost\r\n',
      'POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n40/ca',
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n',
    ]) {
      const connection = await rawConnection(hub.port)
      connection.resume().on('error', () => {})
      connection.write(begun)
      connections.push(eventOf(connection, 'close'))
    }
    await statusOf(hub, '/livez')
    await closedInTime(hub)
    await Promise.all(connections)
  })

  it('[HB5] ends although a peer neither reads nor answers', async () => {
    const hub = await startTestHub()
    const [deaf, well] = [await vendorOf(hub.url, 'deaf'), await vendorOf(hub.url, 'well')]
    stopReading(deaf)
    const closed = eventOf<[string]>(well.socket, 'disconnect')
    await closedInTime(hub)
    expect(await closed).to.include('io server disconnect')
  })

  it('[HB5] ends although peers poll', async () => {
    const hub = await startTestHub()
    const polling = await vendorOf(hub.url, 'acme', {}, { transports: ['polling'] })
    const draining = eventOf(polling.socket, 'draining')
    const closed = eventOf<[string]>(polling.socket, 'disconnect')
    await closedInTime(hub)
    await draining
    await closed
  })

  it('[HB5] closes once, however often it is asked', async () => {
    const hub = await startTestHub()
    await Promise.all([closedInTime(hub), closedInTime(hub)])
    await closedInTime(hub)
  })

  it('[HB7] because its disk has failed confirms nothing more, and does not wait for what will never be durable', async () => {
    const { database, hub, vendor } = await startHeldHub()
    const failed = new Promise<Error>((resolve) => hub.hub.onFault(resolve))
    const receipts = await sendAll(vendor, 3)
    database.failWrites(new Error('ENOSPC: no space left on device'))
    database.release()
    expect((await failed).message).to.include(
      'The data folder cannot be written or read: ENOSPC: no space left on device. Nothing is confirmed any more.',
    )
    const late = vendor.ask('pickup', orderOf('acme', 'late'))
    const outcomes = Promise.allSettled([...receipts, late])
    await closedInTime(hub)
    for (const outcome of await outcomes)
      expect(outcome.status === 'fulfilled' && outcome.value.ok).to.equal(false)
  })
})
