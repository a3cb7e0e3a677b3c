/**
 * Engine.IO 4 and Socket.IO 5 packets (https://socket.io/docs/v4/engine-io-protocol/, https://socket.io/docs/v4/socket-io-protocol/) as texts. Most leave the connection standing, so that many frames are read on
 * one; what ends it is asked for when a connection is to end.
 */
import { NAMESPACE } from '../../../shared/protocol.ts'
import type { Seeded } from '../../support/seeded.ts'
import type { Tokens } from '../cast.ts'
import { answerOf, messageOf } from './messages.ts'
import { isSurvivable, mutated } from './mutations.ts'
import { type Claim, participantOf } from './names.ts'
import { mutatedToken } from './token-texts.ts'
import { hostileValue } from './values.ts'

const MESSAGE = `42${NAMESPACE},`
const ANSWER = `43${NAMESPACE},`
/** Above the callback numbers that the attackers use for anything else. */
const PROBE_NUMBER = 900_001

/** Asks for nothing; the hub answers it behind all that was sent before. */
export const PROBE = `${MESSAGE}${PROBE_NUMBER}["publish",[]]`
export const PROBE_ANSWERED = `${ANSWER}${PROBE_NUMBER}[`

export const connectPacket = (auth: string): string => `40${NAMESPACE},${auth}`
export const LET_IN = ['["welcome"', `44${NAMESPACE}`] as const

export interface Grammar {
  readonly random: Seeded
  readonly claim: Claim
  /** Packets that real clients have sent. */
  readonly captured: readonly string[]
  /** By participant; none in open mode. */
  readonly tokens: Tokens
}

const callbackNumber = (random: Seeded): string =>
  random.whole(0, 3) === 0
    ? ''
    : String(random.whole(0, 3) === 0 ? random.whole(0, 2 ** 31) : random.whole(0, 9))

const ODD_ENGINE_PACKETS = ['3', '3probe', '6', '5', '0{}', '1']

/** A packet that is right as the libraries see it, whatever they make of its content. */
const rightPacket = ({ random, claim }: Grammar): string => {
  const dice = random.whole(0, 31)
  if (dice === 0) return random.oneOf(ODD_ENGINE_PACKETS)
  if (dice < 4) return `${ANSWER}${random.whole(0, 40)}${answerOf(random, claim)}`
  return `${MESSAGE}${callbackNumber(random)}${messageOf(random, claim)}`
}

const mutatedCapture = ({ random, captured }: Grammar): string =>
  mutated(random, random.oneOf(captured), captured)

const isMutation = ({ random, captured }: Grammar): boolean => captured.length > 0 && random.whole(0, 2) === 0

const MOST_TRIES = 4

/** A packet after which the connection should go on. */
export const survivablePacket = (grammar: Grammar): string => {
  if (!isMutation(grammar)) return rightPacket(grammar)
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const packet = mutatedCapture(grammar)
    if (isSurvivable(packet)) return packet
  }
  return PROBE
}

/** A packet for which the hub should end the connection. */
export const fatalPacket = (grammar: Grammar): string => {
  for (let tries = 0; tries < MOST_TRIES * MOST_TRIES; tries += 1) {
    const packet = mutated(grammar.random, rightPacket(grammar), grammar.captured)
    if (!isSurvivable(packet)) return packet
  }
  return '49'
}

const VENDOR_OPTIONS = [
  '',
  ',"batch":true',
  ',"receive":false',
  ',"window":1',
  ',"batch":true,"window":20000',
]
const HANDSHAKE_FIELDS = [
  'role',
  'store',
  'id',
  'token',
  'protocol',
  'window',
  'capacity',
  'batch',
  'receive',
  '__proto__',
]

const brokenHandshake = ({ random, claim }: Grammar): string => {
  const fields = Array.from(
    { length: random.whole(0, 4) },
    () => `"${random.oneOf(HANDSHAKE_FIELDS)}":${hostileValue(random)}`,
  )
  // Last, since it decides: a driver that is let in with other settings would be given healthy orders.
  return `{${[...fields, `"store":"${claim.store}"`, '"role":"vendor"'].join(',')}}`
}

/** A good one as a rule; now and then one that is somebody else's, or not good any more, or never was. */
const tokenMember = ({ random, claim, tokens }: Grammar): string => {
  const good = tokens[participantOf(claim)]
  if (good === undefined) return ''
  const isGood = random.whole(0, 7) !== 0
  return `,"token":"${isGood ? good : mutatedToken(random, random.oneOf(Object.values(tokens)))}"`
}

/** What a connection says of itself, and as a rule is let in for. */
export const handshakeOf = (grammar: Grammar): string => {
  const { random, claim } = grammar
  if (random.whole(0, 15) === 0) return brokenHandshake(grammar)
  const token = tokenMember(grammar)
  if (claim.role === 'driver') return `{"role":"driver","id":"${claim.id}","capacity":1${token}}`
  return `{"role":"vendor","store":"${claim.store}"${random.oneOf(VENDOR_OPTIONS)}${token}}`
}
