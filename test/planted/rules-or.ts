import { DOMAIN } from './parts.ts'
import type { Plant } from './plant.ts'

const ORDER = { file: 'hub/domain/order.ts', tests: DOMAIN } as const
const DISPATCH = { file: 'hub/domain/dispatch.ts', tests: DOMAIN } as const

export const OR_PLANTS: readonly Plant[] = [
  {
    ...ORDER,
    rule: 'OR1',
    name: 'delivered creates an order that the hub does not know',
    from: 'return lifecycle[proposal.event].from.length === 0',
    to: "return proposal.event === 'delivered' || lifecycle[proposal.event].from.length === 0",
  },
  {
    ...ORDER,
    rule: 'OR2',
    name: 'the lease stays when the order is on board',
    from: "{ place: 'none', lease: null }",
    to: "{ place: 'none', lease: to === 'in-transit' ? dispatch.lease : null }",
  },
  {
    ...ORDER,
    rule: 'OR3',
    name: 'another driver that was offered the order may report about it',
    from: 'if (carrier !== null) return refuse(',
    to: 'if (carrier !== null && !record.dispatch.offered.includes(driver)) return refuse(',
  },
  {
    ...ORDER,
    rule: 'OR4',
    name: 'whoever knows an order takes it',
    from: 'return record.dispatch.offered.includes(driver)',
    to: 'return record.endedMs === null || record.dispatch.offered.includes(driver)',
  },
  {
    ...ORDER,
    rule: 'OR5',
    name: 'a pickup that was given up goes on',
    from: 'if (from.includes(state) && endedMs === null)',
    to: 'if (from.includes(state))',
  },
  {
    ...ORDER,
    rule: 'OR6',
    name: 'the order of keys makes another content',
    from: "isSameContent(sent, event === 'pickup' ? record.order : details)",
    to: "JSON.stringify(sent) === JSON.stringify(event === 'pickup' ? record.order : details)",
  },
  {
    ...ORDER,
    rule: 'OR7',
    name: 'other content under the same identity counts as a repeat',
    from: "return refuse('identity-conflict',",
    to: "return { kind: 'duplicate', id: accepted[0]!.id } ?? refuse('identity-conflict',",
  },
  {
    file: 'hub/domain/routing.ts',
    tests: DOMAIN,
    rule: 'OR8',
    name: 'who hears of an event is decided by its name',
    from: "lifecycle[event].heardBy === 'fleet'",
    to: "(lifecycle, event === 'pickup')",
  },
  {
    ...ORDER,
    rule: 'OR9',
    name: 'an acknowledgement is not noted',
    from: 'history: withItem(record.history, timeMs, happening),',
    to: 'history: (timeMs, happening, record.history),',
  },
  {
    ...ORDER,
    rule: 'OR10',
    name: "the order's details travel with every event",
    from: 'record.events.findLast(',
    to: 'record.order.details ?? record.events.findLast(',
  },
  {
    ...DISPATCH,
    rule: 'OR11',
    name: 'an absent driver counts as a failure',
    from: "what === 'rejected' || what === 'not-acknowledged'",
    to: "what !== 'released' && what !== 'assignment-expired'",
  },
  {
    ...ORDER,
    rule: 'OR12',
    name: 'looking a driver up sorts the list that was given',
    from: 'return record.dispatch.offered.includes(driver)',
    to: 'return (record.dispatch.offered as string[]).sort().includes(driver)',
  },
]
