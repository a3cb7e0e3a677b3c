/**
 * Other brokers, for `--peers`. Their clients are a package of its own, so that nobody else installs them; it is run as a program of its own that prints what it has measured as JSON. Nothing of it is imported here.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Fault } from '../../shared/fault.ts'
import { within } from '../load/within.ts'
import { endWithUs } from './leftovers.ts'
import type { Check, Result } from './scenario.ts'
import { withCheck } from './verdict.ts'

export interface PeerFigures {
  readonly peer: string
  readonly version: string
  /** What a confirmation means: begins with `yes` when the event is on disk by then, with `no` otherwise. */
  readonly durable: string
  readonly eventsPerSecond: number
  readonly serverMicrosPerEvent: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface SkippedPeer {
  readonly peer: string
  /** Why. */
  readonly skipped: string
}

export type PeerResult = PeerFigures | SkippedPeer

const PROGRAM = fileURLToPath(new URL('peers/main.ts', import.meta.url))
const LIMIT_MS = 1_800_000

const resultsIn = (output: string): PeerResult[] => {
  try {
    return JSON.parse(output) as PeerResult[]
  } catch (cause) {
    throw new Fault('peers', `The peers' program printed something else than JSON: ${output.slice(0, 200)}`, {
      cause,
    })
  }
}

/** Runs all peers whose server is on this machine. @throws Fault `peers` when the program fails */
export const runPeers = async ({ isQuick }: { isQuick: boolean }): Promise<PeerResult[]> => {
  if (!existsSync(PROGRAM)) throw new Fault('configuration', 'There is no test/bench/peers here.')
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', PROGRAM, '--json', ...(isQuick ? ['--quick'] : [])],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  endWithUs(child.pid!, 'SIGTERM')
  const ended = Promise.all([text(child.stdout), once(child, 'exit')])
  const [output, [code]] = await within(ended, LIMIT_MS, 'the peers')
  if (code !== 0) throw new Fault('peers', `The peers' program has ended with ${code}.`)
  return resultsIn(output)
}

const isMeasured = (result: PeerResult): result is PeerFigures => !('skipped' in result)
const isDurable = ({ durable }: PeerFigures): boolean => durable.startsWith('yes')

/** S1 must be twice as fast as the best peer that is as durable; null if there is none here. */
export const peerCheck = (eventsPerSecond: number, results: readonly PeerResult[]): Check | null => {
  const durable = results.filter(isMeasured).filter(isDurable)
  const best = durable.toSorted((one, other) => other.eventsPerSecond - one.eventsPerSecond)[0]
  if (best === undefined) return null
  return {
    what: `events/s, of ${best.peer}, the best durable peer`,
    kind: 'ratio',
    value: eventsPerSecond / best.eventsPerSecond,
    is: 'least',
    unit: '×',
    must: 2,
    goal: null,
  }
}

/** S1 with what was found, any other result as it was. */
export const withPeers = (result: Result, found: readonly PeerResult[], isQuick: boolean): Result => {
  if (result.scenario !== 'S1' || 'fault' in result) return result
  const check = peerCheck(result.caps.eventsPerSecond, found)
  return check === null ? result : { ...withCheck(result, check, isQuick), peers: found }
}

const lineOf = (result: PeerResult): string =>
  isMeasured(result)
    ? `${result.peer} ${result.version}: ${Math.round(result.eventsPerSecond).toLocaleString('en-US')} events/s, server ${result.serverMicrosPerEvent.toFixed(1)} µs, p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms, durable at confirm: ${result.durable}`
    : `${result.peer}: skipped, ${result.skipped}`

export const peerLines = (results: readonly PeerResult[]): string[] => results.map(lineOf)
