/** System calls of a process as strace writes them down (`strace -f -y -s …`): in the order in which the kernel saw them begin and end, whatever thread made them. */

export interface Call {
  readonly name: string
  /** All that it was called with; strings as in C. */
  readonly args: string
  /** Path of its first argument, a file descriptor; `socket:[…]` for a socket. */
  readonly file: string
  /** Lines of the trace at which it began and ended; a call that has not ended has none. */
  readonly begun: number
  readonly ended: number | null
}

const WHOLE = /^(\d+) +(\w+)\((\d+<([^>]*)>.*)\) += -?\d+/
const UNFINISHED = /^(\d+) +(\w+)\((\d+<([^>]*)>.*) <unfinished \.\.\.>$/
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>/

type Growing = { -readonly [K in keyof Call]: Call[K] }

export const callsIn = (trace: string): readonly Call[] => {
  const calls: Growing[] = []
  const unfinished = new Map<string, Growing>()
  for (const [line, text] of trace.split('\n').entries()) {
    const [, thread = '', name = '', args = '', file = ''] = WHOLE.exec(text) ?? UNFINISHED.exec(text) ?? []
    if (name !== '') {
      const call = { name, args, file, begun: line, ended: WHOLE.test(text) ? line : null }
      calls.push(call)
      if (call.ended === null) unfinished.set(thread, call)
    }
    const [, resumedThread = ''] = RESUMED.exec(text) ?? []
    const resumed = unfinished.get(resumedThread)
    if (resumed !== undefined) resumed.ended = line
    unfinished.delete(resumedThread)
  }
  return calls
}
