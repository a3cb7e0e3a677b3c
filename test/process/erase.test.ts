import { join } from 'node:path'
import { expect } from 'chai'
import type { Keys } from '../../hub/access/keys.ts'
import { keysOf } from '../../hub/access/keys.ts'
import { killLeftovers, startCapsWith } from '../support/caps-process.ts'
import { driverOf, type TestClient, vendorOf } from '../support/client.ts'
import { askHttp } from '../support/http.ts'
import { type HubProcess, readyHub } from '../support/hub-process.ts'
import { filesWith } from '../support/level-bytes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { newSecret, tokenFor } from '../support/tokens.ts'

const MARK = 'MARKED'
const orderOf = (orderId: string, mark = MARK) => ({
  store: 'acme',
  orderId,
  customer: `${mark} customer of ${orderId}`,
  address: `${mark} address of ${orderId}`,
  details: { note: `${mark} details of ${orderId}` },
})

describe('erasing, with real files', function () {
  this.timeout(60_000)
  afterEach(killLeftovers)

  let secret: string
  let keys: Keys
  let folder: string
  let hub: HubProcess
  let shop: TestClient
  let bob: TestClient

  const startHub = async () => {
    const flags = ['--data-dir', folder, '--port', '0', '--ack-timeout-ms', '60000']
    hub = await readyHub(startCapsWith({ CAPS_SECRET: secret }, 'hub', ...flags))
  }

  const erase = async (orderId: string) => {
    const token = await tokenFor(keys, 'operator/test')
    return askHttp(hub.port, `/api/orders/acme/${orderId}/erase`, { method: 'POST', token, body: {} })
  }

  const marked = () => filesWith(join(folder, 'hub'), MARK)

  beforeEach(async () => {
    secret = newSecret()
    keys = keysOf(secret)!
    folder = temporaryFolder()
    await startHub()
    shop = await vendorOf(hub.url, 'acme', { token: await tokenFor(keys, 'vendor/acme/main') })
    bob = await driverOf(hub.url, 'bob', { token: await tokenFor(keys, 'driver/bob') })
  })

  /** The order is carried; its shop rejects what it is told, with a reason, and goes away. */
  const live = async (orderId: string) => {
    await shop.ask('pickup', orderOf(orderId))
    const pickup = await bob.handed.next()
    pickup.reply()
    await bob.ask('in-transit', { store: 'acme', orderId, details: { seen: `${MARK} at the door` } })
    const inTransit = await shop.handed.next()
    inTransit.reply({ reject: `${MARK} reason` })
    await hub.line('handover failed')
    shop.socket.disconnect()
  }

  it('[PV5] has no byte of the order in any file soon after it was answered, whatever was written before', async () => {
    await live('A')
    expect(marked(), 'files before').to.not.deep.equal([])
    expect((await erase('A')).body).to.deep.equal({ ok: true, store: 'acme', orderId: 'A' })
    await hub.line('erased bytes gone')
    expect(marked(), 'files of the running hub').to.deep.equal([])
    hub.child.kill('SIGTERM')
    expect([await hub.ended, marked()]).to.deep.equal([0, []])
  })

  it('[PV5] has none of it either after a start that wrote it to a table', async () => {
    await live('A')
    hub.child.kill('SIGTERM')
    await hub.ended
    await startHub()
    expect(marked(), 'files before').to.not.deep.equal([])
    await erase('A')
    await hub.line('erased bytes gone')
    expect(marked()).to.deep.equal([])
  })

  it('[PV3] survives kill -9 right after the answer', async () => {
    await live('A')
    await erase('A')
    hub.child.kill('SIGKILL')
    await hub.ended
    await startHub()
    const again = await vendorOf(hub.url, 'acme', { token: await tokenFor(keys, 'vendor/acme/main') })
    const { event } = await again.handed.next()
    expect(JSON.stringify(event)).to.include('[erased]').and.not.include(MARK)
    const tracked = await again.ask<object>('track', { orderId: 'A' })
    expect(JSON.stringify(tracked)).to.include('"what":"in-transit"').and.not.include(MARK)
  })

  it('[PV4] refuses an order that it does not know', async () => {
    const { status, body } = await erase('unknown')
    expect([status, (body as { code: string }).code]).to.deep.equal([404, 'unknown-order'])
  })
})
