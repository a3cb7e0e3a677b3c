/**
 * Logs that stay readable under load: up to `linesPerSecond` events a second get a line each; beyond that they are counted, and one line
 * when the second is over says how many of each kind there were.
 */
import type { Clock } from './clock.ts'

export interface EventLog {
  /** Either calls `write` at once or counts the event under `kind`. */
  event(kind: string, write: () => void): void
  /** Says what has been counted so far, and stops. */
  close(): void
}

const SECOND_MS = 1000

export const createEventLog = (options: {
  clock: Clock
  linesPerSecond: number
  summarize(counts: Readonly<Record<string, number>>): void
}): EventLog => {
  let lines = 0
  let counts = new Map<string, number>()
  let cancel: (() => void) | null = null

  const endSecond = () => {
    cancel = null
    lines = 0
    if (counts.size === 0) return
    const summary = Object.fromEntries(counts)
    counts = new Map()
    options.summarize(summary)
  }

  return {
    event(kind, write) {
      cancel ??= options.clock.after(SECOND_MS, endSecond)
      lines += 1
      if (lines <= options.linesPerSecond) write()
      else counts.set(kind, (counts.get(kind) ?? 0) + 1)
    },
    close() {
      cancel?.()
      endSecond()
    },
  }
}
