/**
 * Where a program under test keeps its data: on a disk that fails when the test says so. On a real one the program's writes, syncs and sends are traced as well, so that a test sees what left
 * the process and what was on the disk by then; an injected fault takes the tracer for itself.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { type CapsProcess, startCaps, startProcess } from '../support/caps-process.ts'
import { atEndOfTest } from '../support/cleanup.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Call, callsIn, mayTrace } from '../support/trace.ts'
import { createInbox } from '../support/waiting.ts'
import { type BreakableDisk, breakableDisk } from './breakable-disk.ts'
import type { DiskFault, Injection } from './disk-faults.ts'

export const SENDS_AND_WRITES = 'write,writev,sendto,sendmsg,fdatasync,fsync'
export const TRACING = ['-f', '-y', '-s', '200000']

/** Of a program that runs. */
export interface FaultyPlace {
  /** For `--data-dir`. */
  readonly folder: string
  /** Starts one of our programs on it. One at a time. */
  start(...args: string[]): CapsProcess
  /** From now on the disk fails under the program that was started last. */
  strike(): Promise<void>
  /** The disk is well again; the program has ended. */
  mend(): Promise<void>
  /** What the program did that was started last and has ended; null where that is not traced. */
  calls(): readonly Call[] | null
}

/** For `before`: the programs are started from `dist` as it is. */
export const buildPrograms = async function (this: Mocha.Context): Promise<void> {
  this.timeout(60_000)
  await startCaps('hub', '--help').ended
}

/** For `node`, wherever it works. */
export const PROGRAM = resolve('dist/bin/main.js')

/** The tracer is no parent of the program, which keeps its process id, signals and exit code, and is killed like any other. */
const traced = (file: string, command: readonly string[]): string[] => [
  ...['strace', '-D', ...TRACING, '-e', `trace=${SENDS_AND_WRITES}`, '-o', file],
  ...command,
]

/** Starts one of our programs so that it sees the disk. @param file where to trace it; null: not at all */
const start = (disk: BreakableDisk, args: readonly string[], file: string | null): CapsProcess => {
  const program = [process.execPath, PROGRAM, ...args]
  const [command = '', ...rest] = [...disk.prefix, ...(file === null ? program : traced(file, program))]
  return startProcess(command, rest)
}

/** Starts one of our programs so that it sees the disk; built before. */
export const programOn = (disk: BreakableDisk, ...args: string[]): CapsProcess => start(disk, args, null)

export const tracedProgramOn = (disk: BreakableDisk, file: string, ...args: string[]): CapsProcess =>
  start(disk, args, file)

class RealPlace implements FaultyPlace {
  readonly folder: string
  readonly #disk: BreakableDisk
  readonly #strike: (disk: BreakableDisk) => void
  readonly #traces = temporaryFolder()
  #runs = 0

  constructor(disk: BreakableDisk, strike: (disk: BreakableDisk) => void) {
    this.#disk = disk
    this.#strike = strike
    this.folder = disk.folder
  }

  start(...args: string[]): CapsProcess {
    this.#runs += 1
    return start(this.#disk, args, mayTrace() ? this.#trace : null)
  }

  async strike(): Promise<void> {
    this.#strike(this.#disk)
  }

  async mend(): Promise<void> {
    this.#disk.mend()
  }

  calls(): readonly Call[] | null {
    return existsSync(this.#trace) ? callsIn(readFileSync(this.#trace, 'utf8')) : null
  }

  get #trace(): string {
    return join(this.#traces, `trace-${this.#runs}`)
  }
}

/** The logs that a program appends to at the moment, one a LevelDB. */
const logsIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(folder, name))

class InjectedPlace implements FaultyPlace {
  readonly folder = temporaryFolder()
  readonly #injection: Injection
  #program: CapsProcess | null = null

  constructor(injection: Injection) {
    this.#injection = injection
  }

  start(...args: string[]): CapsProcess {
    this.#program = startProcess(process.execPath, [PROGRAM, ...args])
    return this.#program
  }

  async strike(): Promise<void> {
    const { call, error } = this.#injection
    // Of these files alone: all that a process says to the world is a write as well.
    const logs = logsIn(this.folder).flatMap((log) => ['-P', log])
    const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`, '-o', '/dev/null']
    await attachStrace(this.#program?.child, ['-f', ...logs, ...inject])
  }

  /** It failed for one process alone. */
  async mend(): Promise<void> {}

  calls(): null {
    return null
  }
}

/** Resolves when every thread of the process is traced. The tracer ends with the process. */
export const attachStrace = async (
  child: ChildProcess | undefined,
  args: readonly string[],
): Promise<void> => {
  const strace = spawn('strace', [...args, '-p', String(child?.pid)], { stdio: ['ignore', 'ignore', 'pipe'] })
  const said = createInbox<string>('the tracer')
  createInterface(strace.stderr).on('line', said.put)
  strace.once('close', () => said.end('It ended'))
  const ended = once(strace, 'close')
  atEndOfTest(async () => {
    // Nothing less: it may wait for ever for the threads of a process that was killed.
    strace.kill('SIGKILL')
    await ended
  })
  await said.next((line) => line.includes('attached'))
}

/** A place for the fault; null where it can neither be made nor injected. */
export const faultyPlace = async ({ strike, injection }: DiskFault): Promise<FaultyPlace | null> => {
  const disk = strike === null ? null : await breakableDisk()
  if (disk !== null && strike !== null) return new RealPlace(disk, strike)
  return mayTrace() ? new InjectedPlace(injection) : null
}
