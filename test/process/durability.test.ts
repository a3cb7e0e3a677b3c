/** What docs/DURABILITY.md shows by hand: no confirmation leaves before what it confirms is synced. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Receipt } from '../../shared/protocol.ts'
import { killLeftovers, startCaps, startProcess } from '../support/caps-process.ts'
import { driverOf, orderOf, vendorOf } from '../support/client.ts'
import { readyHub } from '../support/hub-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Call, callsIn, mayTrace } from '../support/trace.ts'

const ORDERS = 40

const TRACING = [
  '-f',
  '-y',
  '-s',
  '200000',
  '-e',
  'trace=write,writev,pwrite64,sendto,sendmsg,fdatasync,fsync',
]

const isSync = ({ name }: Call): boolean => name === 'fdatasync' || name === 'fsync'
const isLogWrite = ({ name, file }: Call): boolean => name.includes('write') && /\/hub\/\d+\.log$/.test(file)
const isSent = ({ file }: Call): boolean => file.startsWith('socket:')

/** Is there a write of the event to LevelDB's log that was synced before `sent` began? */
const isKept = (calls: readonly Call[], id: string, sent: Call): boolean =>
  calls.some(
    (write) =>
      isLogWrite(write) &&
      write.args.includes(id) &&
      calls.some(
        (sync) =>
          isSync(sync) &&
          sync.file === write.file &&
          sync.begun > (write.ended ?? Number.POSITIVE_INFINITY) &&
          (sync.ended ?? Number.POSITIVE_INFINITY) < sent.begun,
      ),
  )

describe('durability', function () {
  this.timeout(30_000)
  afterEach(killLeftovers)

  it('[IN1][LG2] confirms an event after its group is synced, as strace sees it', async function () {
    if (!mayTrace()) this.skip()
    const folder = temporaryFolder()
    const file = join(folder, 'trace')
    // Builds dist if it is stale: that is not what is to be traced.
    await startCaps('hub', '--help').ended
    const command = [process.execPath, 'dist/bin/main.js', 'hub', '--data-dir', folder, '--port', '0']
    const hub = await readyHub(startProcess('strace', [...TRACING, '-o', file, ...command]))
    const [vendor, driver] = [
      await vendorOf(hub.url, 'acme'),
      await driverOf(hub.url, 'd', { capacity: ORDERS }),
    ]
    const confirmed: Receipt[] = []
    for (let n = 0; n < ORDERS; n += 4)
      confirmed.push(
        ...(await Promise.all(
          [0, 1, 2, 3].map((more) => vendor.ask('pickup', orderOf('acme', `o-${n + more}`))),
        )),
      )
    for (let n = 0; n < ORDERS; n += 1)
      confirmed.push(await driver.ask('in-transit', { store: 'acme', orderId: `o-${n}` }))
    const pid = Number(/^(\d+) .*taking connections/m.exec(readFileSync(file, 'utf8'))?.[1])
    process.kill(pid, 'SIGTERM')
    expect(await hub.ended).to.equal(0)

    const calls = callsIn(readFileSync(file, 'utf8'))
    expect(confirmed.map(({ ok }) => ok)).to.deep.equal(Array(2 * ORDERS).fill(true))
    for (const receipt of confirmed) {
      const id = (receipt as { id: string }).id
      const sent = calls.find((call) => isSent(call) && call.args.includes(`\\"ok\\":true,\\"id\\":\\"${id}`))
      expect(sent, `the confirmation of ${id} in the trace`).to.not.equal(undefined)
      expect(isKept(calls, id, sent!), `${id} is synced before it is confirmed`).to.equal(true)
    }
  })
})
