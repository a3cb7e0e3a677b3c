/**
 * Client processes: a scenario forks some and calls functions in them. Loads of links in the process that measures the hub would measure each other; a few processes with thousands of
 * links each are what fits on a small machine.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Fault, messageOf } from '../../shared/fault.ts'

/** Functions by name; arguments and results cross as JSON. */
export type Functions = Readonly<Record<string, (argument: never) => unknown>>

interface Call {
  readonly call: number
  readonly name: string
  readonly argument: unknown
}

interface Answer {
  readonly call: number
  readonly result?: unknown
  readonly thrown?: string
}

/** In the client process: serves its functions until the scenario ends it, or is gone. */
export const serveFunctions = (functions: Functions): void => {
  process.on('message', async ({ call, name, argument }: Call) => {
    try {
      const result = await functions[name]!(argument as never)
      process.send?.({ call, result } satisfies Answer)
    } catch (thrown) {
      process.send?.({ call, thrown: `${name}: ${messageOf(thrown)}` } satisfies Answer)
    }
  })
  process.once('disconnect', () => process.exit(0))
}

export interface Worker<F extends Functions> {
  readonly pid: number
  /** @throws Fault `worker` with what the function has thrown, or when the process has ended */
  call<N extends keyof F & string>(name: N, argument: Parameters<F[N]>[0]): Promise<Awaited<ReturnType<F[N]>>>
  stop(): Promise<void>
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

const settle = (waiting: Map<number, Waiting>, { call, result, thrown }: Answer): void => {
  const { resolve, reject } = waiting.get(call)!
  waiting.delete(call)
  if (thrown === undefined) resolve(result)
  else reject(new Fault('worker', thrown))
}

const forkClients = (file: URL): ChildProcess =>
  fork(file, { execArgv: ['--expose-gc', '--import', 'tsx'], serialization: 'json' })

/** @param file a module that calls `serveFunctions` */
export const startWorker = <F extends Functions>(file: URL): Worker<F> => {
  const child = forkClients(file)
  const ended = once(child, 'exit')
  const waiting = new Map<number, Waiting>()
  let calls = 0
  child.on('message', (answer: Answer) => settle(waiting, answer))
  child.once('exit', (code, signal) => {
    for (const { reject } of waiting.values())
      reject(new Fault('worker', `A client process has ended: ${code ?? signal}.`))
  })
  return {
    pid: child.pid!,
    call: (name, argument) =>
      new Promise((resolve, reject) => {
        calls += 1
        waiting.set(calls, { resolve: resolve as Waiting['resolve'], reject })
        child.send({ call: calls, name, argument } satisfies Call)
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await ended
    },
  }
}
