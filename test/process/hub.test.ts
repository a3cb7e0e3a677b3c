import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { ClassicLevel } from 'classic-level'
import { encode } from '../../hub/ledger/level/codec.ts'
import type { Receipt } from '../../shared/protocol.ts'
import {
  type CapsProcess,
  killLeftovers,
  startCaps,
  startCapsWith,
  startProcess,
} from '../support/caps-process.ts'
import { openClient, orderOf, stopReading, vendorOf } from '../support/client.ts'
import { type HubProcess, readyHub, startHub } from '../support/hub-process.ts'
import { rawConnection } from '../support/raw-http.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { newSecret } from '../support/tokens.ts'
import { eventOf } from '../support/waiting.ts'

const isWindows = process.platform === 'win32'

/** Its exit code and all that it said. */
const outcomeOf = async (hub: CapsProcess): Promise<{ code: number | string; lines: readonly string[] }> => ({
  code: await hub.ended,
  lines: hub.lines,
})

const statusOf = async ({ url }: HubProcess): Promise<number> => (await fetch(`${url}/readyz`)).status

/** A folder that a hub of another make, or another program, has written. */
const folderWith = async (key: string, value: string): Promise<string> => {
  const folder = temporaryFolder()
  const db = new ClassicLevel<string, string>(join(folder, 'hub'))
  await db.put(key, value)
  await db.close()
  return folder
}

/** A hub none of whose files may grow above so many KiB: LevelDB's write fails for real. */
const startLimitedHub = async (folder: string, limitKib = 256): Promise<HubProcess> => {
  // Builds dist if it is stale, which could not be done within the limit.
  await startCaps('hub', '--help').ended
  const command = `ulimit -f ${limitKib}; exec "$0" dist/bin/main.js hub "$@"`
  return readyHub(
    startProcess('bash', ['-c', command, process.execPath, '--data-dir', folder, '--port', '0']),
  )
}

