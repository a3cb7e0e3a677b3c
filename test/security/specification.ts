/**
 * Who may do what, written by hand: one row an attempt, one column somebody. It is what the hub is held against (`matrix.test.ts`), and takes nothing from hub/access/rights.ts. A message or a route that is not here fails
 * a test.
 */
import { orderOf } from '../support/client.ts'

/** All who may be connected. */
export const CONNECTED = [
  'a vendor of the store',
  'another till of the store',
  'a vendor of another store',
  'the driver that holds the order',
  'a driver that holds nothing',
] as const
export type Connected = (typeof CONNECTED)[number]

/** All who may ask over HTTP. */
export const ASKING = [
  ...CONNECTED,
  'an observer',
  'an observer of the order alone',
  'an observer of another order',
  'an operator',
  'nobody',
] as const
export type Asking = (typeof ASKING)[number]

/** The stage: store acme has an order that is assigned and one in transit, both with one driver; store other has one that is assigned to yet another driver. */
export const ORDERS = { assigned: 'acme/assigned', moving: 'acme/moving', theirs: 'other/theirs' } as const

/** `ok`, or the code of the refusal. */
type Outcome = string

export interface Attempt {
  readonly message: string
  readonly of: string
  readonly argument?: unknown
  /** In the order of CONNECTED. */
  readonly outcomes: readonly [Outcome, Outcome, Outcome, Outcome, Outcome]
}

const assigned = { store: 'acme', orderId: 'assigned' }
const moving = { store: 'acme', orderId: 'moving' }
const theirs = { store: 'other', orderId: 'theirs' }
const reason = 'not at home'

const no = 'not-permitted'
const [foreign, unknown, held, notHeld] = ['foreign-store', 'unknown-order', 'held-by-another', 'not-held']

export const ATTEMPTS: readonly Attempt[] = [
  {
    message: 'pickup',
    of: 'a new order of the store',
    argument: orderOf('acme', 'new'),
    outcomes: ['ok', 'ok', foreign, no, no],
  },
  {
    message: 'pickup',
    of: 'a new order of another store',
    argument: orderOf('other', 'new'),
    outcomes: [foreign, foreign, 'ok', no, no],
  },
  { message: 'in-transit', of: 'an assigned order', argument: assigned, outcomes: [no, no, no, 'ok', held] },
  {
    message: 'in-transit',
    of: "another driver's order",
    argument: theirs,
    outcomes: [no, no, no, held, held],
  },
  {
    message: 'in-transit',
    of: 'an order that there is not',
    argument: { store: 'acme', orderId: 'none' },
    outcomes: [no, no, no, unknown, unknown],
  },
  { message: 'delivered', of: 'an order in transit', argument: moving, outcomes: [no, no, no, 'ok', held] },
  {
    message: 'delivered',
    of: "another driver's order",
    argument: theirs,
    outcomes: [no, no, no, held, held],
  },
  {
    message: 'release',
    of: 'an assigned order',
    argument: { ...assigned, reason },
    outcomes: [no, no, no, 'ok', notHeld],
  },
  {
    message: 'release',
    of: "another driver's order",
    argument: { ...theirs, reason },
    outcomes: [no, no, no, notHeld, notHeld],
  },
  {
    message: 'track',
    of: 'an order of the store',
    argument: { orderId: 'assigned' },
    outcomes: ['ok', 'ok', unknown, no, no],
  },
  {
    message: 'track',
    of: 'an order of another store',
    argument: { orderId: 'theirs' },
    outcomes: [unknown, unknown, 'ok', no, no],
  },
  { message: 'assignments', of: 'its own orders', outcomes: [no, no, no, 'ok', 'ok'] },
]

/** Messages that bear no answer, or that concern nobody but their sender: what they must not do to others has a test of its own. */
export const BY_EFFECT = ['publish', 'acknowledge', 'reject', 'position', 'leave', 'token'] as const

export interface Request {
  readonly method: 'GET' | 'POST'
  /** As the hub's table of routes has it. */
  readonly route: string
  readonly path: string
  readonly body?: object
  /** In the order of ASKING. */
  readonly statuses: readonly [number, number, number, number, number, number, number, number, number, number]
}

const OPERATORS_ONLY = [403, 403, 403, 403, 403, 403, 403, 403, 200, 401] as const
/** What concerns more than one order. */
const WATCHERS_ONLY = [403, 403, 403, 403, 403, 200, 403, 403, 200, 401] as const

const watched = (route: string, path = route): Request => ({
  method: 'GET',
  route,
  path,
  statuses: WATCHERS_ONLY,
})

export const REQUESTS: readonly Request[] = [
  {
    method: 'GET',
    route: '/api/orders/:store/:orderId',
    path: '/api/orders/acme/assigned',
    statuses: [200, 200, 404, 403, 403, 200, 200, 404, 200, 401],
  },
  {
    method: 'GET',
    route: '/api/orders/:store/:orderId',
    path: '/api/orders/other/theirs',
    statuses: [404, 404, 200, 403, 403, 200, 404, 200, 200, 401],
  },
  {
    method: 'GET',
    route: '/api/orders/:store/:orderId',
    path: '/api/orders/acme/none',
    statuses: [404, 404, 404, 403, 403, 404, 404, 404, 404, 401],
  },
  {
    method: 'POST',
    route: '/api/orders/:store/:orderId/erase',
    path: '/api/orders/acme/assigned/erase',
    body: {},
    statuses: OPERATORS_ONLY,
  },
  {
    method: 'POST',
    route: '/api/revocations',
    path: '/api/revocations',
    body: { participant: 'vendor/other/main' },
    statuses: OPERATORS_ONLY,
  },
  {
    method: 'POST',
    route: '/api/actions',
    path: '/api/actions',
    body: { action: 'pause', participant: 'vendor/other/main' },
    statuses: OPERATORS_ONLY,
  },
  watched('/api/orders'),
  watched('/api/queues'),
  watched('/api/queues/vendor/:store/:id', '/api/queues/vendor/acme/main'),
  watched('/api/queues/driver/:id', '/api/queues/driver/holder'),
  watched('/api/queues/fleet'),
  watched('/api/dead-letters'),
  watched('/api/summary'),
  watched('/api/system'),
  watched('/api/audit'),
]
