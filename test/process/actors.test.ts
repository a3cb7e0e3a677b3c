import { expect } from 'chai'
import { freePort } from '../../bin/simulation/free-port.ts'
import { killLeftovers, startCaps } from '../support/caps-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('actors as processes', function () {
  this.timeout(60_000)
  afterEach(killLeftovers)

  it('[DR7] makes a second driver of a second process, and the same one again of a restarted one', async () => {
    const common = [
      'driver',
      '--url',
      `http://127.0.0.1:${await freePort()}`,
      '--data-dir',
      temporaryFolder(),
    ]
    const first = startCaps(...common)
    await first.line('this is driver/driver-1')
    const second = startCaps(...common)
    await second.line('this is driver/driver-2')
    first.child.kill('SIGKILL')
    await first.ended
    const again = startCaps(...common)
    await again.line('this is driver/driver-1')
    await again.line('waiting for the hub')
    for (const { child } of [second, again]) child.kill('SIGTERM')
    expect(await Promise.all([second.ended, again.ended])).to.deep.equal([0, 0])
  })

  it('[VN7] takes the first store of its list that is free, and exits with 3 when none is', async () => {
    const common = [
      'vendor',
      '--url',
      `http://127.0.0.1:${await freePort()}`,
      '--data-dir',
      temporaryFolder(),
    ]
    const first = startCaps(...common, '--store', 'a,b')
    await first.line('this is vendor/a/main')
    const second = startCaps(...common, '--store', 'a,b')
    await second.line('this is vendor/b/main')
    const third = startCaps(...common, '--store', 'a,b')
    await third.line('Live processes serve vendor/a/main and vendor/b/main')
    expect(await third.ended).to.equal(3)
  })

  it('[VN3][VN5] goes on after a kill and ends by itself when all of its orders are thanked for', async () => {
    const port = String(await freePort())
    const folder = temporaryFolder()
    const common = ['--data-dir', folder]
    const hub = startCaps('hub', '--port', port, ...common)
    await hub.line('taking connections')
    const url = ['--url', `http://127.0.0.1:${port}`]
    const driver = startCaps('driver', ...url, ...common, '--travel-ms', '20', '--capacity', '20')
    const orders = ['--store', 'acme', '--orders', '30', '--rate', '40', '--seed', '7']
    const killed = startCaps('vendor', ...url, ...common, ...orders)
    for (let thanks = 0; thanks < 5; thanks += 1) await killed.line('Thank you for delivering')
    killed.child.kill('SIGKILL')
    await killed.ended
    const again = startCaps('vendor', ...url, ...common, ...orders)
    await again.line('thanked for 30 of 30 orders')
    expect(await again.ended).to.equal(0)
    for (const { child } of [driver, hub]) child.kill('SIGTERM')
    expect(await Promise.all([driver.ended, hub.ended])).to.deep.equal([0, 0])
  })
})
