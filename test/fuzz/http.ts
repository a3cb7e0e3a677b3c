/** HTTP requests as texts, and Engine.IO's two transports in them. */
import { NO_PATIENCE_MS, type Step, write } from './script.ts'

const LINE = '\r\n'

export interface HttpRequest {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export const requestOf = ({ method = 'GET', path = '/', headers = {}, body }: HttpRequest): Buffer => {
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
  const all = Object.entries({ Host: '127.0.0.1', ...length, ...headers })
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...all.map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join(LINE)
  return body === undefined ? Buffer.from(head) : Buffer.concat([Buffer.from(head), Buffer.from(body)])
}

export const HANDSHAKE_PATH = '/socket.io/?EIO=4&transport='

const UPGRADE_HEADERS = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
}

export const upgradeOf = (
  path = `${HANDSHAKE_PATH}websocket`,
  headers: Readonly<Record<string, string>> = {},
): Buffer => requestOf({ path, headers: { ...UPGRADE_HEADERS, ...headers } })

/** The start of an answer: its body belongs to whatever comes next. */
const ANSWERED = 'HTTP/1.1 '
const SEPARATOR = '\x1e'

export const upgraded = (headers?: Readonly<Record<string, string>>): Step =>
  write(upgradeOf(undefined, headers), 1, '101 Switching', 'HTTP/1.1 4')

export const openPolling = (): Step =>
  write(requestOf({ path: `${HANDSHAKE_PATH}polling` }), 1, '"sid"', 'HTTP/1.1 4')

const pollingPath = (sid: string): string => `${HANDSHAKE_PATH}polling&sid=${sid}`

/** Sends packets; the hub answers when all of them were decoded. */
export const post = (packets: readonly string[], headers: Readonly<Record<string, string>> = {}): Step =>
  postBody(packets.join(SEPARATOR), packets.length, headers)

export const postBody = (
  body: string | Buffer,
  frames: number,
  headers: Readonly<Record<string, string>> = {},
): Step => {
  const all = { 'Content-Type': 'text/plain;charset=UTF-8', ...headers }
  return write(
    (sid) => requestOf({ method: 'POST', path: pollingPath(sid), headers: all, body }),
    frames,
    ANSWERED,
  )
}

/** A hub that has nothing to say lets it wait. */
export const poll = (): Step => ({
  ...write((sid) => requestOf({ path: pollingPath(sid) }), 1, ANSWERED),
  patienceMs: NO_PATIENCE_MS,
})

export const upgradeTo = (path: (sid: string) => string, headers?: Readonly<Record<string, string>>): Step =>
  write((sid) => upgradeOf(path(sid), headers), 1, ANSWERED)

export const webSocketPath = (sid: string): string => `${HANDSHAKE_PATH}websocket&sid=${sid}`
