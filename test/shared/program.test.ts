import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { createInbox, eventOf, inTime } from '../support/waiting.ts'

interface Ended {
  readonly code: number | null
  readonly told: string
}

interface Trial {
  readonly child: ChildProcess
  line(text: string): Promise<string>
  readonly lines: readonly string[]
  readonly ended: Promise<Ended>
}

const children: ChildProcess[] = []

const run = (...args: string[]): Trial => {
  const child = fork('test/shared/fixtures/program.ts', args, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  children.push(child)
  const inbox = createInbox<string>(`a line of the program ${args.join(' ')}`)
  const reader = createInterface(child.stdout!).on('line', inbox.put)
  // Not the child's event `close`, which does not come after a `disconnect()` of ours.
  const closed = Promise.all([
    eventOf<[number | null]>(child, 'exit'),
    eventOf(reader, 'close'),
    text(child.stderr!),
  ])
  const ended = closed.then(([[code], , told]) => ({ code, told }))
  return { child, line: (wanted) => inbox.next((line) => line === wanted), lines: inbox.all, ended }
}

const endOf = (...args: string[]): Promise<Ended> => run(...args).ended

const SENTENCE = 'What was wrong and what to do.\n'

describe('life of a program', () => {
  // Only where a test has failed is one left; mocha would wait for it.
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  const ASKING: Readonly<Record<string, (child: ChildProcess) => unknown>> = {
    SIGINT: (child) => child.kill('SIGINT'),
    SIGTERM: (child) => child.kill('SIGTERM'),
    "its parent's message stop": (child) => child.send('stop'),
    'the loss of its parent': (child) => child.disconnect(),
  }
  for (const [how, ask] of Object.entries(ASKING))
    it(`[PR1] closes and exits with 0 when asked by ${how}`, async function () {
      if (process.platform === 'win32' && how.startsWith('SIG')) this.skip()
      const trial = run('runs')
      await trial.line('started')
      ask(trial.child)
      expect(await trial.ended).to.deep.equal({ code: 0, told: '' })
      expect(trial.lines).to.deep.equal(['starting', 'started', 'closed'])
    })

  it('[PR2] takes a signal that comes twice at once for one, and ends at once at a later one', async function () {
    if (process.platform === 'win32') this.skip()
    const trial = run('stops-slowly', '20000')
    await trial.line('started')
    trial.child.kill('SIGINT')
    await trial.line('stopping')
    trial.child.kill('SIGINT')
    await trial.line('still stopping')
    trial.child.kill('SIGINT')
    expect(await trial.ended).to.deep.equal({ code: 1, told: '' })
  })

  it('[PR3] closes and exits with 0 when it ends by itself', async () => {
    const trial = run('ends')
    expect(await trial.ended).to.deep.equal({ code: 0, told: '' })
    expect(trial.lines).to.include('closed')
  })

  it('[PR3][PR4] exits with the code of its fault, and tells it without a stack', async () => {
    const CODES = { configuration: 2, 'in-use': 3, displaced: 4, refused: 5, storage: 1 }
    const ends = await inTime(
      Promise.all(Object.keys(CODES).map((code) => endOf('start-fails', code))),
      () => 'five programs to end',
    )
    expect(ends).to.deep.equal(Object.values(CODES).map((code) => ({ code, told: SENTENCE })))
  })

  it('[PR3][PR4] closes before it exits with a fault that came while it ran', async () => {
    const trial = run('run-fails', 'displaced')
    expect(await trial.ended).to.deep.equal({ code: 4, told: SENTENCE })
    expect(trial.lines).to.include('closed')
  })

  it('[PR3][PR4] exits with a fault that came while it stopped as it was asked to', async () => {
    const trial = run('stop-fails', 'storage')
    await trial.line('started')
    trial.child.send('stop')
    expect(await trial.ended).to.deep.equal({ code: 1, told: SENTENCE })
    expect(trial.lines).to.include('closed')
  })

  it('[PR4] tells a bug with its stack', async () => {
    const { code, told } = await endOf('has-a-bug')
    expect(code).to.equal(1)
    expect(told).to.match(/^Unexpected: Error: a bug\n {4}at /)
  })

  it('[PR5] says that a stop takes too long, and exits with 1', async () => {
    const trial = run('stops-slowly', '50')
    await trial.line('started')
    trial.child.send('stop')
    expect(await trial.ended).to.deep.equal({
      code: 1,
      told: 'Not everything could be closed within 50 ms.\n',
    })
  })
})
