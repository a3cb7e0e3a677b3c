let last = { timeMs: Number.NaN, text: '' }

/** ISO 8601. Everything that is decided together has the same time, so the last one is remembered. @param timeMs milliseconds since 1970 */
export const isoTime = (timeMs: number): string => {
  if (last.timeMs !== timeMs) last = { timeMs, text: new Date(timeMs).toISOString() }
  return last.text
}
