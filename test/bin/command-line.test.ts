import { expect } from 'chai'
import sinon from 'sinon'
import { runCommandLine } from '../../bin/command-line.ts'
import { PROGRAMS, type Program } from '../../bin/programs.ts'
import type { Flags } from '../../shared/settings.ts'
import { optionalTextSetting, textSetting, wholeNumberSetting } from '../../shared/settings.ts'

const TABLE = {
  dataDir: textSetting({ variable: 'CAPS_DATA_DIR', flag: 'data-dir', help: 'folder' }, './data'),
  port: wholeNumberSetting(
    { variable: 'CAPS_PORT', flag: 'port', help: 'where it listens' },
    { fallback: 3001, minimum: 1, maximum: 65_535 },
  ),
  id: optionalTextSetting({ variable: 'CAPS_ID', flag: 'id', help: 'its name' }),
}

const SECRET = { ...optionalTextSetting({ variable: 'CAPS_SECRET', flag: null, help: 'the key' }) }
const NAME = optionalTextSetting({ variable: null, flag: 'name', help: 'a name' })

const createTrial = () => {
  // In earnest it does not return; here it must.
  const run = sinon.stub<[Flags, readonly string[]], Promise<never>>().resolves()
  const unread = sinon.stub<[], ReturnType<Program['settings']>>().rejects(new Error('not its settings'))
  const programs: Program[] = [
    { name: 'hub', summary: 'the hub', settings: async () => TABLE, run },
    { name: 'vendor', summary: 'a vendor', settings: unread, run },
    {
      name: 'erase',
      summary: 'erases',
      words: [
        { name: 'store', help: 'its store' },
        { name: 'order', help: 'its id' },
      ],
      settings: async () => ({ secret: SECRET, name: NAME }),
      run,
    },
  ]
  const told = { out: '', err: '' }
  const terminal = {
    writeOut(text: string) {
      told.out += text
    },
    writeErr(text: string) {
      told.err += text
    },
  }
  const caps = (...args: string[]) => runCommandLine(programs, args, terminal)
  return { caps, run, told }
}

describe('command line', () => {
  it('[PG1] runs the program that is named, with the flags that are given', async () => {
    const { caps, run } = createTrial()
    await caps('hub', '--data-dir', '/tmp/x', '--id', '')
    expect(run.args).to.deep.equal([[{ 'data-dir': '/tmp/x', port: undefined, id: '' }, []]])
  })

  it('[PG1] gives a command the words behind its name', async () => {
    const { caps, run } = createTrial()
    await caps('erase', 'acme', '17', '--name', 'n')
    expect(run.args).to.deep.equal([[{ name: 'n' }, ['acme', '17']]])
  })

  const MISTAKES: Readonly<Record<string, readonly string[]>> = {
    "unknown command 'nope'": ['nope'],
    "unknown option '--nope'": ['hub', '--nope', '1'],
    "option '--port <value>' argument missing": ['hub', '--port'],
    "too many arguments for 'hub'": ['hub', 'x'],
    "missing required argument 'order'": ['erase', 'acme'],
    "unknown option '--secret'": ['erase', 'acme', '17', '--secret', 'x'],
  }
  for (const [line, args] of Object.entries(MISTAKES))
    it(`[PG1] says ${line} for ${args.join(' ')}, exits with 2 and runs nothing`, async () => {
      const { caps, run, told } = createTrial()
      expect(await caps(...args)).to.equal(2)
      expect(told.err.split('\n')[0]).to.include(line)
      expect([told.out, run.called]).to.deep.equal(['', false])
    })

  it('[PG1] lists the programs when none is named', async () => {
    const { caps, told } = createTrial()
    expect(await caps()).to.equal(2)
    expect(told.err).to.match(/hub +the hub\n +vendor +a vendor/)
  })

  it('[PG2] shows of each setting its flag, variable and default', async () => {
    const { caps, told, run } = createTrial()
    expect(await caps('hub', '--help')).to.equal(0)
    expect(told.out.replace(/\s+/g, ' '))
      .to.include('--data-dir <value> folder [CAPS_DATA_DIR, default ./data]')
      .and.include('--port <value> where it listens [CAPS_PORT, default 3001]')
      .and.include('--id <value> its name [CAPS_ID]')
    expect(run.called).to.equal(false)
  })

  it('[PG2] tells what is a flag only, and what only a variable, since flags are for everybody to see', async () => {
    const { caps, told } = createTrial()
    expect(await caps('erase', '--help')).to.equal(0)
    expect(told.out.replace(/\s+/g, ' '))
      .to.include('<store> <order>')
      .and.include('--name <value> a name -h')
      .and.include('Only in the environment or in .env: CAPS_SECRET the key')
    expect(told.out).to.not.include('--secret')
  })

  for (const program of PROGRAMS)
    it(`[PG2] gives ${program.name} no two settings with the same flag or variable`, async () => {
      const settings = Object.values(await program.settings())
      for (const names of [settings.map(({ flag }) => flag), settings.map(({ variable }) => variable)]) {
        const given = names.filter((name) => name !== null)
        expect(new Set(given).size).to.equal(given.length)
      }
    })
})
