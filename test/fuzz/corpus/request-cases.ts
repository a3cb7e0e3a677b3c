/** HTTP requests: crafted handshakes and upgrades, header floods, addresses that mean more than they say. */
import { HANDSHAKE_PATH, requestOf, upgradeOf } from '../http.ts'
import { type Step, write } from '../script.ts'
import type { CorpusCase } from './corpus-case.ts'

const ANSWERED = 'HTTP/1.1 '

/** A hub that has answered may end the connection: each on one of its own would be better, and is what further sessions do. */
const asked = (...requests: readonly Buffer[]): Step[] =>
  requests.map((request) => write(request, 1, ANSWERED))

const query = (text: string): string => `/socket.io/?${text}`

const TRANSPORTS = [
  'constructor',
  '__proto__',
  'toString',
  'webtransport',
  'flashsocket',
  '',
  'websocket,polling',
  'websocket&transport=polling',
]
const SESSIONS = [
  'constructor',
  '__proto__',
  'hasOwnProperty',
  'toString',
  '%00',
  '..%2f..',
  'x'.repeat(4000),
]

const many = (count: number, name: (index: number) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), 'x']))

const PATHS = [
  '/../../../../etc/passwd',
  '/..%2f..%2f..%2fetc/passwd',
  '/%2e%2e/%2e%2e/package.json',
  '//etc/passwd',
  '/api/orders/../../../livez',
  '/api/orders/%2e%2e/o-1',
  '/api/orders/fuzz-1/o-1%00',
  '/api/orders/__proto__/constructor',
  '/api/orders/%zz/%',
  '/api/revocations',
  '/readyz/../livez',
  '/livez?x=%',
  `/${'a/'.repeat(3000)}`,
  'http://evil.example/livez',
  '*',
]

export const REQUEST_CASES: readonly CorpusCase[] = [
  ...TRANSPORTS.map((transport) => ({
    name: `an upgrade to the transport ${JSON.stringify(transport)}`,
    // A name that every object has was taken for a transport in engine.io 5.1.0 to 6.4.1.
    source: 'CVE-2023-31125, GHSA-q9mw-68c2-j6m5',
    steps: () => asked(upgradeOf(query(`EIO=4&transport=${transport}`))),
  })),
  ...SESSIONS.map((sid) => ({
    name: `a session named ${JSON.stringify(sid.slice(0, 20))}`,
    // Over WebTransport, which the hub does not have, such names ended engine.io < 6.6.9.
    source: 'GHSA-gr94-w7qr-f4j3',
    steps: () =>
      asked(
        requestOf({ path: query(`EIO=4&transport=polling&sid=${sid}`) }),
        upgradeOf(query(`EIO=4&transport=websocket&sid=${sid}`)),
      ),
  })),
  {
    name: 'protocols of Engine.IO that the hub does not speak',
    steps: () =>
      [
        'EIO=3&transport=polling',
        'EIO=&transport=polling',
        'EIO=4&EIO=3&transport=polling',
        'b64=1&j=0&EIO=4&transport=polling',
      ].flatMap((text) => asked(requestOf({ path: query(text) }))),
  },
  {
    name: 'a handshake by another method',
    steps: () =>
      ['POST', 'PUT', 'OPTIONS', 'TRACE', 'LINK'].flatMap((method) =>
        asked(requestOf({ method, path: `${HANDSHAKE_PATH}polling` })),
      ),
  },
  {
    name: 'more headers than the server reads',
    // Null dereference in ws < 8.17.1 once the limit of headers was reached.
    source: 'CVE-2024-37890, GHSA-3h5v-q93c-6h6q',
    steps: () =>
      asked(
        upgradeOf(
          undefined,
          many(1990, (index) => `x-${index}`),
        ),
      ),
  },
  {
    name: 'so many headers that the upgrade is behind the last that is read',
    source: 'CVE-2024-37890, GHSA-3h5v-q93c-6h6q',
    steps: () =>
      asked(
        requestOf({
          path: `${HANDSHAKE_PATH}websocket`,
          headers: { Connection: 'Upgrade', Upgrade: 'websocket', ...many(2000, (index) => `a${index}`) },
        }),
      ),
  },
  {
    name: 'headers above 16 KiB',
    steps: () => asked(upgradeOf(undefined, { Cookie: 'x'.repeat(20_000) })),
  },
  {
    name: 'subprotocols behind very many blanks',
    // Quadratic time in ws < 7.4.6.
    source: 'CVE-2021-32640, GHSA-6fc8-4gx4-v693',
    steps: () => asked(upgradeOf(undefined, { 'Sec-WebSocket-Protocol': `b${' '.repeat(14_000)}x` })),
  },
  {
    name: 'extensions that make no sense',
    steps: () =>
      asked(
        upgradeOf(undefined, {
          'Sec-WebSocket-Extensions':
            'permessage-deflate; server_max_window_bits=99; client_max_window_bits; constructor; __proto__=1, x;;=',
        }),
      ),
  },
  {
    name: 'an upgrade to something else',
    steps: () =>
      asked(
        requestOf({ path: `${HANDSHAKE_PATH}websocket`, headers: { Connection: 'Upgrade', Upgrade: 'h2c' } }),
      ),
  },
  {
    name: 'keys and versions of WebSocket that are none',
    steps: () =>
      [{ 'Sec-WebSocket-Key': 'x' }, { 'Sec-WebSocket-Version': '99' }, { 'Sec-WebSocket-Key': '' }].flatMap(
        (headers) => asked(upgradeOf(undefined, headers)),
      ),
  },
  ...['https://evil.example', 'null', 'file://', '\u00e9\u0001', 'http://127.0.0.1.evil.example'].map(
    (origin) => ({
      name: `a page of the origin ${JSON.stringify(origin)}`,
      source: 'CVE-2020-28481, GHSA-fxwf-4rqh-v8g3',
      steps: () =>
        asked(
          requestOf({ path: `${HANDSHAKE_PATH}polling`, headers: { Origin: origin } }),
          requestOf({
            method: 'OPTIONS',
            path: `${HANDSHAKE_PATH}polling`,
            headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
          }),
        ),
    }),
  ),
  ...[
    'evil.example',
    '127.0.0.1@evil.example',
    '127.0.0.1.evil.example',
    '',
    '[::',
    'localhost:99999999',
  ].map((host) => ({
    name: `the host ${JSON.stringify(host)}`,
    steps: () => asked(requestOf({ path: '/livez', headers: { Host: host } })),
  })),
  ...PATHS.map((path) => ({
    name: `the address ${path.slice(0, 40)}`,
    steps: () => asked(requestOf({ path })),
  })),
  {
    name: 'a command without a body, with too much and with none of JSON',
    steps: () =>
      [undefined, '{', '[]', '{"participant":1}', `{"participant":"${'x'.repeat(300_000)}"}`, '\0'].flatMap(
        (body) =>
          asked(
            requestOf({
              method: 'POST',
              path: '/api/revocations',
              headers: { 'Content-Type': 'application/json' },
              ...(body === undefined ? {} : { body }),
            }),
          ),
      ),
  },
  {
    name: 'two lengths, and a length with chunks',
    steps: () =>
      asked(
        Buffer.from(
          'POST /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\n\r\n',
        ),
      ),
  },
  {
    name: 'no HTTP at all',
    steps: () => asked(Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n')),
  },
  {
    name: 'half a request',
    steps: () => [write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127', 1)],
  },
]
