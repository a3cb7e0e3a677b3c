/** WebSocket frames that no client sends (RFC 6455, section 5), and too many of those that clients do. */
import { NAMESPACE } from '../../../shared/protocol.ts'
import { PROBE, PROBE_ANSWERED } from '../grammar/packets.ts'
import { upgradeOf } from '../http.ts'
import { untilClosed, write } from '../script.ts'
import { Frames, inFragments, OPCODES } from '../wire.ts'
import type { CorpusCase } from './corpus-case.ts'
import { texts, whenLetIn } from './packet-cases.ts'

const MIB = 1024 * 1024
const WORD = `42${NAMESPACE},["token","x"]`

const repeated = (count: number, add: (frames: Frames, index: number) => void) => () => {
  const frames = new Frames()
  for (let index = 0; index < count; index += 1) add(frames, index)
  return frames
}

const wrong = (...[shape, payload = WORD]: [Parameters<Frames['frame']>[0], (string | Buffer)?]) =>
  whenLetIn(() => new Frames().frame(shape, Buffer.from(payload)))

export const WEB_SOCKET_CASES: readonly CorpusCase[] = [
  {
    name: 'a reserved bit right behind the upgrade, in the same piece',
    // Uncaught exception in engine.io 4.0.0 to 6.1.0: nobody listened for errors yet.
    source: 'CVE-2022-21676, GHSA-273r-mgr4-v34f',
    steps: () => {
      const frame = new Frames().frame({ reserved: 3 }, Buffer.from(WORD)).take()
      return [untilClosed(Buffer.concat([upgradeOf(), frame]), 2)]
    },
  },
  { name: 'a reserved bit, of compression', steps: wrong({ reserved: 4 }) },
  {
    name: 'a message in very many tiny fragments',
    // Each cost far more memory than its bytes in ws < 8.21.0.
    source: 'CVE-2026-48779',
    steps: whenLetIn(
      repeated(5000, (frames, index) =>
        frames.frame(
          { opcode: index === 0 ? OPCODES.text : OPCODES.continuation, isFinal: false },
          Buffer.from('4'),
        ),
      ),
    ),
  },
  {
    name: 'a message in very many empty fragments',
    // Not counted in ws < 8.21.1.
    source: 'CVE-2026-48779',
    steps: whenLetIn(
      repeated(5000, (frames, index) =>
        frames.frame(
          { opcode: index === 0 ? OPCODES.text : OPCODES.continuation, isFinal: false },
          Buffer.alloc(0),
        ),
      ),
    ),
  },
  {
    name: 'a frame that comes byte by byte',
    // Each piece was kept as one in ws < 8.21.0.
    source: 'CVE-2026-48779',
    steps: (grammar) => {
      const [upgrade, connect] = whenLetIn(() => texts(WORD))(grammar)
      const frame = [...new Frames().text(WORD).take()]
      return [
        upgrade!,
        connect!,
        ...frame.map((byte) => write(Buffer.from([byte]), 0)),
        write(texts(PROBE).take(), 2, PROBE_ANSWERED),
      ]
    },
  },
  {
    name: 'a large message that comes in fragments',
    steps: whenLetIn(
      () => inFragments(new Frames(), `42${NAMESPACE},["token","${'x'.repeat(100_000)}"]`, 8192).text(PROBE),
      [PROBE_ANSWERED],
    ),
  },
  { name: 'a frame without a mask', steps: wrong({ mask: null }) },
  { name: 'a continuation of nothing', steps: wrong({ opcode: OPCODES.continuation }) },
  {
    name: 'a message inside another one',
    steps: whenLetIn(() => new Frames().frame({ isFinal: false }, Buffer.from('42')).text(WORD)),
  },
  ...[3, 7, 11, 15].map((opcode) => ({ name: `a frame of kind ${opcode}`, steps: wrong({ opcode }) })),
  { name: 'a text that is no UTF-8', steps: wrong({}, Buffer.from([0x34, 0x32, 0xff, 0xfe, 0xc0, 0x80])) },
  { name: 'a fragmented ping', steps: wrong({ opcode: OPCODES.ping, isFinal: false }, 'x') },
  { name: 'a ping above 125 bytes', steps: wrong({ opcode: OPCODES.ping }, 'x'.repeat(126)) },
  {
    name: 'pings without end, and pongs that nobody asked for',
    steps: whenLetIn(
      () =>
        repeated(1000, (frames, index) =>
          frames.frame({ opcode: index % 2 === 0 ? OPCODES.ping : OPCODES.pong }, Buffer.alloc(125, 1)),
        )().text(PROBE),
      [PROBE_ANSWERED],
    ),
  },
  {
    name: 'pings whose answers nobody reads',
    isReading: false,
    steps: whenLetIn(
      repeated(4000, (frames) => frames.frame({ opcode: OPCODES.ping }, Buffer.alloc(125, 1))),
      [],
    ),
  },
  ...[0, 999, 1004, 1005, 5000, 65_535].map((code) => ({
    name: `a close frame with the code ${code}`,
    steps: wrong({ opcode: OPCODES.close }, Buffer.from([code >>> 8, code & 255])),
  })),
  { name: 'a close frame of one byte', steps: wrong({ opcode: OPCODES.close }, 'x') },
  {
    name: 'a close frame whose reason is no UTF-8',
    steps: wrong({ opcode: OPCODES.close }, Buffer.from([3, 232, 255, 254])),
  },
  {
    name: 'frames behind the close frame',
    steps: whenLetIn(() =>
      new Frames()
        .frame({ opcode: OPCODES.close }, Buffer.from([3, 232]))
        .text(WORD)
        .text(WORD),
    ),
  },
  { name: 'a frame said to be of 2^62 bytes', steps: wrong({ claimedBytes: 2 ** 62 }) },
  { name: 'a frame said to be of 2 MiB', steps: wrong({ claimedBytes: 2 * MIB }) },
  { name: 'a frame said to be of 1 MiB, of which little comes', steps: wrong({ claimedBytes: MIB }) },
  {
    name: 'a message above what the transport takes',
    steps: whenLetIn(() => texts(`42${NAMESPACE},["token","${'x'.repeat(MIB)}"]`)),
  },
  {
    name: 'a message above what the hub takes, below the transport',
    steps: whenLetIn(
      () => texts(`42${NAMESPACE},5["token","${'x'.repeat(300 * 1024)}"]`, PROBE),
      [PROBE_ANSWERED],
    ),
  },
  {
    name: 'bytes that are no frame',
    steps: whenLetIn(() => new Frames().raw(Buffer.from('GET / HTTP/1.1\r\n\r\n'))),
  },
]
