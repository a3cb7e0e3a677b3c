/**
 * Logs: pino, as readable lines on a terminal and as JSON lines elsewhere. Everything is written synchronously, so that the last words of
 * a process that is about to end are not lost. A line's own time is `at`: `time` is what an event calls its.
 */
import { inspect } from 'node:util'
import { destination, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'>

export interface LogSettings {
  readonly logLevel: string
  readonly logFormat: 'auto' | 'pretty' | 'json'
}

/** The message and what belongs to it on one line: `EVENT { event: 'pickup', time: …, payload: … }`. */
const readable = (line: Record<string, unknown>): string => {
  const { level: _, at: __, msg, ...rest } = line
  if (Object.keys(rest).length === 0) return String(msg)
  return `${String(msg)} ${inspect(rest, { breakLength: Number.POSITIVE_INFINITY, compact: true, depth: 8 })}`
}

const prettyStream = () =>
  pretty({
    sync: true,
    destination: 1,
    timestampKey: 'at',
    translateTime: 'SYS:HH:MM:ss.l',
    // pino-pretty leaves out members called `time`; ours belong to the line.
    hideObject: true,
    messageFormat: readable,
  })

export const createLog = (settings: LogSettings): Log => {
  const isTerminal = process.stdout.isTTY === true
  const isPretty = settings.logFormat === 'pretty' || (settings.logFormat === 'auto' && isTerminal)
  const stream = isPretty ? prettyStream() : destination({ fd: 1, sync: true })
  return pino(
    { level: settings.logLevel, base: null, timestamp: () => `,"at":"${new Date().toISOString()}"` },
    stream,
  )
}
