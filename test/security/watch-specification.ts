/**
 * Who may see and do what on `/watch`, written by hand as in `specification.ts`: one row an attempt, one column somebody. A view, an action or a message that is not here does not compile.
 */
import type { Action, Look, WatcherToHub } from '../../shared/watch.ts'
import type { Asking } from './specification.ts'

/** All who are let in. */
export const WATCHING = [
  'an observer',
  'an observer of the order alone',
  'an observer of another order',
  'an operator',
] as const satisfies readonly Asking[]
export type Watching = (typeof WATCHING)[number]

/** With what everybody else is refused. */
export const KEPT_OUT: Readonly<Record<Exclude<Asking, Watching>, string>> = {
  'a vendor of the store': 'wrong-role',
  'another till of the store': 'wrong-role',
  'a vendor of another store': 'wrong-role',
  'the driver that holds the order': 'wrong-role',
  'a driver that holds nothing': 'wrong-role',
  nobody: 'token-missing',
}

/** `ok`, or the code of the refusal, in the order of WATCHING. */
type Outcomes = readonly [string, string, string, string]

export interface Asked<Argument> {
  readonly of: string
  readonly argument: Argument
  readonly outcomes: Outcomes
}

const no = 'not-permitted'
const FOR_ALL: Outcomes = ['ok', no, no, 'ok']
const unknown: Outcomes = ['unknown-order', no, no, 'unknown-order']
const noQueue: Outcomes = ['not-found', no, no, 'not-found']

type LookAt<View extends Look['view']> = Asked<Extract<Look, { view: View }>>

export const LOOKS: { readonly [View in Look['view']]: readonly LookAt<View>[] } = {
  now: [{ of: 'the course', argument: { view: 'now' }, outcomes: FOR_ALL }],
  system: [{ of: 'the machine', argument: { view: 'system' }, outcomes: FOR_ALL }],
  map: [{ of: 'everybody', argument: { view: 'map' }, outcomes: FOR_ALL }],
  orders: [
    { of: 'all', argument: { view: 'orders', filter: {} }, outcomes: FOR_ALL },
    { of: 'one store', argument: { view: 'orders', filter: { store: 'acme' } }, outcomes: FOR_ALL },
    { of: 'one id', argument: { view: 'orders', filter: { search: 'acme/assigned' } }, outcomes: FOR_ALL },
  ],
  order: [
    {
      of: 'acme/assigned',
      argument: { view: 'order', store: 'acme', orderId: 'assigned' },
      outcomes: ['ok', 'ok', no, 'ok'],
    },
    {
      of: 'acme/moving',
      argument: { view: 'order', store: 'acme', orderId: 'moving' },
      outcomes: FOR_ALL,
    },
    {
      of: 'other/theirs',
      argument: { view: 'order', store: 'other', orderId: 'theirs' },
      outcomes: ['ok', no, 'ok', 'ok'],
    },
    { of: 'none', argument: { view: 'order', store: 'acme', orderId: 'none' }, outcomes: unknown },
    // The same order id, in a store that has none of that name.
    { of: 'a namesake', argument: { view: 'order', store: 'other', orderId: 'assigned' }, outcomes: unknown },
  ],
  queues: [
    { of: 'all', argument: { view: 'queues' }, outcomes: FOR_ALL },
    { of: 'a store', argument: { view: 'queues', search: 'vendor/acme/' }, outcomes: FOR_ALL },
  ],
  queue: [
    {
      of: 'a till',
      argument: { view: 'queue', participant: 'vendor/acme/main', place: 'queue' },
      outcomes: FOR_ALL,
    },
    {
      of: 'a driver',
      argument: { view: 'queue', participant: 'driver/holder', place: 'retry' },
      outcomes: FOR_ALL,
    },
    { of: 'the fleet', argument: { view: 'queue', participant: 'fleet', place: 'dead' }, outcomes: FOR_ALL },
    {
      of: 'nobody',
      argument: { view: 'queue', participant: 'driver/nobody', place: 'queue' },
      outcomes: noQueue,
    },
  ],
  'dead-letters': [
    { of: 'all', argument: { view: 'dead-letters' }, outcomes: FOR_ALL },
    { of: 'a till', argument: { view: 'dead-letters', participant: 'vendor/acme/main' }, outcomes: FOR_ALL },
  ],
}

