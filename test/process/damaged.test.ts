import { join } from 'node:path'
import { expect } from 'chai'
import { ClassicLevel } from 'classic-level'
import { killLeftovers } from '../support/caps-process.ts'
import { driverOf, orderOf, vendorOf } from '../support/client.ts'
import { startHub } from '../support/hub-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Leaves a folder in which one in-transit event waits for `vendor/acme/main`. */
const folderWithOneEntry = async (): Promise<string> => {
  const folder = temporaryFolder()
  const hub = await startHub(folder)
  const vendor = await vendorOf(hub.url, 'acme')
  const driver = await driverOf(hub.url, 'd')
  await vendor.ask('pickup', orderOf('acme', 'o-1'))
  await driver.handed.next()
  vendor.socket.disconnect()
  expect(await driver.ask('in-transit', { store: 'acme', orderId: 'o-1' })).to.include({ ok: true })
  hub.child.kill('SIGTERM')
  await hub.ended
  return folder
}

const damage = async (folder: string, prefix: string): Promise<void> => {
  const db = new ClassicLevel<string, string>(join(folder, 'hub'))
  const [[key, value] = ['', '']] = await db.iterator({ gte: prefix, limit: 1 }).all()
  expect(key).to.match(new RegExp(`^${prefix}`))
  await db.put(key, value.replace('in-transit', 'in-transiT'))
  await db.close()
}

describe('a hub with damaged data', function () {
  this.timeout(60_000)
  afterEach(killLeftovers)

  it('[LG11][HB7] serves no damaged event, says which value it is and what to do, and exits with 1', async () => {
    const folder = await folderWithOneEntry()
    await damage(folder, 'q/vendor/acme/main/')
    const hub = await startHub(folder)
    const vendor = await vendorOf(hub.url, 'acme')
    await hub.line('The value of q/vendor/acme/main/')
    expect(await hub.ended).to.equal(1)
    expect(hub.lines.join('\n')).to.match(/checksum does not match. Restore the folder/)
    expect(hub.lines.filter((line) => /^\s+at /.test(line))).to.deep.equal([])
    expect(vendor.handed.all).to.deep.equal([])
  })
})
