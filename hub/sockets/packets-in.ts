/**
 * Reads Socket.IO's packets. What most of them are, events and answers for our namespace, is read here, without the library's search character by character, and given to the connection itself; everything else, whatever is
 * odd about it, is the library's, which takes or refuses it as it always did.
 */
import { jsonPackets } from '../../shared/packets.ts'
import { NAMESPACE } from '../../shared/protocol.ts'

/** An event, or the answer to one of ours. */
export interface PacketIn {
  readonly isAnswer: boolean
  /** Of an event: the peer waits for an answer that bears it. */
  readonly id: number | null
  /** Of an event: its name, and what comes with it. */
  readonly data: readonly unknown[]
}

/** Takes the packets of one connection's socket in our namespace. */
export interface Taker {
  take(packet: PacketIn): void
  /** The library takes the next one, at the end of this turn: what comes after it is not to be seen before. */
  passedOver(): void
}

const HEAD = `${NAMESPACE},`
const [EVENT, ANSWER, ZERO, ARRAY] = ['2', '3', '0', '['].map((character) => character.charCodeAt(0))
/** Numbers of up to so many digits are exact. */
const MOST_DIGITS = 15

/** Names that the library refuses: they would be its own. */
const RESERVED: ReadonlySet<unknown> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
])

const isName = (name: unknown): boolean =>
  typeof name === 'number' || (typeof name === 'string' && !RESERVED.has(name))

const parsed = (json: string): readonly unknown[] | null => {
  try {
    return JSON.parse(json) as readonly unknown[]
  } catch {
    return null
  }
}

/** null: it is for the library. @param start where the packet begins in the text */
export const packetIn = (text: string, start = 0): PacketIn | null => {
  const type = text.charCodeAt(start)
  if ((type !== EVENT && type !== ANSWER) || !text.startsWith(HEAD, start + 1)) return null
  const begin = start + 1 + HEAD.length
  let [id, at] = [0, begin]
  for (
    let digit = text.charCodeAt(at) - ZERO!;
    digit >= 0 && digit <= 9;
    digit = text.charCodeAt(at) - ZERO!
  ) {
    id = 10 * id + digit
    at += 1
  }
  if (text.charCodeAt(at) !== ARRAY || at - begin > MOST_DIGITS) return null
  const isAnswer = type === ANSWER
  const data = parsed(text.slice(at))
  if (data === null || !(isAnswer || isName(data[0]))) return null
  return { isAnswer, id: at === begin ? null : id, data }
}

/** The library gives them to a function one by one, and very many do not fit on the stack: the hub would end. No message of ours has more than one. */
const MOST_ARGUMENTS = 1000
const LEAST_BYTES_EACH = 2

/** Of a packet for the library, whatever stands before its list. */
const hasTooMany = (packet: unknown): boolean => {
  if (typeof packet !== 'string' || packet.length <= MOST_ARGUMENTS * LEAST_BYTES_EACH) return false
  const list = parsed(packet.slice(packet.indexOf('[')))
  return Array.isArray(list) && list.length > MOST_ARGUMENTS
}

/** What came could not be read, by Socket.IO or by us. */
export class BrokenPacket extends Error {}

/** @param broke called for what neither could read */
export const packetsWith = (broke: () => void): object => ({
  ...jsonPackets,
  Decoder: class extends jsonPackets.Decoder {
    /** While the connection has a socket in our namespace. */
    taker: Taker | null = null

    override add(packet: unknown): void {
      const { taker } = this
      const read = taker === null || typeof packet !== 'string' ? null : packetIn(packet)
      if (read !== null) return taker!.take(read)
      taker?.passedOver()
      try {
        if (hasTooMany(packet)) throw new RangeError('more arguments than are taken')
        super.add(packet)
      } catch (error) {
        broke()
        throw new BrokenPacket('', { cause: error })
      }
    }
  },
})