const OPERATORS_ONLY: Outcomes = [no, no, no, 'ok']

export const ACTIONS: Readonly<Record<Action['action'], readonly Asked<Action>[]>> = {
  pause: [
    {
      of: 'a till',
      argument: { action: 'pause', participant: 'vendor/acme/main' },
      outcomes: OPERATORS_ONLY,
    },
    { of: 'the fleet', argument: { action: 'pause', participant: 'fleet' }, outcomes: OPERATORS_ONLY },
    {
      of: 'nobody',
      argument: { action: 'pause', participant: 'driver/nobody' },
      outcomes: [no, no, no, 'not-found'],
    },
  ],
  resume: [
    {
      of: 'a driver',
      argument: { action: 'resume', participant: 'driver/holder' },
      outcomes: OPERATORS_ONLY,
    },
  ],
  replay: [
    {
      of: 'all letters of a till',
      argument: { action: 'replay', participant: 'vendor/acme/main', entries: 'all' },
      outcomes: OPERATORS_ONLY,
    },
  ],
  drop: [
    {
      of: 'all letters of a till',
      argument: { action: 'drop', participant: 'vendor/acme/main', entries: 'all' },
      outcomes: OPERATORS_ONLY,
    },
    {
      of: 'a letter that there is not',
      argument: { action: 'drop', participant: 'vendor/acme/main', entries: ['1'] },
      outcomes: [no, no, no, 'not-found'],
    },
  ],
}

const deep = (levels: number): unknown => (levels === 0 ? 'x' : [deep(levels - 1)])

const NONE_OF_ANYTHING: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'now',
  '__proto__',
  [],
  {},
  [{ view: 'now' }],
  JSON.parse('{"__proto__":{"view":"now","action":"pause","participant":"fleet"}}'),
  { view: 'constructor', action: 'constructor' },
  { view: { toString: 'now' }, action: ['pause'] },
  deep(500),
  'x'.repeat(9000),
]

/** What is none of these, by message. */
export const GARBAGE: Readonly<Record<keyof WatcherToHub, readonly unknown[]>> = {
  look: [
    ...NONE_OF_ANYTHING,
    { view: 'now', more: 1 },
    { view: 'order', store: 'acme' },
    { view: 'order', store: '../acme', orderId: 'assigned' },
    { view: 'order', store: ['acme'], orderId: 'assigned' },
    { view: 'orders', filter: null },
    { view: 'orders', filter: { state: 'gone' } },
    { view: 'orders', filter: {}, after: 'x'.repeat(513) },
    { view: 'queue', participant: 'fleet', place: 'trash' },
    { view: 'queue', participant: 'vendor/acme', place: 'queue' },
    { view: 'dead-letters', participant: 'operator/o' },
  ],
  act: [
    ...NONE_OF_ANYTHING,
    { action: 'pause' },
    { action: 'pause', participant: 'fleet', entries: 'all' },
    { action: 'erase', participant: 'fleet' },
    { action: 'drop', participant: 'vendor/acme/main' },
    { action: 'drop', participant: 'vendor/acme/main', entries: 'most' },
    { action: 'drop', participant: ['vendor/acme/main'], entries: 'all' },
    { action: 'replay', participant: 'vendor/acme/main', entries: Array(1001).fill('1') },
  ],
  token: NONE_OF_ANYTHING.filter((value) => typeof value !== 'string' || value.length > 8192),
}

/** Messages of others, of the library and of nobody. */
export const STRANGE_MESSAGES = ['pickup', 'publish', 'leave', 'error', 'hello', '__proto__', 'toString', '']