describe('the hub as a process', function () {
  this.timeout(30_000)
  afterEach(killLeftovers)

  it('[HB1][HB3] says in one line where it takes connections, and in another that it is open; /readyz agrees', async () => {
    const hub = await startHub(temporaryFolder())
    expect(await statusOf(hub)).to.equal(200)
    expect(hub.url).to.equal(`http://127.0.0.1:${hub.port}`)
    expect(hub.lines.filter((line) => line.includes('taking connections'))).to.have.length(1)
    expect(await hub.line('no key is configured')).to.include('the hub is open')
  })

  it('[HB3][AC4] says which keys it takes, but no key, once it has one', async () => {
    const [young, old] = [newSecret(), newSecret()]
    const variables = { CAPS_SECRET: `young:${young},old:${old}` }
    const hub = await readyHub(
      startCapsWith(variables, 'hub', '--data-dir', temporaryFolder(), '--port', '0'),
    )
    expect(await hub.line('lets in')).to.include('signed with key young or old')
    expect(hub.lines.join()).to.not.include('is open').and.not.include(young).and.not.include(old)
  })

  it('[HB2] says that its port is in use, and exits with 3', async () => {
    const { port } = await startHub(temporaryFolder())
    const second = startCaps('hub', '--data-dir', temporaryFolder(), '--port', String(port))
    expect(await outcomeOf(second)).to.deep.equal({
      code: 3,
      lines: [
        `Port ${port} on 127.0.0.1 is in use. Stop the program that has it, or give this hub another one with --port.`,
      ],
    })
  })

  it('[HB2] says that its data folder is in use, and exits with 3', async () => {
    const folder = temporaryFolder()
    await startHub(folder)
    const second = startCaps('hub', '--data-dir', folder, '--port', '0')
    expect(await outcomeOf(second)).to.deep.equal({
      code: 3,
      lines: [
        `The data folder ${join(folder, 'hub')} belongs to another hub that is running. Stop that one, or give this one another folder with --data-dir.`,
      ],
    })
  })

  for (const [what, key, value, words] of [
    ['a later version', 'm/format', encode('m/format', 7), 'is of format 7; this hub reads format 6'],
    ['another program', 'some key', 'some value', 'is of an unknown format; this hub reads format 6'],
  ] as const)
    it(`[HB2][LG12] does not touch the folder of ${what}, says so, and exits with 3`, async () => {
      const { code, lines } = await outcomeOf(
        startCaps('hub', '--data-dir', await folderWith(key, value), '--port', '0'),
      )
      expect(code).to.equal(3)
      expect(lines).to.have.length(1)
      expect(lines[0]).to.include(words)
    })

  it('[HB3][HB4] lists all that is wrong with its configuration at once, exits with 2, and has made nothing', async () => {
    const folder = join(temporaryFolder(), 'data')
    const wrong = ['--port', '70000', '--host', '0.0.0.0', '--window', '', '--log-level', 'loud']
    const { code, lines } = await outcomeOf(
      startCapsWith({ CAPS_SECRET: 'hush' }, 'hub', '--data-dir', folder, ...wrong),
    )
    expect(code).to.equal(2)
    expect(lines.slice(1)).to.have.length(5)
    for (const flag of [
      '--port: got "70000"',
      '--host: got "0.0.0.0"',
      '--window',
      'CAPS_SECRET: got a value',
      '--log-level',
    ])
      expect(lines.filter((line) => line.startsWith(`  ${flag}`))).to.have.length(1)
    expect(lines.join()).to.not.include('hush')
    expect(existsSync(folder)).to.equal(false)
  })

  for (const host of ['192.0.2.1', '::', '127.0.0.1.evil.example', ''])
    it(`[HB3] does not listen on ${host || 'an empty address'}`, async () => {
      const { code, lines } = await outcomeOf(startCaps('hub', '--host', host))
      expect(code).to.equal(2)
      expect(lines[1]).to.include(`--host: got ${JSON.stringify(host)}, expected a loopback address`)
    })

  it('[HB3] listens on any loopback address', async () => {
    const hub = await startHub(temporaryFolder(), 0, '--host', '127.0.0.9')
    expect(await statusOf(hub)).to.equal(200)
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`[HB5] tells its clients at ${signal}, and exits with 0 although peers make it hard`, async function () {
      if (isWindows) this.skip()
      const hub = await startHub(temporaryFolder())
      const [vendor, deaf] = [await vendorOf(hub.url, 'acme'), await vendorOf(hub.url, 'deaf')]
      const half = await rawConnection(hub.port)
      half.on('error', () => {})
      half.write('POST /socket.io/ HTTP/1.1\r\nHost: localhost\r\n')
      stopReading(deaf)
      await vendor.ask('pickup', orderOf('acme', 'o-1'))
      const heard = [eventOf(vendor.socket, 'draining'), eventOf(vendor.socket, 'disconnect')]
      hub.child.kill(signal)
      await Promise.all(heard)
      expect(await hub.ended).to.equal(0)
      expect(hub.lines.at(-1)).to.include('HUB: stopped')
      expect(hub.lines.join('\n')).to.not.match(/Error| at /)
    })

  it('[HB8] logs an accepted event as EVENT with its name, time and payload', async () => {
    const hub = await startHub(temporaryFolder(), 0, '--log-format', 'json')
    const vendor = await vendorOf(hub.url, 'acme')
    await vendor.ask('pickup', orderOf('acme', 'o-1'))
    const { event, time, payload } = JSON.parse(await hub.line('EVENT'))
    expect({ event, payload }).to.deep.equal({ event: 'pickup', payload: orderOf('acme', 'o-1') })
    expect(new Date(time).toISOString()).to.equal(time)
    await vendor.ask('in-transit', {})
    expect(JSON.parse(await hub.line('refused'))).to.include({ code: 'malformed' })
  })

  it('[HB7] ends when its disk takes no more, having confirmed nothing that it does not keep', async function () {
    if (isWindows) this.skip()
    const folder = temporaryFolder()
    const hub = await startLimitedHub(folder)
    const vendor = await vendorOf(hub.url, 'acme', { receive: false })
    const confirmed: string[] = []
    const closed = eventOf(vendor.socket, 'disconnect')
    const send = (n: number): void => {
      const orderId = `o-${n}`
      const order = { ...orderOf('acme', orderId), details: { text: 'x'.repeat(1000) } }
      vendor.socket.emit('pickup', order, (receipt: Receipt) => {
        if (!receipt.ok) return
        confirmed.push(orderId)
        send(n + 10)
      })
    }
    for (let n = 0; n < 10; n += 1) send(n)
    await closed
    expect(await hub.ended).to.equal(1)
    expect(hub.lines.filter((line) => line.includes('The data folder cannot be written'))).to.have.length(1)
    expect(hub.lines.filter((line) => /Not everything could be closed|^ +at /.test(line))).to.deep.equal([])
    expect(confirmed.length).to.be.greaterThan(10)
    const again = await startHub(folder)
    const { ask, welcomes } = openClient(again.url, { role: 'vendor', store: 'acme', receive: false })
    await welcomes.next()
    for (const orderId of confirmed) expect(await ask('track', { orderId })).to.include({ ok: true })
  })
})
