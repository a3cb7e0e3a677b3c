/**
 * A server program: started with a configuration of its own, ready when it says so, and ended by its id with all that it has started. It runs in a process group of its own, which a Ctrl-C at the
 * terminal does not reach: this program ends it, whichever way it ends itself.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Fault } from '../../../shared/fault.ts'
import { within } from '../../load/within.ts'
import { atExit } from './running.ts'

export interface ServerPlan {
  readonly program: string
  readonly args: readonly string[]
  /** Further variables of its environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** The line by which it says that it takes connections. */
  readonly ready: RegExp
}

export interface Server {
  readonly pid: number
  /** `work`, or a fault with the server's last words if it ends before. */
  during<T>(work: Promise<T>): Promise<T>
  stop(): Promise<void>
}

const START_LIMIT_MS = 60_000
const WORDS_KEPT = 20

/** Of what the server says. */
class Words {
  readonly #kept: string[] = []
  readonly ready: Promise<void>

  constructor(child: ChildProcess, ready: RegExp) {
    this.ready = new Promise((resolve) => {
      for (const stream of [child.stdout!, child.stderr!])
        createInterface(stream).on('line', (line) => {
          if (this.#kept.push(line) > WORDS_KEPT) this.#kept.shift()
          if (ready.test(line)) resolve()
        })
    })
  }

  toString(): string {
    return this.#kept.join('\n')
  }
}

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** Variables that decide how these servers run must be those of the plan. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(RABBITMQ|ERL|NODE|npm)_/i.test(name)),
)

export const startServer = async ({ program, args, environment, ready }: ServerPlan): Promise<Server> => {
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, ...environment },
  })
  await once(child, 'spawn')
  const pid = child.pid!
  const kill = atExit(() => killGroup(pid))
  const gone = once(child, 'close')
  const words = new Words(child, ready)
  const ended = gone.then((): never => {
    throw new Fault('server', `${program} has ended (${child.exitCode ?? child.signalCode}):\n${words}`)
  })
  // Nobody may be waiting when it is stopped.
  ended.catch(() => {})
  const server: Server = {
    pid,
    during: (work) => Promise.race([work, ended]),
    async stop() {
      kill()
      await gone
    },
  }
  try {
    await server.during(within(words.ready, START_LIMIT_MS, `${program} to be ready`))
  } catch (thrown) {
    await server.stop()
    throw thrown
  }
  return server
}
