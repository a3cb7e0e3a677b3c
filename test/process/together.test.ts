import { expect } from 'chai'
import { killLeftovers, startCaps, startProcess } from '../support/caps-process.ts'
import { type HubProcess, startHub } from '../support/hub-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('programs together', function () {
  this.timeout(60_000)
  let hub: HubProcess

  beforeEach(async () => {
    hub = await startHub(temporaryFolder())
  })
  afterEach(killLeftovers)

  const actor = (program: string, ...flags: string[]) =>
    startCaps(program, '--url', hub.url, '--data-dir', temporaryFolder(), ...flags)

  it('[SE2][PR3] lets a second process under the same name take the place of the first, which says so and exits with 4', async () => {
    const first = actor('driver', '--id', 'd-1')
    await first.line('connected to the hub')
    const second = actor('driver', '--id', 'd-1')
    await second.line('connected to the hub')
    await first.line('another process took the place of driver/d-1')
    expect(await first.ended).to.equal(4)
    second.child.kill('SIGTERM')
    expect(await second.ended).to.equal(0)
  })

  it('[SK7] shows a store where the driver with its parcel is, and no other store', async () => {
    const [acme, other] = ['acme', 'other'].map((store) =>
      actor('vendor', '--store', store, '--rate', store === 'acme' ? '1' : '0', '--log-level', 'debug'),
    )
    await Promise.all([acme!.line('connected to the hub'), other!.line('connected to the hub')])
    actor('driver', '--id', 'd-1', '--travel-ms', '10000')
    expect(await acme!.line('d-1 is at')).to.match(/is at -?\d+\.\d+, -?\d+\.\d+/)
    expect(other!.lines.filter((line) => line.includes('is at'))).to.deep.equal([])
  })

  it('[LK70] runs the example of the link library to its end', async () => {
    const example = startProcess(process.execPath, ['examples/link.mjs', hub.url])
    await example.line('VENDOR: Thank you for delivering')
    expect(await example.ended).to.equal(0)
  })
})
