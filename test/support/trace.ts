/** System calls of a process as strace writes them down (`strace -f -y -s …`, also with `-xx`): in the order in which the kernel saw them begin and end, whatever thread made them. */
import { spawnSync } from 'node:child_process'

export interface Call {
  readonly name: string
  /** All that it was called with; strings as in C. */
  readonly args: string
  /** Path of its first argument, a file descriptor; `socket:[…]` for a socket; '' if it is none. */
  readonly file: string
  /** null of a call that has not ended, or that ended its process. */
  readonly result: number | null
  /** Lines of the trace at which it began and ended; a call that has not ended has none. */
  readonly begun: number
  readonly ended: number | null
}

const WHOLE = /^\d+ +(\w+)\((.*)\) += (-?\d+|\?)/
const UNFINISHED = /^\d+ +(\w+)\((.*?),? <unfinished \.\.\.>$/
const RESUMED = /^\d+ +<\.\.\. \w+ resumed>(.*)\) += (-?\d+|\?)/
const THREAD = /^(\d+) /
const FIRST_FILE = /^(?:\d+|AT_FDCWD)<([^>]*)>/

type Growing = { -readonly [K in keyof Call]: Call[K] }

/** Can programs be traced here? */
export const mayTrace = (): boolean => spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0

const isEscaped = (text: string): boolean => text.startsWith('\\x')

/** The bytes of a string that strace wrote with `-xx`. */
export const bytesOf = (escaped: string): Buffer => Buffer.from(escaped.replaceAll('\\x', ''), 'hex')

/** A text that strace wrote, with `-xx` or without; other escapes stay as they are. */
export const textOf = (written: string): string =>
  isEscaped(written) ? bytesOf(written).toString() : written

const numberOf = (result: string): number | null => (result === '?' ? null : Number(result))

const callOf = (name: string, args: string, begun: number): Growing => {
  const file = textOf(FIRST_FILE.exec(args)?.[1] ?? '')
  return { name, args, file, result: null, begun, ended: null }
}

export const callsIn = (trace: string): readonly Call[] => {
  const calls: Growing[] = []
  const unfinished = new Map<string, Growing>()
  for (const [line, text] of trace.split('\n').entries()) {
    const thread = THREAD.exec(text)?.[1] ?? ''
    const resumed = RESUMED.exec(text)
    const call = unfinished.get(thread)
    if (resumed !== null && call !== undefined) {
      call.args += resumed[1]
      call.result = numberOf(resumed[2]!)
      call.ended = line
      unfinished.delete(thread)
      continue
    }
    const whole = WHOLE.exec(text)
    const [, name = '', args = ''] = whole ?? UNFINISHED.exec(text) ?? []
    if (name === '') continue
    const begun = callOf(name, args, line)
    calls.push(begun)
    if (whole === null) unfinished.set(thread, begun)
    else Object.assign(begun, { result: numberOf(whole[3]!), ended: line })
  }
  return calls
}
