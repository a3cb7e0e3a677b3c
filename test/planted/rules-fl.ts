import { DELIVERY } from './parts.ts'
import type { Plant } from './plant.ts'

const delivery = (name: string) => ({ file: `hub/delivery/${name}.ts`, tests: DELIVERY }) as const

export const FL_PLANTS: readonly Plant[] = [
  {
    ...delivery('lease-steps'),
    rule: 'FL1',
    name: 'a pickup is leased from where it no longer lies',
    from: ' || record.dispatch.position !== position) return false',
    to: ') return false',
  },
  {
    ...delivery('board'),
    rule: 'FL2',
    name: 'an order that was taken while it was reserved is not counted',
    from: 'if (this.isReserved(driver, key)) this.fleet.letGo(driver, key)',
    to: 'this.fleet.letGo(driver, key)',
  },
  {
    ...delivery('lease-steps'),
    rule: 'FL3',
    name: 'a stale lease is accepted',
    from: '!isLeased(record, leased.dispatch.lease!.token)',
    to: 'record.dispatch.lease === null',
  },
  {
    ...delivery('lease-steps'),
    rule: 'FL4',
    name: 'the delay before a driver is asked again does not grow',
    from: 'retryDelayMs(dispatch.failures.length, options)',
    to: 'retryDelayMs(1, options)',
  },
  {
    ...delivery('driver-grips'),
    rule: 'FL5',
    name: 'a driver that has come back in time loses its leases all the same',
    from: '    this.#graceEnds.delete(driver)\n    this.#board.fleet.connect',
    to: '    this.#board.fleet.connect',
  },
  {
    ...delivery('board'),
    rule: 'FL6',
    name: 'an order on board goes back to the fleet',
    from: "if (phase === 'assigned')\n      tracked.deadline",
    to: "if (phase !== 'leased')\n      tracked.deadline",
  },
  {
    ...delivery('lease-steps'),
    rule: 'FL7',
    name: 'a pickup dies at the limit plus one',
    from: 'failures.length >= options.deliveryLimit',
    to: 'failures.length > options.deliveryLimit',
  },
  {
    ...delivery('lease-writer'),
    rule: 'FL8',
    name: 'an order on board is given back',
    from: "record.state === 'assigned' ? 'released' : 'in-transit'",
    to: "record.endedMs === null ? 'released' : 'in-transit'",
  },
  {
    ...delivery('leasing'),
    rule: 'FL9',
    name: 'the clock of an assignment runs while the hub is down',
    from: 'this.#parts.now() + this.#parts.options.assignmentMs',
    to: 'Date.parse(record.time) + this.#parts.options.assignmentMs',
  },
  {
    ...delivery('lease-writer'),
    rule: 'FL10',
    name: 'assignments do not list what is on board',
    from: "return record.state === 'assigned' || record.state === 'in-transit'",
    to: "return record.state === 'assigned'",
  },
  {
    ...delivery('lease-writer'),
    rule: 'FL11',
    name: 'the acknowledgement of an ended lease is not counted',
    from: 'if (assigned.length < records.length) reports.ignored(',
    to: 'if (assigned.length > records.length) reports.ignored(',
  },
  {
    ...delivery('leasing'),
    rule: 'FL12',
    name: 'a new pickup is leased before one that is about to be',
    from: ' || this.writer.isLeasing) return false',
    to: ') return false',
  },
]
