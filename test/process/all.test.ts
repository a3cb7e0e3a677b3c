import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { expect } from 'chai'
import { freePort } from '../../bin/simulation/free-port.ts'
import {
  type CapsProcess,
  isAlive,
  killLeftovers,
  startCaps,
  startCapsWith,
  startProcess,
  untilGone,
} from '../support/caps-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { eventOf } from '../support/waiting.ts'

const rowOf = ({ lines }: CapsProcess, row: string): string | undefined =>
  lines
    .find((line) => line.startsWith(`  ${row}`))
    ?.slice(20)
    .trim()

/** Of the launcher's children, from the system's own tables. */
const childrenOf = (pid: number | undefined): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid)

const parentOf = (pid: number): number | null => {
  try {
    // The program's name, in brackets, may hold anything; the parent stands behind its state.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return null
  }
}

const commandOf = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')

const childRunning = (launcher: CapsProcess, words: string): number => {
  const pid = childrenOf(launcher.child.pid).find((child) => commandOf(child).includes(words))
  if (pid === undefined) throw new Error(`no child of the launcher runs ${words}`)
  return pid
}

/** The head of every token, as it is written. */
const TOKEN_BEGINS = /eyJ[\w-]+\./

const startFree = async (...args: string[]): Promise<CapsProcess> =>
  startCaps('all', '--port', String(await freePort()), '--data-dir', temporaryFolder(), ...args)

/** The hub, two vendors and four drivers. */
const PROGRAMS = 7

