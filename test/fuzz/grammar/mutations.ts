/**
 * Changes captured packets in small ways, and tells which packets the libraries take. That is asked of the parser that the hub uses as well: it decides only how long a connection lives, not what is right.
 */
import { Decoder, type Packet, PacketType } from 'socket.io-parser'
import { NAMESPACE } from '../../../shared/protocol.ts'
import type { Seeded } from '../../support/seeded.ts'
import { hostileValue } from './values.ts'

type Mutation = (random: Seeded, text: string, others: readonly string[]) => string

const cutAt = (random: Seeded, text: string): [string, string] => {
  const place = random.whole(0, text.length)
  return [text.slice(0, place), text.slice(place)]
}

const PIECES = [
  ',',
  ':',
  '"',
  '\\',
  '[',
  ']',
  '{',
  '}',
  '-',
  '/',
  '0',
  '9',
  '\0',
  '\x1e',
  '\ufeff',
  '😀',
  '\\u0000',
  '/caps,',
  '/caps?x=1,',
  '42',
  '51-',
]
const MOST_REMOVED = 12

const insert: Mutation = (random, text) => {
  const [head, tail] = cutAt(random, text)
  return head + random.oneOf(PIECES) + tail
}

const remove: Mutation = (random, text) => {
  const [head, tail] = cutAt(random, text)
  return head + tail.slice(random.whole(1, MOST_REMOVED))
}

const repeat: Mutation = (random, text) => {
  const [head, tail] = cutAt(random, text)
  return head + tail.slice(0, random.whole(1, 64)) + tail
}

const splice: Mutation = (random, text, others) =>
  cutAt(random, text)[0] + cutAt(random, others.length > 0 ? random.oneOf(others) : text)[1]

const otherCharacter: Mutation = (random, text) => {
  const [head, tail] = cutAt(random, text)
  return head + String.fromCharCode(random.whole(32, 126)) + tail.slice(1)
}

const VALUES = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null/g
/** In front of the first list or object stand the packet's type, its namespace and its callback's number. */
const DATA = /[[{]/

/** One of the values becomes another one: as a rule still JSON. */
const otherValue: Mutation = (random, text) => {
  const start = text.search(DATA)
  if (start === -1) return insert(random, text, [])
  const values = [...text.slice(start).matchAll(VALUES)]
  if (values.length === 0) return text
  const { index, 0: value } = random.oneOf(values)
  return text.slice(0, start + index) + hostileValue(random) + text.slice(start + index + value.length)
}

const MUTATIONS: readonly Mutation[] = [
  otherValue,
  otherValue,
  otherValue,
  otherCharacter,
  insert,
  remove,
  repeat,
  splice,
]
const LONGEST = 64 * 1024

/** @param others packets of which it may get a piece */
export const mutated = (random: Seeded, text: string, others: readonly string[]): string => {
  let changed = text
  for (let left = random.whole(1, 3); left > 0; left -= 1)
    changed = random.oneOf(MUTATIONS)(random, changed, others)
  return changed.slice(0, LONGEST)
}

const MESSAGE = '4'
/** Packets of Engine.IO that it reads over: open, close, pong, upgrade, noop. Upon a ping, which only a server sends, and anything else it ends the connection. */
const READ_OVER = new Set(['0', '1', '3', '5', '6'])

let decoded: Packet | null = null
const decoder = new Decoder()
decoder.on('decoded', (packet: Packet) => {
  decoded = packet
})

const packetIn = (text: string): Packet | null => {
  decoded = null
  try {
    decoder.add(text)
  } catch {
    return null
  }
  // Waiting for attachments: the next text would be refused.
  if (decoded === null) decoder.destroy()
  return decoded
}

/** Does a connection that is let in to the namespace survive this packet? */
export const isSurvivable = (packet: string, namespace: string = NAMESPACE): boolean => {
  const type = packet.charAt(0)
  if (type !== MESSAGE) return READ_OVER.has(type)
  const inside = packetIn(packet.slice(1))
  if (inside === null || inside.nsp !== namespace) return false
  if (inside.type === PacketType.ACK) return true
  return inside.type === PacketType.EVENT && !isLeaving(inside)
}

/** The message and its argument, as the hub will have decoded them; empty if the packet is none. */
export const messageIn = (packet: string): readonly unknown[] => {
  const inside = packet.startsWith(MESSAGE) ? packetIn(packet.slice(1)) : null
  return inside?.type === PacketType.EVENT && Array.isArray(inside.data) ? inside.data : []
}

/** A vendor that has left comes back with its next connection: allowed, but the end of this one. */
const isLeaving = ({ data }: Packet): boolean => Array.isArray(data) && data[0] === 'leave'
