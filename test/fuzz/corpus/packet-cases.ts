/** Socket.IO packets that have ended servers, or filled their memory. */
import { NAMESPACE } from '../../../shared/protocol.ts'
import {
  connectPacket,
  type Grammar,
  handshakeOf,
  LET_IN,
  PROBE,
  PROBE_ANSWERED,
} from '../grammar/packets.ts'
import { upgraded } from '../http.ts'
import { CLOSED, type Step, untilClosed, write } from '../script.ts'
import { Frames, frameOf, OPCODES } from '../wire.ts'
import type { CorpusCase } from './corpus-case.ts'

/** Of a connection that is let in. @param until what the hub says to it; default: nothing, it ends the connection */
export const whenLetIn =
  (frames: () => Frames, until: readonly string[] = CLOSED) =>
  (grammar: Grammar): Step[] => {
    const made = frames()
    const { count } = made
    return [
      upgraded(),
      write(frameOf({}, connectPacket(handshakeOf(grammar))), 1, ...LET_IN),
      { ...write(made.take(), count), until },
    ]
  }

export const texts = (...packets: readonly string[]): Frames =>
  packets.reduce((frames, packet) => frames.text(packet), new Frames())

const answered = (...packets: readonly string[]) =>
  whenLetIn(() => texts(...packets, PROBE), [PROBE_ANSWERED])
const cut = (...packets: readonly string[]) => whenLetIn(() => texts(...packets))

const binaries = (head: string, count: number, bytes: number) => () => {
  const frames = texts(head)
  for (let left = count; left > 0; left -= 1) frames.frame({ opcode: OPCODES.binary }, Buffer.alloc(bytes, 7))
  return frames
}

const event = (list: string): string => `42${NAMESPACE},${list}`
const times = (count: number, piece: string): string => piece.repeat(count)

