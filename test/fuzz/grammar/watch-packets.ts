/**
 * What comes to `/watch`: looks and actions, each field mostly what it should be and sometimes not, from those who may and from those who may not. No action is meant for a healthy participant or for the fleet: an operator may pause
 * both, and on an open hub everybody is one.
 */
import { WATCH_NAMESPACE } from '../../../shared/watch.ts'
import type { Seeded } from '../../support/seeded.ts'
import type { Tokens } from '../cast.ts'
import { isSurvivable, messageIn, mutated } from './mutations.ts'
import {
  ATTACKING_DRIVERS,
  ATTACKING_STORES,
  driverName,
  FOREIGN_ORDERS,
  FOREIGN_STORES,
  ORDER_NAMES,
  storeName,
  type WatchClaim,
  watchTokenName,
} from './names.ts'
import { mutatedToken } from './token-texts.ts'
import { hostileValue, nestedValue } from './values.ts'

export interface WatchGrammar {
  readonly random: Seeded
  readonly claim: WatchClaim
  /** Packets to `/watch` that real clients have sent. */
  readonly captured: readonly string[]
  readonly tokens: Tokens
}

const MESSAGE = `42${WATCH_NAMESPACE},`
const PROBE_NUMBER = 900_002

/** Is refused, at once and whoever asks, behind all that was sent before. */
export const WATCH_PROBE = `${MESSAGE}${PROBE_NUMBER}["token",0]`
export const WATCH_PROBE_ANSWERED = `43${WATCH_NAMESPACE},${PROBE_NUMBER}[`
export const WATCH_LET_IN = ['["hello"', `44${WATCH_NAMESPACE}`] as const

export const watchConnect = (auth: string): string => `40${WATCH_NAMESPACE},${auth}`

const WRONG_FIELD_EVERY = 8
const FURTHER_FIELD_EVERY = 16
const STRANGE_EVERY = 16

type Field = (random: Seeded) => string

const inQuotes = (text: string): string => JSON.stringify(text)

const store: Field = (random) =>
  inQuotes(
    random.whole(0, 3) === 0
      ? random.oneOf(FOREIGN_STORES)
      : storeName(random.whole(0, ATTACKING_STORES - 1)),
  )
const orderId: Field = (random) =>
  inQuotes(random.oneOf(random.whole(0, 3) === 0 ? FOREIGN_ORDERS : ORDER_NAMES))
const driver: Field = (random) => inQuotes(driverName(random.whole(0, ATTACKING_DRIVERS - 1)))

const attacker: Field = (random) =>
  random.whole(0, 1) === 0
    ? inQuotes(`vendor/${storeName(random.whole(0, ATTACKING_STORES - 1))}/main`)
    : inQuotes(`driver/${driverName(random.whole(0, ATTACKING_DRIVERS - 1))}`)
const anybody: Field = (random) =>
  random.whole(0, 3) === 0
    ? random.oneOf(['"fleet"', '"vendor/healthy-0/main"', '"driver/healthy-driver-0"', '"driver/none"'])
    : attacker(random)

const literally =
  (...texts: readonly string[]): Field =>
  (random) =>
    random.oneOf(texts)

const AFTERS = [
  '""',
  '"name:"',
  '"name:vendor/"',
  '"name:~~~~"',
  '"rank:0:fleet"',
  '"rank:-1:"',
  '"rank:NaN:x"',
  '"rank:1e999:vendor/fuzz-0/main"',
  '"0"',
  '"zzzzzzzzzz"',
  '"00000000001:vendor/fuzz-0/main"',
  '"fuzz-0/o-0"',
  '"~"',
  '"\\uffff"',
  `"${'~'.repeat(512)}"`,
  `"${'9'.repeat(513)}"`,
]
const after = literally(...AFTERS)
const search = literally('""', '"o-1"', '"fuzz-0/o"', '"/"', '"a/b/c"', '"~"', `"${'x'.repeat(140)}"`)
const timeMs = literally('0', '1', '1700000000000', '8640000000000000', '8640000000000001', '-1')
const place = literally('"queue"', '"retry"', '"dead"')

type Fields = Readonly<Record<string, Field>>

const FILTER: Fields = {
  search,
  store,
  driver,
  state: literally('"waiting"', '"assigned"', '"in-transit"', '"delivered"'),
  fromMs: timeMs,
  toMs: timeMs,
}

/** Every field may be left out: most are optional, and the others must be missed. */
const membersOf = (random: Seeded, fields: Fields, leftOutEvery: number): string[] => {
  const members: string[] = []
  for (const [name, field] of Object.entries(fields)) {
    if (random.whole(1, leftOutEvery) === 1) continue
    const value = random.whole(1, WRONG_FIELD_EVERY) === 1 ? hostileValue(random) : field(random)
    members.push(`${inQuotes(name)}:${value}`)
  }
  if (random.whole(1, FURTHER_FIELD_EVERY) === 1) members.push(`"__proto__":${hostileValue(random)}`)
  return members
}

