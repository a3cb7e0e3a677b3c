/** A process that runs for a bounded time, in a group of its own that ends with it: a planted bug may leave anything running. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Copy } from './copy.ts'

export interface BoundedRun {
  /** null: it had to be ended. */
  readonly exitCode: number | null
  readonly isOutOfTime: boolean
  /** The newest lines of both outputs. */
  readonly lastLines: readonly string[]
}

interface RunOptions {
  readonly limitMs: number
  /** Called for each line of the standard output; true: it has said all that is wanted, and need not end by itself. */
  readonly onLine?: (line: string) => boolean
}

const KEPT_LINES = 40
/** For what a process does at its end, when it has said all. */
const GOODBYE_MS = 3000

/** Variables of whoever runs this must not decide how a test ends. */
const environmentIn = ({ temporary }: Copy): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:CAPS|LOG|npm)_/.test(name))),
  NO_COLOR: '1',
  TMPDIR: temporary,
})

const killGroup = ({ pid }: ChildProcess): void => {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it has ended.
  }
}

/** Ended with this process, whichever way that ends. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) killGroup(child)
})

const keep = (lines: string[], line: string): void => {
  if (lines.push(line) > KEPT_LINES) lines.shift()
}

/** Runs node with `args` in the copy. */
export const runNode = (copy: Copy, args: readonly string[], options: RunOptions): Promise<BoundedRun> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: copy.root,
      env: environmentIn(copy),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    running.add(child)
    const lastLines: string[] = []
    let isOutOfTime = false
    const limit = setTimeout(() => {
      isOutOfTime = true
      killGroup(child)
    }, options.limitMs)
    let goodbye: NodeJS.Timeout | undefined
    createInterface(child.stdout).on('line', (line) => {
      keep(lastLines, line)
      if (options.onLine?.(line)) goodbye ??= setTimeout(() => killGroup(child), GOODBYE_MS)
    })
    createInterface(child.stderr).on('line', (line) => keep(lastLines, line))
    child.once('exit', () => killGroup(child))
    child.once('close', (exitCode) => {
      clearTimeout(limit)
      clearTimeout(goodbye)
      running.delete(child)
      resolve({ exitCode, isOutOfTime, lastLines })
    })
  })
