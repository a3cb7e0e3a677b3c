import { ACCESS } from './parts.ts'
import type { Plant } from './plant.ts'

const access = (name: string) => ({ file: `hub/access/${name}.ts`, tests: ACCESS }) as const

const OVER_SOCKETS = ['test/system/access.test.ts']
const OVER_HTTP = ['test/system/api.test.ts']

export const AC_PLANTS: readonly Plant[] = [
  {
    ...{ file: 'hub/sockets/identity.ts', tests: OVER_SOCKETS },
    rule: 'AC1',
    name: "a handshake may name another store than the token's",
    from: "&& store !== identity.store ? 'store' : null",
    to: "&& store === '' ? 'store' : null",
  },
  {
    ...access('tokens'),
    rule: 'AC2',
    name: 'a token may live for ever',
    from: 'expiresMs - issuedMs <= LONGEST_LIFETIME_MS',
    to: 'expiresMs > issuedMs',
  },
  {
    ...access('tokens'),
    rule: 'AC3',
    name: 'the clock of whoever makes tokens may be ahead by any time',
    from: 'if (issuedMs > nowMs + CLOCK_TOLERANCE_MS) return EARLY',
    to: '',
  },
  {
    ...access('keys'),
    rule: 'AC4',
    name: 'the last key signs',
    from: 'signing: found[0]!',
    to: 'signing: found.at(-1)!',
  },
  {
    ...access('keys'),
    rule: 'AC5',
    name: 'there are three keys',
    from: 'const MOST_KEYS = 2',
    to: 'const MOST_KEYS = 3',
  },
  {
    ...{ file: 'hub/sockets/identity.ts', tests: OVER_SOCKETS },
    rule: 'AC6',
    name: 'whoever has a token connects',
    from: "if (!may(identity, 'connect'))",
    to: 'if (identity.order !== undefined)',
  },
  {
    ...access('access'),
    rule: 'AC7',
    name: 'whose token is verified first is admitted first',
    from: 'this.#answers.then(() => this.#verified(token))',
    to: 'this.#verified(token)',
  },
  {
    ...{ file: 'hub/sockets/connection.ts', tests: OVER_SOCKETS },
    rule: 'AC8',
    name: 'an expired connection gets events until it is cut',
    from: 'if (this.hasExpired()) return true\n',
    to: '',
  },
  {
    ...{ file: 'hub/sockets/identity.ts', tests: OVER_SOCKETS },
    rule: 'AC9',
    name: "another participant's token prolongs a connection's life",
    from: 'if (renewed.participant !== current.participant)',
    to: 'if (renewed.role !== current.role)',
  },
  {
    ...access('access'),
    rule: 'AC10',
    name: 'a revocation leaves the open connection alone',
    from: 'this.#lives.endAllOf(participant, REVOKED)',
    to: '',
  },
  {
    ...access('revocations'),
    rule: 'AC11',
    name: 'only the first page of the revocations is loaded',
    from: 'if (page.length < A_PAGE) return isNew',
    to: 'if (page.length <= A_PAGE) return isNew',
  },
  {
    ...access('rights'),
    rule: 'AC12',
    name: 'an observer of one order reads them all',
    from: "&& !(right === 'read-all' && order !== undefined)",
    to: '',
  },
  {
    ...access('rights'),
    rule: 'AC13',
    name: 'a vendor hears of every store',
    from: "role === 'vendor' && store === ofStore",
    to: "role === 'vendor' && store !== '' && ofStore !== ''",
  },
  {
    ...{ file: 'hub/http/router.ts', tests: OVER_HTTP },
    rule: 'AC14',
    name: 'who has no right to a route is told where there are routes',
    from: 'if (isRefusal(identity)) return refuse(parts, identity.code, identity.message)\n',
    to: "if (isRefusal(identity) && identity.code !== 'token-expired') return refuse(parts, identity.code, identity.message)\n  if (isRefusal(identity)) return refuse(parts, 'not-found', identity.message)\n",
  },
  {
    ...{ file: 'hub/http/orders.ts', tests: OVER_HTTP },
    rule: 'AC15',
    name: 'a foreign order is told apart from one that there is not',
    from: 'if (!reaches(identity, { store, orderId })) return UNKNOWN',
    to: "if (!reaches(identity, { store, orderId })) return refusalAnswer('not-permitted', 'Not yours.')",
  },
  {
    ...{ file: 'hub/http/paths.ts', tests: OVER_HTTP },
    rule: 'AC16',
    name: 'a parameter is whatever stands there',
    from: 'if (!isId(value)) return null',
    to: '',
  },
  {
    ...access('access'),
    rule: 'AC17',
    name: 'an open hub says that it has revoked something',
    from: "revoke: async () => 'runs-open'",
    to: "revoke: async () => 'revoked'",
  },
  {
    ...{ file: 'hub/config.ts', tests: ['test/hub/config.test.ts'] },
    rule: 'AC18',
    name: 'a hub with a key listens on loopback only',
    from: 'host: keyedHostSetting }',
    to: 'host: openHostSetting }',
  },
  {
    ...access('origin'),
    rule: 'AC20',
    name: 'a page of a configured origin makes up for a foreign host',
    from: 'isOwnHost(host, site) &&\n',
    to: "(isOwnHost(host, site) || site.allowedOrigins.includes(origin ?? '')) &&\n",
  },
  {
    ...{ file: 'hub/http/health.ts', tests: OVER_HTTP },
    rule: 'AC21',
    name: 'a probe with a question mark needs a token',
    from: 'const { path } = addressOf(request.url ?? ',
    to: 'const path = request.url ?? String(',
  },
  {
    ...{ file: 'hub/http/cors.ts', tests: ['test/system/cors.test.ts'] },
    rule: 'AC22',
    name: 'whatever page asks is let read answers',
    from: 'origin !== undefined && allowedOrigins.includes(origin)',
    to: 'origin !== undefined && allowedOrigins.length > 0',
  },
  {
    ...{ file: 'hub/access/access.ts', tests: ['test/hub/access/access.test.ts'] },
    rule: 'AC23',
    name: 'connections with tokens that were revoked at another hub go on',
    from: 'if (await revocations.learn())',
    to: 'if ((await revocations.learn()) && this.isOpen)',
  },
]
