/**
 * The processes of a run: started, killed, paused, and started again with their data. A member is `up`, `paused` (it may be killed then too), or `down` until it is started again. One that
 * ends without having been killed is a trouble.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/** Variables of a developer's own must not decide what happens. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(CAPS|LOG|npm|NODE)_/.test(name)),
)

export interface MemberEvents {
  heard(message: unknown): void
  /** @param wasKilled by us */
  ended(wasKilled: boolean, how: string): void
}

export class Member {
  readonly name: string
  readonly #command: (life: number) => readonly string[]
  readonly #variables: Readonly<Record<string, string>>
  readonly #logFile: string
  readonly #events: MemberEvents
  #child: ChildProcess | null = null
  #isKilled = false
  #isPaused = false
  #whenEnded: Promise<void> = Promise.resolve()
  /** From 1 on. */
  life = 0

  constructor(
    name: string,
    options: {
      command(life: number): readonly string[]
      /** Besides our own. */
      variables: Readonly<Record<string, string>>
      logFile: string
      events: MemberEvents
    },
  ) {
    this.name = name
    this.#command = options.command
    this.#variables = options.variables
    this.#logFile = options.logFile
    this.#events = options.events
  }

  get isUp(): boolean {
    return this.#child !== null && !this.#isKilled
  }

  /** Has it ended by itself? */
  get hasGivenUp(): boolean {
    return this.#child === null && !this.#isKilled
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  start(): void {
    this.life += 1
    this.#isKilled = false
    this.#isPaused = false
    const log = openSync(this.#logFile, 'a')
    const child = spawn(process.execPath, this.#command(this.life), {
      cwd: dirname(this.#logFile),
      env: { ...environment, ...this.#variables },
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    this.#child = child
    child.on('message', (message) => this.#events.heard(message))
    // The channel breaks when the process is killed; its exit tells.
    child.on('error', () => {})
    this.#whenEnded = new Promise((resolve) => {
      child.on('exit', (code, signal) => {
        this.#child = null
        this.#isPaused = false
        resolve()
        this.#events.ended(this.#isKilled, String(code ?? signal))
      })
    })
  }

  /** Resolves when the process is gone. */
  kill(): Promise<void> {
    this.#isKilled = true
    this.#child?.kill('SIGKILL')
    return this.#whenEnded
  }

  pause(): void {
    this.#isPaused = this.#child?.kill('SIGSTOP') ?? false
  }

  /** @returns false if it has ended meanwhile */
  continue(): boolean {
    const wasPaused = this.#isPaused
    this.#isPaused = false
    if (wasPaused) this.#child?.kill('SIGCONT')
    return wasPaused
  }

  say(message: object | string): void {
    if (this.isUp && this.#child!.connected) this.#child!.send(message, () => {})
  }
}
