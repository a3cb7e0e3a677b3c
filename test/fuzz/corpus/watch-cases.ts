/** What attackers may do to `/watch`, where whoever is let in has the hub read lists for it. */
import { NAMESPACE } from '../../../shared/protocol.ts'
import { WATCH_NAMESPACE } from '../../../shared/watch.ts'
import { connectPacket, type Grammar, handshakeOf, LET_IN } from '../grammar/packets.ts'
import { WATCH_LET_IN, WATCH_PROBE, WATCH_PROBE_ANSWERED, watchConnect } from '../grammar/watch-packets.ts'
import { openPolling, poll, post, upgraded } from '../http.ts'
import { CLOSED, type Step, untilClosed, write } from '../script.ts'
import { type Frames, frameOf, OPCODES } from '../wire.ts'
import type { CorpusCase } from './corpus-case.ts'
import { texts } from './packet-cases.ts'

const OPERATOR = 'operator/fuzz'

const authOf = ({ tokens }: Grammar): string =>
  tokens[OPERATOR] === undefined ? '{}' : `{"token":"${tokens[OPERATOR]}"}`

const watching =
  (frames: () => Frames, until: readonly string[] = CLOSED) =>
  (grammar: Grammar): Step[] => {
    const made = frames()
    const { count } = made
    return [
      upgraded(),
      write(frameOf({}, watchConnect(authOf(grammar))), 1, ...WATCH_LET_IN),
      { ...write(made.take(), count), until },
    ]
  }

const event = (list: string): string => `42${WATCH_NAMESPACE},${list}`
const asked = (number: number, list: string): string => `42${WATCH_NAMESPACE},${number}${list}`

const answered = (...packets: readonly string[]) =>
  watching(() => texts(...packets, WATCH_PROBE), [WATCH_PROBE_ANSWERED])
const cut = (...packets: readonly string[]) => watching(() => texts(...packets))

/** Few enough for the hub to read them without a pause. */
const LOOKS = 15
const looks = (look: string): string[] =>
  Array.from({ length: LOOKS }, (_, number) => asked(number, `["look",${look}]`))

export const WATCH_CASES: readonly CorpusCase[] = [
  {
    name: 'an event named error, of one who watches',
    source: 'CVE-2024-38355, GHSA-25hc-qcg6-38wj',
    steps: answered(event('["error"]'), event('["error",null]')),
  },
  {
    name: 'names that the library keeps for itself, of one who watches',
    source: 'CVE-2024-38355, GHSA-25hc-qcg6-38wj',
    steps: cut(event('["disconnect"]'), event('["connect",{}]')),
  },
  { name: 'nothing at all, of one who watches', steps: cut(event('[]'), event('["look"]')) },
  {
    name: 'an attachment to a look',
    source: 'CVE-2026-69185, GHSA-2m8v-j782-fhvr',
    steps: watching(() =>
      texts(`451-${WATCH_NAMESPACE},["look",{"_placeholder":true,"num":0}]`).frame(
        { opcode: OPCODES.binary },
        Buffer.alloc(1024, 7),
      ),
    ),
  },
  { name: 'looks at what needs most to read', steps: answered(...looks('{"view":"orders","filter":{}}')) },
  {
    name: 'searches that find nothing',
    steps: answered(
      ...looks('{"view":"orders","filter":{"search":"~","driver":"none","state":"delivered"}}'),
    ),
  },
  {
    name: 'pages behind what is no place in a list',
    steps: answered(
      ...['name:', 'rank:NaN:', 'rank:1e999:x', '\\u0000', '~'.repeat(512)].map((after, number) =>
        asked(number, `["look",{"view":"queues","after":"${after}"}]`),
      ),
      ...['zzzzzzzzzzzz', '-1', '9'.repeat(512)].map((after, number) =>
        asked(20 + number, `["look",{"view":"dead-letters","after":"${after}"}]`),
      ),
    ),
  },
  {
    name: 'actions on nobody, and on dead letters that are none',
    steps: answered(
      asked(1, '["act",{"action":"replay","participant":"driver/nobody","entries":"all"}]'),
      asked(2, `["act",{"action":"drop","participant":"vendor/fuzz-0/main","entries":["1","1","x"]}]`),
      asked(3, '["act",{"action":"constructor","participant":"driver/nobody"}]'),
      asked(4, '["act",{"action":"pause","participant":"driver/__proto__"}]'),
      asked(5, '["act",null]'),
    ),
  },
  {
    name: 'looks whose answers nobody reads',
    isReading: false,
    steps: watching(() => texts(...looks('{"view":"map"}'), ...looks('{"view":"queues"}')), []),
  },
  {
    name: 'a look above what one who watches may send',
    steps: watching(
      () => texts(`42${WATCH_NAMESPACE},5["look",{"view":"${'x'.repeat(200_000)}"}]`, WATCH_PROBE),
      [WATCH_PROBE_ANSWERED],
    ),
  },
  {
    name: 'looks before anybody is let in',
    steps: () => [upgraded(), untilClosed(texts(event('["look",{"view":"now"}]')).take(), 1)],
  },
  {
    name: 'one connection that watches twice, comes and goes',
    steps: (grammar) => {
      const connect = watchConnect(authOf(grammar))
      const comings = texts(connect, `41${WATCH_NAMESPACE},`, connect, `41${WATCH_NAMESPACE},`, connect)
      return [upgraded(), untilClosed(comings.take(), 5)]
    },
  },
  {
    name: 'one connection that watches and takes part',
    steps: (grammar) => [
      upgraded(),
      write(texts(connectPacket(handshakeOf(grammar))).take(), 1, ...LET_IN),
      write(texts(watchConnect(authOf(grammar))).take(), 1, ...WATCH_LET_IN),
      write(texts(`41${NAMESPACE},`, WATCH_PROBE).take(), 2, WATCH_PROBE_ANSWERED),
    ],
  },
  {
    name: 'watching over polling, faster than may be',
    steps: (grammar) => [
      openPolling(),
      post([watchConnect(authOf(grammar))]),
      poll(),
      post(looks('{"view":"system"}')),
      post(looks('{"view":"system"}')),
      poll(),
    ],
  },
]
