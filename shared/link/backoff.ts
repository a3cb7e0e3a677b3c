const SHORTEST_MS = 200
export const LONGEST_DELAY_MS = 5_000

/**
 * How long to wait before try number `attempt` (from 1) is repeated, in milliseconds: doubled from 200 ms to 5 s, of that half to all, so that
 * those whom one event hit do not come back together.
 * @param random from 0 to 1
 */
export const nextDelayMs = (attempt: number, random: number): number => {
  const longest = Math.min(SHORTEST_MS * 2 ** Math.min(attempt - 1, 16), LONGEST_DELAY_MS)
  return Math.round(longest * (0.5 + random / 2))
}
