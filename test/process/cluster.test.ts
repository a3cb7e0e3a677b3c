/** `npm run all:cluster` as a process, on a PostgreSQL that it starts itself. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { ownDatabase } from '../../bin/postgres/own-database.ts'
import { freePort } from '../../bin/simulation/free-port.ts'
import { Fault } from '../../shared/fault.ts'
import { killLeftovers, startCaps, startCapsWith, startProcess } from '../support/caps-process.ts'
import { describePostgres, sharedPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Of this machine, from the system's own tables. */
const processesThatRun = (text: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text)
      } catch {
        return false
      }
    })
    .map(Number)

describePostgres('npm run all:cluster', function () {
  this.timeout(90_000)
  afterEach(killLeftovers)

  it('[AL14] delivers a counted run over a database of its own, of which nothing stays', async () => {
    const run = startCaps('cluster', '--orders', '40', '--rate', '50', '--seed', '7')
    const greeting = await run.line('data in a PostgreSQL of its own')
    expect(greeting).to.include('3 hubs')
    const [, port] = /127\.0\.0\.1:(\d+)\/postgres/.exec(greeting) ?? []
    expect(await run.ended).to.equal(0)
    expect(run.lines).to.include('  orders            40 of 40 delivered and thanked for')
    expect(processesThatRun(`port=${port}`)).to.deep.equal([])
  })

  it('[AL14] ends everybody at Ctrl-C, its database last', async () => {
    const run = startCaps('cluster', '--port', String(await freePort()))
    const [url] = /http:\S+\//.exec(await run.line('look at them at')) ?? []
    await run.line('Thank you for delivering')
    expect(await (await fetch(url!)).text()).to.include('<title>CAPS</title>')
    run.child.kill('SIGINT')
    expect(await run.ended).to.equal(0)
    expect(
      run.lines.filter((line) =>
        /^ +at |Error:|lost the hub|has not stopped|database is away|could not be closed/.test(line),
      ),
    ).to.deep.equal([])
  })

  it('[AL14] goes on without a hub that was killed, and takes it back', async function () {
    if (process.platform !== 'linux') this.skip()
    const run = startCaps('cluster', '--port', String(await freePort()), '--data-dir', temporaryFolder())
    await run.line('Thank you for delivering')
    const ready = await run.line('taking connections on')
    const [, port] = /127\.0\.0\.1:(\d+)/.exec(ready) ?? []
    const [hub] = processesThatRun(` hub --port ${port} `)
    process.kill(hub!, 'SIGKILL')
    await run.line('has ended (killed by SIGKILL); the others go on')
    const [, command] = /(CAPS_DATABASE_URL=.*)$/.exec(await run.line('CAPS_DATABASE_URL=postgres:')) ?? []
    await run.line('Thank you for delivering')
    const again = startProcess('sh', ['-c', `exec env ${command}`])
    await again.line(`taking connections on http://127.0.0.1:${port}`)
    again.child.kill('SIGTERM')
    run.child.kill('SIGTERM')
    expect(await Promise.all([again.ended, run.ended])).to.deep.equal([0, 0])
  })

  it('[AL14] takes the database that it is given, and says where that is without its password', async () => {
    const url = new URL(await (await sharedPostgres()).database())
    url.password = 'gEh3im'
    const variables = { CAPS_DATABASE_URL: url.href }
    const run = startCapsWith(variables, 'cluster', '--hubs', '1', '--orders', '6', '--rate', '50')
    expect(await run.line('data in PostgreSQL at')).to.include(`${url.host}${url.pathname}`)
    expect(await run.ended).to.equal(0)
    expect(run.lines.filter((line) => line.includes('gEh3im'))).to.deep.equal([])
  })
})

describe('npm run all:cluster without a database', () => {
  it('[AL14] says what to install', async () => {
    const fault = await ownDatabase(null).catch((error: unknown) => error)
    expect(fault).to.be.instanceOf(Fault).and.include({ code: 'configuration' })
    expect((fault as Fault).message).to.match(/apt-get install postgresql.*CAPS_DATABASE_URL/)
  })
})
