/** Disks that fail when a program has only begun, or is about to end: a sentence, an exit code, no stack. */
import { join } from 'node:path'
import { expect } from 'chai'
import { type CapsProcess, killLeftovers, startProcess } from '../support/caps-process.ts'
import { orderOf, vendorOf } from '../support/client.ts'
import { readyHub } from '../support/hub-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { mayTrace } from '../support/trace.ts'
import { eventOf } from '../support/waiting.ts'
import { type BreakableDisk, breakableDisk } from './breakable-disk.ts'
import { buildPrograms, PROGRAM, programOn } from './faulty-place.ts'

/** Nobody listens there: RFC 863's port, which takes root to have. */
const NO_HUB = 'http://127.0.0.1:9'

const PROGRAMS = {
  hub: ['--port', '0', '--disk-watermark-mb', '0'],
  vendor: ['--store', 'acme', '--url', NO_HUB],
  driver: ['--id', 'd', '--url', NO_HUB],
} as const

type Name = keyof typeof PROGRAMS

const FIRST_WORDS: Readonly<Record<Name, string>> = {
  hub: 'taking connections',
  vendor: 'waiting for the hub',
  driver: 'waiting for the hub',
}

const start = (disk: BreakableDisk, name: Name): CapsProcess =>
  programOn(disk, name, '--data-dir', disk.folder, ...PROGRAMS[name])

/** Leaves a folder of each program on the disk. */
const useAll = (disk: BreakableDisk): Promise<unknown> =>
  Promise.all(
    (Object.keys(PROGRAMS) as Name[]).map(async (name) => {
      const program = start(disk, name)
      await program.line(FIRST_WORDS[name])
      program.child.kill('SIGTERM')
      await program.ended
    }),
  )

const STATES = [
  ['is read-only', (disk: BreakableDisk) => disk.mountReadOnly(), /read-only file system/i],
  ['is full', (disk: BreakableDisk) => disk.fill(), /no space left on device/i],
] as const

describe('a program that is started on a disk that', function () {
  this.timeout(40_000)
  before(buildPrograms)
  afterEach(killLeftovers)

  for (const [state, strike, words] of STATES)
    for (const [what, prepare] of [
      ['for the first time', async () => {}],
      ['that it has used', useAll],
    ] as const)
      it(`[PR3][PR4][OB8] ${state}, ${what}, says so with what to do and exits with 1, be it hub, vendor or driver`, async function () {
        const disk = await breakableDisk()
        if (disk === null) this.skip()
        await prepare(disk)
        strike(disk)
        for (const name of Object.keys(PROGRAMS) as Name[]) {
          const program = start(disk, name)
          expect(await program.ended, name).to.equal(1)
          expect(program.lines).to.have.length(1)
          expect(program.lines[0])
            .to.include(disk.folder)
            .and.to.include('cannot be opened')
            .and.to.include('Make room on its disk')
            .and.to.include('another folder')
            .and.to.match(words)
        }
      })
})

/** The first writes of a start, by the folder of the LevelDB that they go to, with those of them that may fail. */
const FIRST_WRITES = [
  ['hub', 'hub', 3],
  ['vendor', 'vendor/acme/main/journal', 2],
  ['vendor', 'vendor/acme/main/outbox', 1],
  ['driver', 'driver/d/outbox', 1],
] as const

describe('a program that starts in a new folder', function () {
  this.timeout(40_000)
  before(buildPrograms)
  afterEach(killLeftovers)

  for (const [name, database, writes] of FIRST_WRITES)
    for (let nth = 1; nth <= writes; nth += 1)
      it(`[PR3][PR4][HB7][PG7] and cannot do write ${nth} to ${database} says so with what to do and exits with 1`, async function () {
        if (!mayTrace()) this.skip()
        const folder = temporaryFolder()
        const log = join(folder, database, '000003.log')
        // Writes are counted a thread: with one thread for all files it is the nth of all.
        const injecting = [
          '-E',
          'UV_THREADPOOL_SIZE=1',
          '-P',
          log,
          '-e',
          `inject=write:error=EIO:when=${nth}`,
        ]
        const program = startProcess('strace', [
          ...['-D', '-f', '-o', '/dev/null', '-e', 'trace=write', ...injecting],
          ...[process.execPath, PROGRAM, name, '--data-dir', folder, ...PROGRAMS[name]],
        ])
        expect(await program.ended).to.equal(1)
        const told = program.lines.filter((line) => !line.startsWith('{'))
        expect(told).to.have.length(1)
        expect(told[0])
          .to.match(/cannot be (opened|written).*Input\/output error\. /)
          .and.to.include('Make room on its disk')
      })
})

describe('a hub that is asked to stop', function () {
  this.timeout(40_000)
  before(buildPrograms)
  afterEach(killLeftovers)

  it('[HB7][PR3] and whose disk fails meanwhile says so, confirms nothing more and exits with 1', async function () {
    const disk = await breakableDisk()
    if (disk === null) this.skip()
    const hub = await readyHub(start(disk, 'hub'))
    const vendor = await vendorOf(hub.url, 'acme', { receive: false })
    disk.freeze()
    disk.breakDevice()
    const answers: unknown[] = []
    // So large that it needs blocks which the device has not given yet.
    const details = { note: 'x'.repeat(7000), more: 'x'.repeat(7000) }
    const late = { ...orderOf('acme', 'late'), details }
    vendor.socket.emit('pickup', late, (receipt: unknown) => answers.push(receipt))
    expect(await vendor.ask('publish', 'no list')).to.include({ code: 'malformed' })
    const draining = eventOf(vendor.socket, 'draining')
    hub.child.kill('SIGTERM')
    await draining
    disk.thaw()
    expect(await hub.ended).to.equal(1)
    expect(hub.lines.join('\n'))
      .to.include('The data folder cannot be written')
      .and.not.match(/^ +at /m)
    expect(answers).to.deep.equal([])
  })
})
