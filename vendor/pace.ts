/** How many orders have come due `elapsedMs` after the first: that one at once, then `perSecond` every second. */
export const dueOrders = (elapsedMs: number, perSecond: number): number =>
  perSecond === 0 ? 0 : Math.floor((elapsedMs * perSecond) / 1000) + 1

const SHORTEST_TICK_MS = 20

/** How often to look for orders that are due, in milliseconds. */
export const tickMs = (perSecond: number): number =>
  Math.max(SHORTEST_TICK_MS, Math.min(1000, 1000 / perSecond))
