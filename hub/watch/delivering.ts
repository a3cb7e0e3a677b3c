/** Delivery, as those who watch ask for it. */
import type { Dispatcher } from '../delivery/dispatcher.ts'
import type { Delivering } from './feed-ports.ts'

export const deliveringOf = (dispatcher: Dispatcher): Delivering => {
  const { leasing, pauses } = dispatcher
  const { board } = leasing
  return {
    get inFlight() {
      return dispatcher.inFlight
    },
    get fleetCounts() {
      return board.counts
    },
    inFlightOf: (participant) => dispatcher.inFlightOf(participant),
    oldestTimeOf: (participant) => dispatcher.oldestTimeOf(participant),
    pausedMs: (participant) => pauses.sinceMs(participant),
    busyQueues: () => dispatcher.busyQueues(),
    paused: () => pauses,
    drivers: () => board.fleet.names(),
    heldBy: (driver) => board.fleet.heldBy(driver),
    loadOf: (driver) => board.fleet.load(driver),
    parcelsOf: (driver) => board.parcelsOf(driver),
  }
}
