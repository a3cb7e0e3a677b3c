import { systemClock } from './clock.ts'
import type { Log } from './log.ts'
import { createEventLog, type EventLog } from './rate-limited-log.ts'

const LINES_PER_SECOND = 20

const summaryOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ')

/** An actor's events: a line each while there are few, one line a second with their numbers when there are many. */
export const createActorEventLog = (actor: string, log: Log, clock = systemClock): EventLog =>
  createEventLog({
    clock,
    linesPerSecond: LINES_PER_SECOND,
    summarize: (counts) => log.info(`${actor}: and in the same second ${summaryOf(counts)}`),
  })
