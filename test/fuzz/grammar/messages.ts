/** Our messages, as JSON texts: each field is mostly what it should be, and sometimes not; each message mostly what its sender may send, and sometimes not. */
import type { Seeded } from '../../support/seeded.ts'
import { type Claim, FOREIGN_ORDERS, FOREIGN_STORES, ORDER_NAMES } from './names.ts'
import { hostileValue, nestedValue } from './values.ts'

/** One field in this many is not what it should be. */
const WRONG_FIELD_EVERY = 8
/** A field more than there is. */
const FURTHER_FIELD_EVERY = 16
/** A new order in this many: what is accepted stays on the hub's disk. */
const NEW_ORDER_EVERY = 400

type Field = (random: Seeded, claim: Claim) => string

const literally =
  (...texts: readonly string[]): Field =>
  (random) =>
    random.oneOf(texts)

const inQuotes = (text: string): string => JSON.stringify(text)

const store: Field = (random, claim) =>
  inQuotes(random.whole(0, 9) === 0 ? random.oneOf(FOREIGN_STORES) : claim.store)

const orderId: Field = (random) => {
  if (random.whole(1, NEW_ORDER_EVERY) === 1) return inQuotes(`n-${random.whole(0, 1e9)}`)
  return inQuotes(random.oneOf(random.whole(0, 9) === 0 ? FOREIGN_ORDERS : ORDER_NAMES))
}

const details: Field = (random) => (random.whole(0, 3) === 0 ? nestedValue(random) : '{"lines":2}')
const entry = literally('"1"', '"e1"', '"4294967296"', '"0"', '"zzzzzz"', '"00000000001"')
const reason = literally('""', '"not at home"')

const FIELDS: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  pickup: {
    store,
    orderId,
    customer: literally('"Ada Li"', '"Bo Ek"'),
    address: literally('"1 Main St"'),
    details,
  },
  'in-transit': { store, orderId, details },
  delivered: { store, orderId, details },
  release: { store, orderId, reason },
  track: { orderId },
  position: { lat: literally('0', '90', '90.1', '-91'), lng: literally('0', '-180', '181') },
  rejection: { entry, reason },
  reject: { reject: reason },
}

const memberOf = (name: string, field: Field, random: Seeded, claim: Claim): string => {
  const value = random.whole(1, WRONG_FIELD_EVERY) === 1 ? hostileValue(random) : field(random, claim)
  return `${inQuotes(name)}:${value}`
}

const objectOf = (kind: string, random: Seeded, claim: Claim): string => {
  const members = Object.entries(FIELDS[kind]!)
    .filter(([name]) => name !== 'details' || random.whole(0, 3) === 0)
    .map(([name, field]) => memberOf(name, field, random, claim))
  if (random.whole(1, FURTHER_FIELD_EVERY) === 1) members.push(`"__proto__":${hostileValue(random)}`)
  return `{${members.join(',')}}`
}

const listOf = (random: Seeded, most: number, item: () => string): string =>
  `[${Array.from({ length: random.whole(0, most) }, item).join(',')}]`

const EVENTS = ['pickup', 'in-transit', 'delivered'] as const

const elementOf = (random: Seeded, claim: Claim): string => {
  if (random.whole(0, 19) === 0) return hostileValue(random)
  const event = random.oneOf(EVENTS)
  const name = random.whole(0, 19) === 0 ? hostileValue(random) : inQuotes(event)
  return `{"event":${name},"payload":${objectOf(event, random, claim)}}`
}

type Message = (random: Seeded, claim: Claim) => string

const withObject =
  (kind: string): Message =>
  (random, claim) =>
    objectOf(kind, random, claim)

/** By name: the argument's text; null where a message has none. */
const MESSAGES: Readonly<Record<string, Message | null>> = {
  pickup: withObject('pickup'),
  'in-transit': withObject('in-transit'),
  delivered: withObject('delivered'),
  publish: (random, claim) => listOf(random, 6, () => elementOf(random, claim)),
  acknowledge: (random, claim) => listOf(random, 4, () => entry(random, claim)),
  reject: (random, claim) => listOf(random, 3, () => objectOf('rejection', random, claim)),
  assignments: null,
  release: withObject('release'),
  track: withObject('track'),
  position: withObject('position'),
  token: (random) => hostileValue(random),
}

const NAMES = Object.keys(MESSAGES)
/** Names that mean something to the library, to JavaScript, or to nobody. Those that the library refuses are in the corpus: they end a connection. */
const STRANGE_NAMES = [
  '"error"',
  '"leave "',
  '"message"',
  '"ping"',
  '"connection"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"hasOwnProperty"',
  '""',
  '0',
  '-1',
  '1e999',
  '"welcome"',
  '"events"',
  '"displaced"',
]

/** The list that a Socket.IO event carries: the message's name and its argument. */
export const messageOf = (random: Seeded, claim: Claim): string => {
  if (random.whole(0, 15) === 0) return `[${random.oneOf(STRANGE_NAMES)},${nestedValue(random)}]`
  const name = random.oneOf(NAMES)
  const argumentOf = MESSAGES[name]!
  const argument = random.whole(0, 15) === 0 ? hostileValue(random) : argumentOf?.(random, claim)
  const further = random.whole(0, 31) === 0 ? `,${hostileValue(random)}` : ''
  return `[${inQuotes(name)}${argument === undefined ? '' : `,${argument}`}${further}]`
}

export const answerOf = (random: Seeded, claim: Claim): string =>
  random.whole(0, 1) === 0 ? '[]' : `[${objectOf('reject', random, claim)}]`
