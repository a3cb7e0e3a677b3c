/** The hub that is attacked: the program from `dist`, with a probe that tells its memory and one that tells what it has not caught. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Fault } from '../../shared/fault.ts'
import type { Memory } from '../load/measured-hub.ts'
import { within } from '../load/within.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/bin/main.js', import.meta.url))
const MEMORY_PROBE = new URL('../load/memory-probe.mjs', import.meta.url).href
const FAULT_PROBE = new URL('./fault-probe.mjs', import.meta.url).href
const LIMIT_MS = 60_000
const WORDS_KEPT = 200
const UNCAUGHT = /^FUZZ (uncaughtException|unhandledRejection)/

/** Variables of a developer's own must not decide what is measured. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(CAPS|LOG|npm|NODE)_/.test(name)),
)

export class AttackedHub {
  readonly #child: ChildProcess
  /** What it has said last, newest last. */
  readonly words: string[] = []
  /** Exceptions and rejections that nobody has caught. */
  readonly uncaught: string[] = []
  /** What Node itself has complained of: a leak of listeners, for example. */
  readonly warnings: string[] = []
  #exit: string | null = null
  #isStopping = false
  #asked = 0
  url = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    for (const stream of [child.stdout!, child.stderr!])
      createInterface(stream).on('line', (line) => this.#hear(line))
    child.once('exit', (code, signal) => {
      this.#exit = String(code ?? signal)
    })
  }

  /** Resolves when it takes connections. @param secret of the tokens; null: it runs open */
  static async start(folder: string, secret: string | null): Promise<AttackedHub> {
    const args = ['--expose-gc', '--import', MEMORY_PROBE, '--import', FAULT_PROBE, PROGRAM, 'hub']
    const child = spawn(
      process.execPath,
      [...args, '--data-dir', folder, '--port', '0', '--log-format=json'],
      {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...environment, ...(secret === null ? {} : { CAPS_SECRET: secret }) },
      },
    )
    const hub = new AttackedHub(child)
    await within(hub.#ready(), LIMIT_MS, 'the hub to be ready').catch((error: unknown) => {
      child.kill('SIGKILL')
      throw error
    })
    return hub
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** How it has ended; null while it runs, and after it was asked to stop and did in good order. */
  get exit(): string | null {
    return this.#isStopping && this.#exit === '0' ? null : this.#exit
  }

  async memory(): Promise<Memory> {
    this.#asked += 1
    const number = this.#asked
    const answer = new Promise<Memory>((resolve, reject) => {
      const hear = (message: unknown) => {
        const { answers, memory } = message as { answers?: number; memory?: Memory }
        if (answers !== number) return
        this.#child.off('message', hear).off('exit', gone)
        resolve(memory!)
      }
      const gone = () => reject(new Fault('hub', 'The hub has ended.'))
      this.#child.on('message', hear).once('exit', gone)
    })
    this.#child.send({ ask: 'memory', collect: true, number })
    return within(answer, LIMIT_MS, 'what memory the hub has')
  }

  /** Ends it in good order, or by force if it does not. */
  async stop(): Promise<void> {
    if (this.#exit !== null) return
    this.#isStopping = true
    const gone = once(this.#child, 'exit')
    this.#child.send('stop')
    await within(gone, LIMIT_MS, 'the hub to stop').catch(() => this.kill())
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  async #ready(): Promise<void> {
    const gone = once(this.#child, 'exit').then(() => {
      throw new Fault('hub', `The hub ended before it was ready:\n${this.words.join('\n')}`)
    })
    const ready = new Promise<void>((resolve) => {
      this.#whenReady = resolve
    })
    await Promise.race([ready, gone])
    // It may end later, which is for others to notice.
    gone.catch(() => {})
  }

  #whenReady = (): void => {}

  #hear(line: string): void {
    if (this.words.push(line) > WORDS_KEPT) this.words.shift()
    if (UNCAUGHT.test(line)) this.uncaught.push(line)
    if (/^\(node:\d+\)/.test(line)) this.warnings.push(line)
    const address = /taking connections on (https?:\/\/[^\s"]+)/.exec(line)?.[1]
    if (address === undefined) return
    this.url = address
    this.#whenReady()
  }
}