describe('npm run all', function () {
  this.timeout(60_000)
  afterEach(killLeftovers)

  it('[AL7][AL9] prints a summary of a counted run, exits with 0 and leaves no folder behind', async () => {
    const run = startCaps('all', '--orders', '40', '--rate', '50', '--seed', '7', '--tills', '2')
    const greeting = await run.line('data in')
    expect(await run.ended).to.equal(0)
    expect(rowOf(run, 'orders')).to.equal('40 of 40 delivered and thanked for')
    expect(['events', 'lost'].map((row) => rowOf(run, row))).to.deep.equal(['120', '0'])
    expect(rowOf(run, 'pickup to thanks')).to.match(/^p50 \d+ ms, p99 \d+ ms$/)
    const [, folder] = /data in (\S+);/.exec(greeting) ?? []
    expect(() => readdirSync(folder ?? '.')).to.throw('ENOENT')
  })

  it('[AL6] says what is missing in a counted run whose time is over, and exits with 1', async () => {
    const run = startCaps('all', '--orders', '4', '--drivers', '0', '--timeout-ms', '4000')
    expect(await run.ended).to.equal(1)
    expect(run.lines).to.include('  acme-widgets has thanked for 0 of 2 orders')
  })

  it('[AL8] ends everybody at Ctrl-C, without a stack', async function () {
    if (process.platform !== 'linux') this.skip()
    const run = await startFree()
    const [url] = /http:\S+\//.exec(await run.line('look at them at')) ?? []
    await run.line('Thank you for delivering')
    expect(await (await fetch(url!)).text()).to.include('<title>CAPS</title>')
    const children = childrenOf(run.child.pid)
    expect(children.length).to.equal(PROGRAMS)
    run.child.kill('SIGINT')
    expect(await run.ended).to.equal(0)
    expect(children.filter(isAlive)).to.deep.equal([])
    expect(
      run.lines.filter((line) => /^ +at |Error:|about to stop|lost the hub|has not stopped/.test(line)),
    ).to.deep.equal([])
  })

  it('[AL8] leaves nobody behind when the launcher itself is killed', async function () {
    if (process.platform !== 'linux') this.skip()
    const run = await startFree()
    await run.line('Thank you for delivering')
    const children = childrenOf(run.child.pid)
    run.child.kill('SIGKILL')
    expect(await run.ended).to.equal('SIGKILL')
    expect(children.length).to.equal(PROGRAMS)
    await Promise.all(children.map(untilGone))
  })

  it('[AL3] says who has died and how to start it again, while the others go on', async function () {
    if (process.platform !== 'linux') this.skip()
    const run = await startFree()
    await run.line('Thank you for delivering')
    process.kill(childRunning(run, ' driver --id driver-1'), 'SIGKILL')
    await run.line('driver-1 has ended (killed by SIGKILL); the others go on')
    const command = await run.line('driver --id driver-1 --url')
    await run.line('Thank you for delivering')
    const [, args] = /caps\.js (.*)$/.exec(command) ?? []
    const again = startCaps(...(args ?? '').split(' '))
    await again.line('delivered')
    again.child.kill('SIGTERM')
    run.child.kill('SIGTERM')
    expect(await Promise.all([again.ended, run.ended])).to.deep.equal([0, 0])
  })

  /** What a process was started with, from the system's own tables. */
  const environmentOf = (pid: number): string[] => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')

  const startKeyed = async (secret: string, ...args: string[]): Promise<CapsProcess> => {
    const folders = ['--port', String(await freePort()), '--data-dir', temporaryFolder()]
    return startCapsWith({ CAPS_SECRET: secret }, 'all', ...folders, ...args)
  }

  it('[AL10] gives its actors no key, and shows neither key nor token to anybody', async function () {
    if (process.platform !== 'linux') this.skip()
    const secret = randomBytes(32).toString('hex')
    const run = await startKeyed(secret)
    await run.line('Thank you for delivering')
    const children = childrenOf(run.child.pid)
    const holders = children.filter((pid) => environmentOf(pid).join().includes(secret))
    expect([children.length, holders.length]).to.deep.equal([PROGRAMS, 1])
    expect(commandOf(holders[0]!)).to.include(' hub --port')
    expect(children.map(commandOf).join()).to.not.include(secret)
    run.child.kill('SIGTERM')
    expect(await run.ended).to.equal(0)
    expect(run.lines.filter((line) => line.includes(secret) || TOKEN_BEGINS.test(line))).to.deep.equal([])
  })

  it('[AL11] goes on beyond the life of its tokens, on the same connections', async () => {
    const secret = randomBytes(32).toString('hex')
    const run = await startKeyed(secret, '--token-lifetime', '3s', '--rate', '4')
    // At four a second: longer than twice the life of a token, and than the hub takes to cut who has none.
    for (let thanks = 0; thanks < 32; thanks += 1) await run.line('Thank you for delivering')
    const told = run.lines.filter((line) => /lost the hub|The token|token-|be renewed/.test(line))
    expect(told).to.deep.equal([])
  })

  it('[AL12] shows a command that starts a dead actor again with a token of its own', async function () {
    if (process.platform !== 'linux') this.skip()
    const secret = randomBytes(32).toString('hex')
    const run = await startKeyed(secret)
    await run.line('Thank you for delivering')
    process.kill(childRunning(run, ' driver --id driver-1'), 'SIGKILL')
    await run.line('with the same CAPS_SECRET')
    const [, command] = /(CAPS_TOKEN=.*)$/.exec(await run.line('driver --id driver-1 --url')) ?? []
    const again = startProcess('sh', ['-c', `exec env ${command}`], { CAPS_SECRET: secret })
    await again.line('delivered')
    again.child.kill('SIGTERM')
    run.child.kill('SIGTERM')
    expect(await Promise.all([again.ended, run.ended])).to.deep.equal([0, 0])
  })

  it('[AL4] ends with exit code 3 when its port is taken, and sends nothing to whoever has it', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await eventOf(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    let callers = 0
    server.on('connection', () => {
      callers += 1
    })
    const run = startCaps('all', '--port', String(port), '--data-dir', temporaryFolder())
    await run.line(`Port ${port} on 127.0.0.1 is in use`)
    expect(await run.ended).to.equal(3)
    expect(callers).to.equal(0)
    server.close()
  })
})
