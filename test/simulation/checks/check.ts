/** What a check is: it hears every observation, and reports what contradicts its invariants. It knows the documents and the settings, nothing of the hub's inside. */
import type { HubOptions } from '../../../hub/hub-parts.ts'
import type { Observation } from '../observations.ts'

export type Report = (invariant: Invariant, detail: string) => void

export interface Check {
  observe(seen: Observation, nowMs: number): void
}

/** Settings that the promises speak of. */
export type Settings = Pick<
  HubOptions,
  'ackTimeoutMs' | 'deliveryLimit' | 'driverGraceMs' | 'assignmentMs' | 'sessionExpiryMs'
>

/** What must hold in every world, and where it is promised. */
export const INVARIANTS = {
  'confirmed is kept':
    'a confirmed event reaches every participant concerned, or stands in its dead letters [P1, P2]',
  'nothing is invented': 'whatever is handed over was sent by somebody before, with that content',
  'one identity is one event':
    'an order has each event once, with one id and one content, however often it is sent [P6]',
  'one at a time':
    'the next event of an order leaves when the one before is durably acknowledged, or dead [P3]',
  'in lifecycle order':
    'a participant hears of an order in the order in which it happens, redeliveries included [P3]',
  'acknowledged for good': 'what is durably acknowledged is never handed over again [P2]',
  'handled before acknowledged': 'an acknowledgement comes only after a handler has succeeded [P2]',
  'handled once': 'a handler succeeds at most once a process life for an event, or a lease [P2]',
  'within the window': 'no more entries are in flight to a connection than its window [DL3]',
  'only to the newest connection': 'one that was displaced gets nothing more [SE2]',
  'one holder': 'a pickup is held by one driver at a time, also across crashes [P4]',
  'one carrier': 'one driver has in-transit and delivered accepted [P4]',
  'within capacity': 'no driver is leased more than it has room for [FL2]',
  'to its own store': 'an event reaches participants of its store, and a pickup drivers, alone [P5]',
  'every failure counts once':
    'rejections and timeouts count, lost connections do not, and a restart forgets none [DL6]',
  'dead at the limit': 'an entry is dead after as many failures as the limit says, and exactly once [DL7]',
  'expires in time': 'a session ends when its participant was away for the expiry time, not before [UP1]',
  'replayed once': 'a replay brings an event back once [UP5]',
  drained: 'soon after the last fault nothing is owed any more',
  'books agree': 'counters, floors and ranges of the ledger agree [LG8]',
  'nothing breaks': 'nothing that happens ends the hub or an actor [P7]',
} as const

export type Invariant = keyof typeof INVARIANTS

export const STAGES = { pickup: 0, 'in-transit': 1, delivered: 2 } as const
