/**
 * Logs: pino, as readable lines on a terminal and as JSON lines elsewhere. Everything is written synchronously, so that the last words of
 * a process that is about to end are not lost. A line's own time is `at`: `time` is what an event calls its.
 */
import { destination, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'>

export interface LogSettings {
  readonly logLevel: string
  readonly logFormat: 'auto' | 'pretty' | 'json'
}

export const createLog = (settings: LogSettings): Log => {
  const isPretty =
    settings.logFormat === 'pretty' || (settings.logFormat === 'auto' && process.stdout.isTTY === true)
  const stream = isPretty
    ? pretty({
        sync: true,
        ignore: 'pid,hostname',
        translateTime: 'SYS:HH:MM:ss.l',
        timestampKey: 'at',
        singleLine: true,
        destination: 1,
      })
    : destination({ fd: 1, sync: true })
  return pino(
    { level: settings.logLevel, base: null, timestamp: () => `,"at":"${new Date().toISOString()}"` },
    stream,
  )
}
