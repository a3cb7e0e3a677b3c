/**
 * A hub program from `dist`, as `npm run hub` starts it, with a probe in it that tells when it began and what memory it has. Whoever starts one ends it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { HubReport } from '../../shared/run-report.ts'
import { within } from './within.ts'

export interface Memory {
  readonly rssBytes: number
  /** Of the resident memory: the process's own, and what is mapped files (LevelDB's tables, programs). */
  readonly ownBytes: number
  readonly mappedBytes: number
  readonly heapUsedBytes: number
  readonly heapTotalBytes: number
  readonly externalBytes: number
  /** What keeps its event loop going: connections, timers, files. */
  readonly handles: number
}

/** Processor time of the main thread in what a folder's files do or call; each moment counts for the innermost of them. */
export interface Profile {
  readonly wallMicros: number
  readonly microsOf: Readonly<Record<string, number>>
}

export interface MeasuredHub {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** When it was spawned and when its ready line was read, on `performance.now()`. */
  readonly spawnedMs: number
  readonly readyMs: number
  /** Of that, from the first line of its own code on: without the start of Node. */
  readonly ownStartMs: number
  /** @param options.collect let V8 collect its garbage first */
  memory(options?: { collect?: boolean }): Promise<Memory>
  /** Processor time that it has used so far, user and system, of all its threads. */
  processorMicros(): Promise<number>
  /** Of all that its files in a folder of `dist` do while `run` runs. It costs the hub some percent more. */
  profile(folder: string, run: () => Promise<void>): Promise<Profile>
  /** What the hub tells of itself now. Reads every participant. */
  report(): Promise<HubReport>
  /** Resolves when the process is gone; gives the instant of the signal on `performance.now()`. */
  kill(): Promise<number>
  /** Ends it in good order; its last report. */
  stop(): Promise<HubReport>
}

const PROGRAM = fileURLToPath(new URL('../../dist/bin/main.js', import.meta.url))
const PROBE = new URL('memory-probe.mjs', import.meta.url).href
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 120_000
const ANSWER_LIMIT_MS = 60_000
const NS_PER_MS = 1e6

/** Variables of a developer's own must not decide what is measured. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(CAPS|LOG|npm|NODE)_/.test(name)),
)

interface Told {
  readonly loadedNs?: string
  readonly memory?: Memory
  readonly processorMicros?: number
  readonly began?: true
  readonly profile?: Profile
  readonly answers?: number
  readonly report?: HubReport
}

/** The next message of the probe, or of the hub itself, that `read` finds something in. */
const told = <T>(child: ChildProcess, read: (message: Told) => T | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const hear = (message: unknown) => {
      const found = read(message as Told)
      if (found === undefined) return
      stop()
      resolve(found)
    }
    const ended = () => {
      stop()
      reject(new Error(`the hub has ended (${child.exitCode ?? child.signalCode})`))
    }
    const stop = () => void child.off('message', hear).off('exit', ended)
    child.on('message', hear).on('exit', ended)
  })

const WORDS_KEPT = 20

/** The address on the ready line, when it comes; what the hub said instead, if it ends before. */
const readyAddress = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    const words: string[] = []
    const hear = (line: string) => {
      if (words.push(line) > WORDS_KEPT) words.shift()
      const address = /taking connections on (http:\/\/\S+)/.exec(line)?.[1]
      if (address !== undefined) resolve(address)
    }
    for (const stream of [child.stdout!, child.stderr!]) createInterface(stream).on('line', hear)
    child.on('exit', () => reject(new Error(`the hub ended before it was ready:\n${words.join('\n')}`)))
  })

export interface HubSettings {
  readonly folder: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Further flags of the hub. */
  readonly flags?: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

/** Resolves when the hub takes connections. */
export const startMeasuredHub = ({
  folder,
  port = 0,
  flags = [],
  variables = {},
}: HubSettings): Promise<MeasuredHub> =>
  startMeasuredProgram([PROGRAM, 'hub', '--data-dir', folder, '--port', String(port), ...flags], variables)

/**
 * Any program of ours that says and answers what a hub does: its ready line, `report`, `stop`. Resolves when it takes connections.
 * @param args Node's
 */
export const startMeasuredProgram = async (
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<MeasuredHub> => {
  const spawnedMs = performance.now()
  const child = spawn(process.execPath, ['--expose-gc', '--import', PROBE, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...environment, ...variables },
  })
  const loaded = told(child, ({ loadedNs }) => loadedNs)
  const ready = readyAddress(child).then((url) => ({
    url,
    readyMs: performance.now(),
    readyNs: process.hrtime.bigint(),
  }))
  const start = within(Promise.all([loaded, ready]), START_LIMIT_MS, 'the hub to be ready')
  const [loadedNs, { url, readyMs, readyNs }] = await start.catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  const ownStartMs = Number(readyNs - BigInt(loadedNs)) / NS_PER_MS
  return controlsOf(child, { url, spawnedMs, readyMs, ownStartMs })
}

const controlsOf = (
  child: ChildProcess,
  start: Pick<MeasuredHub, 'url' | 'spawnedMs' | 'readyMs' | 'ownStartMs'>,
): MeasuredHub => {
  const gone = once(child, 'exit')
  let asked = 0
  const ask = <T>(question: object, what: string, read: (message: Told) => T | undefined): Promise<T> => {
    asked += 1
    const number = asked
    const answer = told(child, (message) => (message.answers === number ? read(message) : undefined))
    child.send({ ...question, number })
    return within(answer, ANSWER_LIMIT_MS, what)
  }
  return {
    ...start,
    port: Number(new URL(start.url).port),
    pid: child.pid!,
    memory: ({ collect = false } = {}) =>
      ask({ ask: 'memory', collect }, 'what memory the hub has', ({ memory }) => memory),
    processorMicros: () =>
      ask({ ask: 'processor' }, 'what processor time the hub has used', (told) => told.processorMicros),
    async profile(folder, run) {
      await ask({ ask: 'begin-profile' }, 'a profile to begin', ({ began }) => began)
      await run()
      return ask({ ask: 'end-profile', folder }, 'the profile', ({ profile }) => profile)
    },
    report: () => {
      const answer = told(child, (message) => message.report)
      child.send('report')
      return within(answer, ANSWER_LIMIT_MS, 'the report of the hub')
    },
    async kill() {
      const killedMs = performance.now()
      child.kill('SIGKILL')
      await gone
      return killedMs
    },
    async stop() {
      const report = told(child, (message) => message.report)
      child.send('stop')
      const [last] = await within(Promise.all([report, gone]), STOP_LIMIT_MS, 'the hub to stop')
      return last
    },
  }
}
