/** Our programs as processes, from what `npm run` starts. Whoever starts one here ends it, or the root hook of its file does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { createInbox, eventOf, inTime } from './waiting.ts'

export interface CapsProcess {
  readonly child: ChildProcess
  /** The next line, of either output, that holds `text`; rejects when the process has ended without one. */
  line(text: string): Promise<string>
  readonly lines: readonly string[]
  /** Exit code, or the signal that killed it. */
  readonly ended: Promise<number | string>
}

const running = new Set<ChildProcess>()

/** Variables of a developer's own must not decide how a test ends. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(CAPS|LOG|npm)_/.test(name)),
)

/**
 * Runs a program that runs ours.
 * @param variables added to the environment
 */
export const startProcess = (
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): CapsProcess => {
  const env = { ...environment, ...variables }
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
  running.add(child)
  const inbox = createInbox<string>(`a line of ${command} ${args.join(' ')}`)
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', inbox.put)
  // Emitted when both outputs have been read to their end.
  child.once('close', (code, signal) => inbox.end(`It ended (${code ?? signal})`))
  const ended = eventOf<[number | null, string | null]>(child, 'close').then(([code, signal]) => {
    running.delete(child)
    return code ?? signal ?? 'unknown'
  })
  // Its own test waits for it, or does not care.
  ended.catch(() => {})
  return { child, line: (text) => inbox.next((line) => line.includes(text)), lines: inbox.all, ended }
}

export const startCaps = (...args: string[]): CapsProcess =>
  startProcess(process.execPath, ['bin/caps.js', ...args])

export const startCapsWith = (variables: Readonly<Record<string, string>>, ...args: string[]): CapsProcess =>
  startProcess(process.execPath, ['bin/caps.js', ...args], variables)

/** For `afterEach`: whatever a failed test has left running. */
export const killLeftovers = (): void => {
  for (const child of running) child.kill('SIGKILL')
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const LOOK_AGAIN_MS = 50

/** Resolves when a process that is not a child of ours has ended; the system has no event for that. */
export const untilGone = (pid: number): Promise<void> => {
  const look = async () => {
    while (isAlive(pid)) await pause(LOOK_AGAIN_MS)
  }
  return inTime(look(), () => `the end of process ${pid}`)
}