const filter: Field = (random) => `{${membersOf(random, FILTER, 2).join(',')}}`

const LOOKS: Readonly<Record<string, Fields>> = {
  now: {},
  system: {},
  map: {},
  orders: { filter, after },
  order: { store, orderId },
  queues: { onlyTrouble: literally('true', 'false'), search, after },
  queue: { participant: anybody, place, after },
  'dead-letters': { participant: anybody, after },
}
const VIEWS = Object.keys(LOOKS)

const lookOf = (random: Seeded): string => {
  const view = random.oneOf(VIEWS)
  const name = random.whole(1, STRANGE_EVERY) === 1 ? hostileValue(random) : inQuotes(view)
  return `{${[`"view":${name}`, ...membersOf(random, LOOKS[view]!, 4)].join(',')}}`
}

const entries = literally('"all"', '[]', '["1"]', '["1","1"]', '["zzzzzz",""]', `[${'"1",'.repeat(1000)}"1"]`)

const ACTIONS: Readonly<Record<string, Fields>> = {
  pause: { participant: attacker },
  resume: { participant: attacker },
  replay: { participant: attacker, entries },
  drop: { participant: attacker, entries },
}
const ACTION_NAMES = Object.keys(ACTIONS)

/** Will the hub let it act? With keys an observer may try whatever it likes. */
const mayAct = ({ claim, tokens }: WatchGrammar): boolean =>
  claim.role === 'operator' || tokens[watchTokenName(claim)] === undefined

const actionOf = (grammar: WatchGrammar): string => {
  const { random } = grammar
  const action = random.oneOf(ACTION_NAMES)
  const name = random.whole(1, STRANGE_EVERY) === 1 ? hostileValue(random) : inQuotes(action)
  const fields = mayAct(grammar) ? ACTIONS[action]! : { ...ACTIONS[action]!, participant: anybody }
  return `{${[`"action":${name}`, ...membersOf(random, fields, 16)].join(',')}}`
}

const STRANGE_NAMES = ['"error"', '"look "', '"hello"', '"__proto__"', '"constructor"', '"pickup"', '0', '""']

const argumentOf = (grammar: WatchGrammar): string => {
  const { random } = grammar
  const dice = random.whole(0, 9)
  if (dice < 5) return `"look",${lookOf(random)}`
  if (dice < 8) return `"act",${actionOf(grammar)}`
  return dice === 8
    ? `"token",${hostileValue(random)}`
    : `${random.oneOf(STRANGE_NAMES)},${nestedValue(random)}`
}

const callbackNumber = (random: Seeded): string =>
  random.whole(0, 3) === 0 ? '' : String(random.whole(0, 2 ** random.whole(1, 31)))

const rightPacket = (grammar: WatchGrammar): string => {
  const { random } = grammar
  const further = random.whole(0, 31) === 0 ? `,${hostileValue(random)}` : ''
  return `${MESSAGE}${callbackNumber(random)}[${argumentOf(grammar)}${further}]`
}

/** Would a healthy participant be harmed by one who may do that? */
const isHarmful = (packet: string): boolean => {
  const [name, argument] = messageIn(packet)
  if (name !== 'act') return false
  const { participant } = (argument ?? {}) as { participant?: unknown }
  return typeof participant === 'string' && /healthy|fleet/.test(participant)
}

const packetOf = (grammar: WatchGrammar): string => {
  const { random, captured } = grammar
  return captured.length > 0 && random.whole(0, 2) === 0
    ? mutated(random, random.oneOf(captured), captured)
    : rightPacket(grammar)
}

const MOST_TRIES = 4

/** A packet after which the connection should go on. */
export const survivableWatchPacket = (grammar: WatchGrammar): string => {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const packet = packetOf(grammar)
    if (isSurvivable(packet, WATCH_NAMESPACE) && !(mayAct(grammar) && isHarmful(packet))) return packet
  }
  return WATCH_PROBE
}

/** What it says of itself; now and then nothing of use. */
export const watchHandshakeOf = ({ random, claim, tokens }: WatchGrammar): string => {
  const own = tokens[watchTokenName(claim)]
  switch (random.whole(0, 15)) {
    case 0:
      return `{"token":${hostileValue(random)},"protocol":${hostileValue(random)}}`
    case 1:
      // Another one's token may be an operator's: not as it is.
      return `{"token":"${mutatedToken(random, 'e30.e30.e30')}"}`
    case 2:
      return nestedValue(random)
    default:
      return own === undefined ? '{}' : `{"token":"${own}"}`
  }
}
