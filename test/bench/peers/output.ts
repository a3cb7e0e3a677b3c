/** What people read. */
import { tableOf } from '../../load/output.ts'
import type { Measured, Outcome } from './measure.ts'

const HEAD = ['peer', 'version', 'events/s', 'server µs/event', 'p50 ms', 'p99 ms']

const cellsOf = (outcome: Measured): string[] => [
  outcome.peer,
  outcome.version,
  outcome.eventsPerSecond.toLocaleString('en-US'),
  ...[outcome.serverMicrosPerEvent, outcome.p50Ms, outcome.p99Ms].map((value) => value.toFixed(1)),
]

/** A table, what a confirmation means with each peer, and who was skipped. */
export const linesOf = (outcomes: readonly Outcome[]): string[] => {
  const measured = outcomes.filter((outcome) => 'version' in outcome)
  const skipped = outcomes.filter((outcome) => 'skipped' in outcome)
  return [
    ...(measured.length === 0 ? [] : tableOf([HEAD, ...measured.map(cellsOf)])),
    ...measured.map(({ peer, durable }) => `${peer}, durable when confirmed: ${durable}`),
    ...skipped.map(({ peer, skipped }) => `${peer}: skipped, ${skipped}`),
  ]
}