export const PACKET_CASES: readonly CorpusCase[] = [
  {
    name: 'an event named error',
    // Uncaught exception in socket.io < 4.6.2 where nobody listens for it.
    source: 'CVE-2024-38355, GHSA-25hc-qcg6-38wj',
    steps: answered(event('["error"]'), event('["error",{"message":"x"}]'), event('["error",null]')),
  },
  {
    name: 'names of events that the library keeps for itself',
    source: 'CVE-2024-38355, GHSA-25hc-qcg6-38wj',
    steps: cut(event('["disconnecting"]'), event('["newListener","x"]'), event('["connect_error",{}]')),
  },
  {
    name: 'an event whose name is an object with a method of its own',
    // Uncaught exception in socket.io-parser < 4.2.3.
    source: 'CVE-2023-32695, GHSA-cqmj-92xf-r6r9',
    steps: cut(event('[{"toString":"x"}]')),
  },
  {
    name: 'an event whose name is a list',
    source: 'CVE-2023-32695, GHSA-cqmj-92xf-r6r9',
    steps: cut(event('[["pickup"],{}]')),
  },
  {
    name: 'a placeholder that names a method instead of an attachment',
    // In socket.io-parser < 4.2.1 the method got into the message.
    source: 'CVE-2022-2421, GHSA-qm95-pgcg-qqfq',
    steps: whenLetIn(binaries(`451-${NAMESPACE},["pickup",{"_placeholder":true,"num":"splice"}]`, 1, 8)),
  },
  {
    name: 'a placeholder for an attachment that is not there',
    source: 'CVE-2022-2421, GHSA-qm95-pgcg-qqfq',
    steps: whenLetIn(
      binaries(
        `452-${NAMESPACE},["pickup",{"_placeholder":true,"num":9},{"_placeholder":true,"num":-1}]`,
        2,
        8,
      ),
    ),
  },
  {
    name: 'a packet that announces very many attachments',
    // Held until they had come in socket.io-parser < 4.2.6.
    source: 'CVE-2026-33151, GHSA-677m-j7p3-52f9',
    steps: whenLetIn(binaries(`45999999-${NAMESPACE},["pickup"]`, 200, 1024)),
  },
  {
    name: 'a packet that announces no attachments, and attachments without end',
    // Never complete, so all were held in socket.io-parser < 4.2.7.
    source: 'CVE-2026-69185, GHSA-2m8v-j782-fhvr',
    steps: whenLetIn(binaries(`450-${NAMESPACE},["pickup"]`, 200, 1024)),
  },
  {
    name: 'attachments counted in odd numbers',
    source: 'CVE-2026-69185, GHSA-2m8v-j782-fhvr',
    steps: cut(
      `451e1-${NAMESPACE},["pickup"]`,
      `45-1-${NAMESPACE},["x"]`,
      `45 -${NAMESPACE},["x"]`,
      '451.5-["x"]',
    ),
  },
  {
    name: 'a text where an attachment is due',
    steps: cut(`451-${NAMESPACE},["pickup",{"_placeholder":true,"num":0}]`, event('["token","x"]')),
  },
  {
    name: 'an attachment where none is due',
    steps: whenLetIn(() => new Frames().frame({ opcode: OPCODES.binary }, Buffer.from([4, 1, 2, 3]))),
  },
  {
    name: 'the ten attachments that the library allows, each large',
    steps: whenLetIn(binaries(`4510-${NAMESPACE},["pickup",{"_placeholder":true,"num":0}]`, 9, 100 * 1024)),
  },
  {
    name: 'a namespace without an end',
    // Each character made a new text in socket.io-parser < 3.4.1.
    source: 'CVE-2020-36049, GHSA-xfhh-g9f5-x4m4',
    steps: cut(`42/${times(200_000, 'x')}`),
  },
  {
    name: 'digits without an end where a count, a callback or a type is due',
    source: 'CVE-2020-36049, GHSA-xfhh-g9f5-x4m4',
    steps: cut(`45${times(200_000, '1')}`),
  },
  {
    name: 'a callback number of a thousand digits',
    steps: cut(`42${NAMESPACE},${times(1000, '9')}["token","x"]`),
  },
  {
    name: 'events before the connection is let in',
    steps: () => [
      upgraded(),
      untilClosed(texts(event('["pickup",{}]'), `43${NAMESPACE},0[]`, `41${NAMESPACE},`).take(), 3),
    ],
  },
  {
    name: 'events behind a connect that is not answered yet',
    steps: (grammar) => [
      upgraded(),
      write(
        texts(connectPacket(handshakeOf(grammar)), event('["pickup",{}]'), event('["token","x"]')).take(),
        3,
        ...LET_IN,
      ),
    ],
  },
  {
    name: 'a connect to very many namespaces',
    steps: () => [
      upgraded(),
      write(texts(...Array.from({ length: 200 }, (_, n) => `40/n-${n},{}`)).take(), 200, '44/n-199'),
    ],
  },
  {
    name: 'a second connect, and a third',
    steps: (grammar) => {
      const connect = connectPacket(handshakeOf(grammar))
      return [upgraded(), untilClosed(texts(connect, connect, connect).take(), 3)]
    },
  },
  {
    name: 'a connect whose auth is no object',
    steps: () => [upgraded(), untilClosed(texts(connectPacket('[1]')).take(), 1)],
  },
  {
    name: 'a connect whose auth means more than it says',
    steps: () => [
      upgraded(),
      write(
        texts(connectPacket('{"__proto__":{"role":"vendor","store":"x"},"toJSON":1}')).take(),
        1,
        ...LET_IN,
      ),
    ],
  },
  {
    name: 'answers to handovers that never were, and twice',
    steps: cut(`43${NAMESPACE},0[]`, `43${NAMESPACE},0[]`, `43${NAMESPACE},-1[]`, `43${NAMESPACE},1e9[]`),
  },
  {
    name: 'nothing but nesting',
    steps: cut(
      event(`["pickup",${times(60_000, '[')}${times(60_000, ']')}]`),
      event(`["publish",${times(100_000, '{"a":')}`),
    ),
  },
  {
    name: 'a list of very many nothings',
    steps: answered(
      event(`["publish",[${times(30_000, '0,')}0]]`),
      event(`["acknowledge",[${times(19_000, '"1",')}"1"]]`),
    ),
  },
  {
    name: 'packets of Engine.IO that only a server sends',
    steps: cut('0{"sid":"x"}', '6', '5', '2'),
  },
  { name: 'packets of no type', steps: cut('', '9', '4', '4x', '7["x"]') },
]
